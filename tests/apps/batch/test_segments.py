"""Long videos in pieces: the outputs are those of the whole video, whatever happens on the way."""

import json
import multiprocessing
import random
import secrets
import signal
from fractions import Fraction

import pytest
from pydantic import ValidationError

from arpipe import __version__
from arpipe.apps.batch import EXIT_FAILED, EXIT_INTERRUPTED, BatchConfig
from arpipe.apps.batch.dividing import count_units
from arpipe.apps.batch.events import Divided, Finished
from arpipe.apps.batch.joined_data import JoinedData
from arpipe.apps.batch.manifest import MANIFEST_STEM
from arpipe.apps.batch.piece import WHOLE_BEGIN_S, Piece
from arpipe.apps.batch.ray_worker import Home, RayWorker
from arpipe.apps.batch.shard import Shard
from arpipe.apps.batch.targets import Job
from arpipe.config import JobsConfig
from arpipe.controls.config import TriggerConfig
from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.object_store import files_below, read_files, write_file
from arpipe.io.video import VideoFile
from tests.apps.batch.crowd import SECOND_FROM_S, CrowdPipeline, make_crowd
from tests.apps.batch.killing import run_and_die
from tests.apps.batch.running import batch, files
from tests.io.clips import audio_packets, write_clip

PTS = tuple(3000 * index + 700 * (index % 3) for index in range(60))  # 2 s at a variable rate
GOP = 6
VIDEO = VideoSinkConfig(threads=1)
PIECES = JobsConfig(segment_s=0.55, overlap_s=0.25)
FORMATS = ("csv-wide", "parquet", "dataset")


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", PTS, audio="aac", gop=GOP)


class Crowds:
    """Makes pipelines, and may let frames fail, by their index in a piece."""

    def __init__(self, trip=lambda index: None, kind=CrowdPipeline):
        self.trip, self.kind = trip, kind

    def __call__(self, config, mode):
        return self.kind(mode, self.trip)


def process(clip, out, factory=None, workers=PIECES, **settings):
    out.mkdir(exist_ok=True)
    settings = {"output": out / "drawn", "export": out / "data", "video": VIDEO, **settings}
    return batch(factory or Crowds(), inputs=[clip], workers=workers, **settings)


@pytest.fixture
def whole(clip, tmp_path):
    """The outputs of a run that cuts nothing."""
    assert process(clip, tmp_path / "whole", workers=JobsConfig())[0] == 0
    return tmp_path / "whole"


def ids(path):
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]
    return [[face["id"] for face in line["faces"]] for line in lines]


def require_same_data(out, whole):
    assert files(out / "data") == files(whole / "data")
    for path in (whole / "data").rglob("[!.]*"):
        if path.is_file():
            assert (out / "data" / path.relative_to(whole / "data")).read_bytes() == path.read_bytes()


def require_same_video(out, whole):
    ours, theirs = out / "drawn" / "clip.mp4", whole / "drawn" / "clip.mp4"
    with VideoFile(ours) as video, VideoFile(theirs) as expected:
        times = [frame.captured_s for frame in video]
        assert times == [frame.captured_s for frame in expected]
        assert len(times) == len(PTS)
        assert video.end_s == pytest.approx(expected.end_s, abs=1e-5)
    assert audio_packets(ours) == audio_packets(theirs)


def test_video_in_pieces_is_the_whole_video(clip, whole, tmp_path):
    code, text = process(clip, tmp_path / "out")
    assert code == 0, text
    assert "clip.mp4: is processed in 4 pieces" in text
    assert "1 of 1 done, 0 failed" in text
    assert "100 %" not in text  # nobody is there at the end
    require_same_data(tmp_path / "out", whole)
    require_same_video(tmp_path / "out", whole)
    assert not list((tmp_path / "out").rglob(".arpipe-pieces"))
    found = ids(tmp_path / "out" / "data" / "clip.jsonl")
    assert found[0] == [1]
    assert [1, 2] in found
    assert [2] in found  # in pieces in which only the second person is


@pytest.mark.parametrize("chosen", FORMATS)
def test_data_of_pieces_is_that_of_the_whole_video_in_every_format(clip, tmp_path, chosen):
    if chosen in ("parquet", "dataset"):
        pytest.importorskip("pyarrow")
    settings = {"export_format": chosen, "output": None}
    assert process(clip, tmp_path / "whole", workers=JobsConfig(), **settings)[0] == 0
    assert process(clip, tmp_path / "out", **settings)[0] == 0
    require_same_data(tmp_path / "out", tmp_path / "whole")


def test_single_files_are_joined_too(clip, whole, tmp_path):
    settings = {"output": tmp_path / "a.mp4", "export": tmp_path / "a.jsonl"}
    code, text = process(clip, tmp_path, **settings)
    assert code == 0, text
    assert (tmp_path / "a.jsonl").read_bytes() == (whole / "data" / "clip.jsonl").read_bytes()
    assert not list(tmp_path.glob(".arpipe*"))


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
    assert min(detected) > 1.0
    require_same_data(tmp_path / "out", whole)
    require_same_video(tmp_path / "out", whole)
    assert not list((tmp_path / "out").rglob(".arpipe-pieces"))
    assert "1 were done already" in process(clip, tmp_path / "out", existing="resume")[1]


def test_quiet_batch_reports_a_failed_piece_with_its_video(clip, tmp_path, capsys):
    def trip(index):
        if index == 20:
            raise MediaError("no luck")

    code, text = process(clip, tmp_path / "out", Crowds(trip), report="quiet")
    said = " ".join(capsys.readouterr().err.split())
    assert (code, text) == (EXIT_FAILED, "")
    assert said.count("failed: ") == 1
    assert "of 4 pieces failed, the first is piece" in said


def test_terminal_shows_the_pieces_of_a_video(clip, tmp_path):
    settings = {"output": tmp_path / "a.mp4", "video": VIDEO, "workers": PIECES, "terminal": True}
    code, text = batch(Crowds(), inputs=[clip], **settings)
    assert code == 0, text
    assert "1 of 1 done, 0 failed" in text


def test_worker_on_ray_divides_videos_too(clip, tmp_path):
    config = BatchConfig(export=tmp_path / "data", workers=PIECES)
    worker = RayWorker(config, make_crowd, 1, Home(__version__, str(tmp_path / "missing")))
    job = Job(str(clip), "video", None, tmp_path / "data" / "clip.jsonl", "jsonl")
    worker.run((job,))
    (divided,) = [each for each in worker.messages() if isinstance(each, Divided)]
    worker.run(divided.pieces[:1])
    (finished,) = [each for each in worker.messages() if isinstance(each, Finished)]
    assert finished.job == divided.pieces[0]
    assert divided.pieces[0].export.exists()


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


@pytest.mark.parametrize(
    ("name", "gop", "codec", "said"),
    [
        ("a.mp4", 1000, "libx264", "no key frame after the first can be found"),
        ("a.avi", 8, "mpeg4", "no key frame after the first can be found"),
    ],
)
def test_video_that_cannot_be_cut_is_processed_as_a_whole_and_says_so(tmp_path, name, gop, codec, said):
    pts = tuple(range(0, 3000 * 60, 3000))
    clip = write_clip(tmp_path / name, pts, gop=gop, codec=codec)
    code, text = process(clip, tmp_path / "out")
    assert code == 0, text
    assert said in " ".join(text.split())
    assert "pieces" not in text.replace("as one piece", "")
    assert len(ids(tmp_path / "out" / "data" / "a.jsonl")) == 60


def test_output_that_cannot_be_joined_is_written_as_a_whole(clip, tmp_path):
    code, text = process(clip, tmp_path, output=tmp_path / "a.avi", export=None)
    assert code == 0, text
    assert "pieces are not joined into AVI files" in " ".join(text.split())


@pytest.mark.parametrize(("name", "units"), [("a.mp4", 4), ("a.avi", 1)])
def test_processes_are_counted_by_the_pieces_that_there_will_be(clip, tmp_path, name, units):
    job = Job(str(clip), "video", tmp_path / name, None, "jsonl")
    assert count_units([job], PIECES.segment_s, enough=8) == units
    assert count_units([job], None, enough=8) == 1


def test_pieces_of_videos_in_stores_are_joined_there_and_removed(clip, whole, tmp_path):
    store = f"memory://{tmp_path.name}-{secrets.token_hex(4)}"
    write_file(f"{store}/in/clip.mp4", clip.read_bytes())
    settings = {"output": f"{store}/drawn", "export": f"{store}/data", "video": VIDEO, "workers": PIECES}
    code, text = batch(Crowds(), inputs=[f"{store}/in/clip.mp4"], **settings)
    assert code == 0, text
    assert "is processed in 4 pieces" in text
    found = files_below(store, recursive=True)
    assert [name for name in found if "/." not in name] == [
        "data/clip.jsonl",
        "drawn/clip.mp4",
        "in/clip.mp4",
    ]
    assert not [name for name in found if "pieces" in name]
    data = read_files(store, ["data/clip.jsonl"])["data/clip.jsonl"].splitlines()
    assert data[1:] == (whole / "data" / "clip.jsonl").read_bytes().splitlines()[1:]


def test_pieces_that_a_store_does_not_remove_do_no_harm(clip, tmp_path, monkeypatch):
    def refuse(self, *_, **__):
        raise PermissionError("no right to delete")

    memory = pytest.importorskip("fsspec.implementations.memory")
    monkeypatch.setattr(memory.MemoryFileSystem, "rm", refuse)
    store = f"memory://{tmp_path.name}-{secrets.token_hex(4)}"
    code, text = batch(Crowds(), inputs=[clip], export=f"{store}/data", workers=PIECES)
    assert code == 0, text
    assert "1 of 1 done, 0 failed" in text
    found = files_below(store, recursive=True)
    assert "data/clip.jsonl" in found
    assert [name for name in found if "pieces" in name]


@pytest.mark.parametrize("line", [b"{", b"\xff"])
def test_damaged_data_of_a_piece_is_named(tmp_path, line):
    path = tmp_path / "1.jsonl"
    path.write_bytes(b"{}\n" + line)
    piece = Piece(1, 2, WHOLE_BEGIN_S, 1.0, 0.25, tmp_path / "1.json")
    with pytest.raises(MediaError, match=r"1\.jsonl: is damaged"):
        list(JoinedData(piece.overlap_s).records(piece, path))


def test_photos_and_short_clips_are_not_affected(tmp_path):
    short = write_clip(tmp_path / "short.mp4", PTS[:12], gop=GOP)
    code, text = process(short, tmp_path / "out")
    assert code == 0
    assert "piece" not in text


@pytest.mark.parametrize("settings", [{"segment_s": 0}, {"segment_s": -5}, {"segment_s": float("inf")}])
def test_lengths_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValidationError, match="segment_s"):
        JobsConfig(**settings)


def test_pieces_are_longer_than_their_overlap():
    with pytest.raises(ValidationError, match="expected more than overlap_s, which is 4, got 3"):
        JobsConfig(segment_s=3)
    assert JobsConfig(segment_s=3, overlap_s=1).segment_s == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"controls": (TriggerConfig(when="smile"),)}, "controls follow a video"),
        ({"output": "null:"}, "joined into files"),
        ({"export": "-"}, "joined into files"),
    ],
)
def test_what_pieces_cannot_do_is_refused(settings, said):
    with pytest.raises(ValidationError, match=said):
        BatchConfig(workers=PIECES, **settings)


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


def test_second_person_comes_within_the_first_piece():
    assert Fraction(SECOND_FROM_S) < Fraction(PIECES.segment_s)
