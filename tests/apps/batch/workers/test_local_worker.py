"""What a worker process costs before its first frame, and after its last one."""

import subprocess
import sys

IMPORTING = """
import sys
from pathlib import Path
from arpipe.apps.batch.workers import local_worker
from arpipe.io.sources import media_kind

assert media_kind(Path(sys.argv[1])) == "video"
print(sorted({"asyncio", "filelock", "PIL.DdsImagePlugin", "PIL.PdfImagePlugin"} & sys.modules.keys()))
"""

ENDING = """
import gc
from multiprocessing import Pipe
from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.processing.pipelines import open_pipeline
from arpipe.apps.batch.workers.local_worker import work

ours, theirs = Pipe()
ours.send([])
work(theirs, BatchConfig(), open_pipeline, 1)
print(gc.get_freeze_count() > 10_000)
"""


def output_of(script, *arguments):
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_only_what_videos_need_is_imported(tmp_path):
    (tmp_path / "in.mp4").write_bytes(b"\0\0\0\x18ftypisom" + bytes(100))
    assert output_of(IMPORTING, str(tmp_path / "in.mp4")) == "[]"


def test_the_end_does_not_search_everything_imported_for_garbage():
    assert output_of(ENDING) == "True"
