"""Long videos in pieces whose processing fails, is killed or is interrupted."""

import json
import multiprocessing
import random
import secrets
import signal

import pytest

from arpipe.apps.batch import EXIT_FAILED, EXIT_INTERRUPTED, BatchConfig
from arpipe.apps.batch.history.manifest import MANIFEST_STEM
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.piece import WHOLE_BEGIN_S, Piece
from arpipe.apps.batch.pieces.joined_data import JoinedData
from arpipe.apps.batch.planning.shard import Shard
from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.object_store import files_below, write_file
from arpipe.io.video import VideoFile
from tests.apps.batch.crowd import CrowdPipeline, make_crowd
from tests.apps.batch.killing import run_and_die
from tests.apps.batch.pieces.pieces import (
    PIECES,
    PTS,
    VIDEO,
    Crowds,
    process,
    require_same_data,
    require_same_video,
)
from tests.apps.batch.running import batch


def test_worker_that_is_killed_costs_one_piece_of_a_video_that_processes_share(clip, whole, tmp_path, trip):
    trip("kill")
    workers = PIECES.model_copy(update={"jobs": 2})
    code, text = process(clip, tmp_path / "out", make_crowd, workers, report="json")
    assert code == 0, text
    events = [json.loads(line) for line in text.splitlines()]
    (killed,) = [event for event in events if event["event"] == "interrupted"]
    done = [event["piece"] for event in events if event["event"] == "piece done"]
    assert sorted(done) == [1, 2, 3, 4]
    assert killed["piece"] in done
    (joined,) = [event for event in events if event["event"] == "done"]
    assert joined["frames"] == len(PTS)
    require_same_data(tmp_path / "out", whole)
    require_same_video(tmp_path / "out", whole)


def test_failed_piece_fails_the_video_and_is_all_that_a_resumed_run_repeats(clip, whole, tmp_path):
    detected = []

    class Unlucky(CrowdPipeline):
        def detect(self, frame):
            detected.append(frame.captured_s)
            if frame.captured_s > 1.9 and not (tmp_path / "mended").exists():
                raise MediaError("no luck")
            return super().detect(frame)

    def make(config, mode):
        return Unlucky(mode)

    code, text = process(clip, tmp_path / "out", make)
    assert code == EXIT_FAILED
    assert "clip.mp4, piece 4 of 4: failed: no luck" in text
    assert "failed: " in text
    assert "1 of 4 pieces failed, the first is piece 4 of 4" in text
    assert "0 of 1 done, 1 failed" in text
    assert not list((tmp_path / "out").glob("*/clip.*"))
    (tmp_path / "mended").touch()
    detected.clear()
    code, text = process(clip, tmp_path / "out", make, existing="resume")
    assert code == 0, text
    assert "clip.mp4: 3 of its pieces were done already" in text
    assert min(detected) > 1.0
    require_same_data(tmp_path / "out", whole)
    require_same_video(tmp_path / "out", whole)
    assert not list((tmp_path / "out").rglob(".arpipe-pieces"))
    assert "1 was done already" in process(clip, tmp_path / "out", existing="resume")[1]


def test_quiet_batch_reports_a_failed_piece_with_its_video(clip, tmp_path, capsys):
    def trip(index):
        if index == 20:
            raise MediaError("no luck")

    code, text = process(clip, tmp_path / "out", Crowds(trip), report="quiet")
    said = " ".join(capsys.readouterr().err.split())
    assert (code, text) == (EXIT_FAILED, "")
    assert said.count("failed: ") == 1
    assert "of 4 pieces failed, the first is piece" in said


def interrupt_second_piece(index):
    """End a run at a frame that the first piece does not have."""
    if index == 18:
        raise KeyboardInterrupt


@pytest.mark.parametrize(("quality", "is_repeated"), [(80, False), (30, True)])
def test_pieces_of_an_interrupted_run_are_used_if_the_settings_are_the_same(
    clip, tmp_path, quality, is_repeated
):
    code, _ = process(clip, tmp_path / "out", Crowds(interrupt_second_piece))
    assert code == EXIT_INTERRUPTED
    assert [path.name for path in (tmp_path / "out").rglob("*.json")] == ["1.json"]
    detected = []

    class Watched(CrowdPipeline):
        def detect(self, frame):
            detected.append(frame.captured_s)
            return super().detect(frame)

    video = VideoSinkConfig(quality=quality, threads=1)
    factory = Crowds(kind=Watched)
    assert process(clip, tmp_path / "out", factory, existing="resume", video=video)[0] == 0
    assert (min(detected) == 0.0) == is_repeated
    with VideoFile(tmp_path / "out" / "drawn" / "clip.mp4") as joined:
        assert len(list(joined)) == len(PTS)


def test_shard_leaves_the_pieces_of_other_shards_alone(clip, tmp_path):
    code, _ = process(clip, tmp_path / "out", Crowds(interrupt_second_piece))
    assert code == EXIT_INTERRUPTED
    pieces = {path: path.read_bytes() for path in (tmp_path / "out").rglob(".arpipe-pieces/*/*")}
    assert pieces
    job = Job(str(clip), "video", tmp_path / "out" / "drawn" / "clip.mp4", None, "jsonl")
    other = next(number for number in (1, 2) if not Shard(number, 2).share([job], job.output.parent))
    code, text = process(clip, tmp_path / "out", existing="resume", shard=f"{other}/2")
    assert code == 0, text
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob(".arpipe-pieces/*/*")} == pieces


def test_pieces_of_an_earlier_run_are_an_event(clip, tmp_path):
    process(clip, tmp_path / "out", Crowds(interrupt_second_piece))
    code, text = process(clip, tmp_path / "out", existing="resume", report="json")
    assert code == 0
    events = [json.loads(line) for line in text.splitlines()]
    assert [(each["event"], each["pieces"]) for each in events if "pieces" in each] == [
        ("divided", 4),
        ("reused", [1]),
    ]


def test_resumed_run_asks_a_store_for_left_pieces_once_and_removes_those_of_finished_videos(
    clip, tmp_path, monkeypatch
):
    store = f"memory://{tmp_path.name}-{secrets.token_hex(4)}"
    for name in "abc":
        write_file(f"{store}/in/{name}.mp4", clip.read_bytes())
    settings = {"export": f"{store}/data", "workers": PIECES, "inputs": [f"{store}/in"]}
    assert batch(Crowds(), **settings)[0] == 0
    for name in ("a.jsonl/1.jsonl", "b.jsonl/2.json", "of another run.jsonl/1.json"):
        write_file(f"{store}/data/.arpipe-pieces/{name}", b"{}")
    asked = []

    def files_below_counted(address, *, recursive):
        asked.append(address)
        return files_below(address, recursive=recursive)

    monkeypatch.setattr("arpipe.apps.batch.pieces.files.files_below", files_below_counted)
    code, text = batch(Crowds(), existing="resume", **settings)
    assert (code, "3 were done already" in text) == (0, True), text
    assert asked == [f"{store}/data/.arpipe-pieces"]
    left = [name for name in files_below(store, recursive=True) if "pieces" in name]
    assert left == ["data/.arpipe-pieces/of another run.jsonl/1.json"]


def test_interrupted_run_into_a_single_file_leaves_nothing(clip, tmp_path):
    code, _ = process(clip, tmp_path, Crowds(interrupt_second_piece), output=tmp_path / "a.mp4", export=None)
    assert code == EXIT_INTERRUPTED
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_input_that_changes_between_pieces_is_a_loss(clip, tmp_path):
    def trip(index):
        if index == 12:
            clip.touch()

    code, text = process(clip, tmp_path / "out", Crowds(trip))
    assert code == EXIT_FAILED
    assert "LOST: " in text
    assert "the file was changed while it was read" in text


@pytest.mark.parametrize("line", [b"{", b"\xff"])
def test_damaged_data_of_a_piece_is_named(tmp_path, line):
    path = tmp_path / "1.jsonl"
    path.write_bytes(b"{}\n" + line)
    piece = Piece(1, 2, WHOLE_BEGIN_S, 1.0, 0.25, tmp_path / "1.json")
    with pytest.raises(MediaError, match=r"1\.jsonl: is damaged"):
        list(JoinedData(piece.overlap_s).records(piece, path))


def test_video_that_is_killed_at_any_point_ends_like_one_that_is_not(clip, whole, tmp_path):
    out = tmp_path / "killed"
    out.mkdir()
    config = BatchConfig(
        inputs=(str(clip),),
        output=out / "drawn",
        export=out / "data",
        existing="resume",
        video=VIDEO,
        workers=PIECES,
    )
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.apps.batch.killing", "arpipe.io.video.writer"])
    rng, code, kills = random.Random(5), tmp_path / "code", 0
    while not code.exists():
        step = rng.randint(1, 30) if kills < 12 else 0
        process = processes.Process(target=run_and_die, args=(config, step, code, CrowdPipeline))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        kills += process.exitcode == -signal.SIGKILL
    assert code.read_text() == "0"
    assert kills >= 3  # there are 84 frames with the overlaps, and at most 30 of them in a run
    require_same_data(out, whole)
    require_same_video(out, whole)
    left = {path.name for path in out.rglob(".*")}
    assert left == {f"{MANIFEST_STEM}.jsonl", f"{MANIFEST_STEM}.jsonl.lock"}
