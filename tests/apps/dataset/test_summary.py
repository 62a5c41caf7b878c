"""What a dataset holds, clip by clip."""

import io
import sys

import pytest
from rich.console import Console

from arpipe.__main__ import main
from arpipe.apps.batch import BatchConfig
from arpipe.apps.batch import run as run_batch
from arpipe.apps.dataset import run, summaries
from arpipe.apps.dataset.run import _duration, _without_name
from arpipe.errors import MediaError, MediaNotFound, OutputError
from tests.apps.batch.fakes import FakePipeline
from tests.io.clips import write_clip

pytest.importorskip("pyarrow")


class Absent(FakePipeline):
    """Nobody is there from the 10th to the 29th frame, and in the last ten."""

    def detect(self, frame):
        result = super().detect(frame)
        is_absent = 10 <= frame.index < 30 or frame.index >= 80
        return type(result)(frame) if is_absent else result


@pytest.fixture
def data(tmp_path):
    """A dataset of one clip at 30 Hz in a folder, a short one, and one that fails."""
    footage = tmp_path / "footage"
    (footage / "monday").mkdir(parents=True)
    write_clip(footage / "monday" / "a.mp4", tuple(range(0, 270_000, 3000)), size=(64, 48))
    write_clip(footage / "b.mp4", (0, 3000), size=(64, 48))
    (footage / "bad.mp4").write_bytes(b"no video")
    config = BatchConfig(
        inputs=(str(footage),), recursive=True, export=tmp_path / "data", export_format="dataset"
    )
    assert run_batch(config, lambda config, mode: Absent(mode), Console(file=io.StringIO())) == 1
    return tmp_path / "data"


def test_failures_of_a_dataset_beside_pictures_are_said_to_be_unknown(data):
    for path in data.glob(".arpipe-batch*"):
        path.unlink()
    text = io.StringIO()
    assert run(data, console=Console(file=text, width=200)) == 0
    assert (
        "has no manifest, which is in the folder of --output, so failed inputs are not known"
        in text.getvalue()
    )


def test_frames_faces_and_gaps_are_counted(data):
    short, long = summaries(data)
    assert (short.source.endswith("b.mp4"), short.frames, short.found, short.gaps) == (True, 2, 2, ())
    assert long.source.endswith("monday/a.mp4")
    assert (long.frames, long.found, long.most, len(long.gaps)) == (90, 60, 1, 1)  # ten frames are no gap
    assert long.longest_gap_s == pytest.approx(20 / 30)
    assert long.gaps[0].start_s == pytest.approx(10 / 30)
    assert long.duration_s == pytest.approx(89 / 30)


def test_summary_names_clips_totals_and_failures(data):
    text = io.StringIO()
    assert run(data, console=Console(file=text, width=200)) == 0
    assert "2 inputs, 3.0 seconds, 92 frames, 67.4 % of them with a face" in text.getvalue()
    assert "66.7 %" in text.getvalue()
    (failed,) = (line for line in text.getvalue().splitlines() if line.startswith("failed: "))
    assert failed.count("bad.mp4") == 1


@pytest.mark.parametrize(
    ("seconds", "text"), [(59.94, "59.9 seconds"), (60.0, "1.0 minutes"), (5400.0, "1.50 hours")]
)
def test_durations_have_the_unit_that_suits_them(seconds, text):
    assert _duration(seconds) == text


def test_a_reason_keeps_its_words_unless_they_are_the_name():
    assert _without_name("foot/a.mp4: the file is empty", "/clips/foot/a.mp4") == "the file is empty"
    assert _without_name("a worker ended: killed", "/clips/foot/a.mp4") == "a worker ended: killed"


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
def test_tables_whose_names_are_no_text_are_read(data):
    for table in ("frames", "faces"):
        (file,) = (data / table).glob("b*.parquet")
        file.rename(file.with_name("b-\udcff.parquet"))
    assert len(list(summaries(data))) == 2


def test_plots_are_written_into_a_new_folder(data, tmp_path):
    text = io.StringIO()
    assert run(data, tmp_path / "new" / "plots", Console(file=text, width=200)) == 0
    names = sorted(path.name for path in (tmp_path / "new" / "plots").iterdir())
    assert names == ["clips.svg", "gaps.svg", "yaw.svg"]
    assert text.getvalue().count("wrote ") == 3
    assert "1 gap: times without a face" in (tmp_path / "new" / "plots" / "gaps.svg").read_text("utf-8")
    (tmp_path / "file").touch()
    with pytest.raises(OutputError):
        run(data, tmp_path / "file" / "plots", Console(file=text))


def test_other_folders_and_damaged_tables_are_refused(data, tmp_path, capsys):
    assert main(["dataset", "summary", str(tmp_path)]) == 2
    assert "is not a dataset; make one with" in capsys.readouterr().err
    with pytest.raises(MediaNotFound, match="nothing: there is no such folder"):
        list(summaries(tmp_path / "nothing"))
    (data / "frames" / "b.parquet").write_bytes(b"PAR1")
    with pytest.raises(MediaError, match="b.parquet: cannot be read"):
        list(summaries(data))
