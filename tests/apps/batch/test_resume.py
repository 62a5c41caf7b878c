"""Existing outputs are never replaced silently, and an interrupted batch continues exactly where it was."""

import json
import multiprocessing
import random
import re
import signal

import pytest
from filelock import FileLock
from PIL import Image

from arpipe.apps.batch import EXIT_FAILED, BatchConfig
from arpipe.apps.batch.history.attempt import Attempt
from arpipe.apps.batch.history.manifest import Manifest
from arpipe.errors import ConfigError, MediaError, OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video import VideoFile
from tests.apps.batch.killing import run_and_die
from tests.apps.batch.running import Factory, batch, files
from tests.io.clips import write_clip

MANIFEST = ".arpipe-batch.jsonl"
KILLS = 20
# On several threads, libx264 now and then (1 of 480 clips on a busy machine) writes other bytes for the same frames.
SINGLE_THREADED = VideoSinkConfig(threads=1)


@pytest.fixture
def footage(tmp_path):
    """Two clips in folders and a photo."""
    folder = tmp_path / "footage"
    (folder / "monday").mkdir(parents=True)
    write_clip(folder / "monday" / "a.mp4", tuple(range(0, 24_000, 3000)), size=(64, 48))
    write_clip(folder / "b.mp4", tuple(range(0, 36_000, 3000)), size=(64, 48))
    Image.new("RGB", (64, 48), (30, 60, 90)).save(folder / "photo.png")
    return folder


def again(footage, out, existing="refuse", factory=None, **settings):
    settings = {
        "recursive": True,
        "output": out / "drawn",
        "export": out / "data",
        "video": SINGLE_THREADED,
        **settings,
    }
    return batch(factory, inputs=[footage], existing=existing, **settings)


def attempts(folder):
    """The lines of a manifest at the end of attempts."""
    lines = [json.loads(line) for line in (folder / MANIFEST).read_text("utf-8").splitlines()]
    ends = [line for line in lines if line["state"] != "begun"]
    assert len(lines) == 2 * len(ends)
    return ends


@pytest.fixture
def done(footage, tmp_path):
    """The folder of a finished batch."""
    out = tmp_path / "out"
    out.mkdir()
    assert again(footage, out)[0] == 0
    return out


def test_folders_are_mirrored_and_every_attempt_has_a_line(done, footage):
    assert files(done) == ["a.jsonl", "a.mp4", "b.jsonl", "b.mp4", "photo.jsonl", "photo.png"]
    assert (done / "drawn" / "monday" / "a.mp4").exists()
    lines = attempts(done / "drawn")
    assert {line["input"]: line["frames"] for line in lines} == {
        str(footage / "photo.png"): 1,
        str(footage / "b.mp4"): 12,
        str(footage / "monday" / "a.mp4"): 8,
    }
    for line in lines:
        assert (line["manifest"], line["state"]) == (1, "done")
        assert all(size > 0 for size in line["outputs"].values())
        assert len(line["outputs"]) == 2


def test_existing_outputs_are_refused_skipped_or_replaced_as_asked(done, footage):
    before = {path: path.stat().st_mtime_ns for path in done.rglob("[!.]*") if path.is_file()}
    with pytest.raises(
        OutputError, match="6 outputs would be replaced; add --overwrite.*--skip-existing.*--resume"
    ):
        again(footage, done)
    (done / "data" / "b.jsonl").unlink()
    with pytest.raises(OutputError, match="b.mp4: it would be replaced"):
        again(footage, done, "skip")
    (done / "drawn" / "b.mp4").unlink()
    code, text = again(footage, done, "skip")
    assert (code, "1 of 1 done, 0 failed, 2 were done already" in text) == (0, True)
    after = {path: path.stat().st_mtime_ns for path in before}
    assert {path.name for path in before if after[path] != before[path]} == {"b.mp4", "b.jsonl"}
    code, text = again(footage, done, "overwrite")
    assert (code, "3 of 3 done" in text) == (0, True)


def test_single_output_is_not_replaced_silently(footage, tmp_path):
    out = tmp_path / "out.mp4"
    settings = {"inputs": [footage / "b.mp4"], "output": out}
    assert batch(**settings)[0] == 0
    with pytest.raises(OutputError, match=r"out.mp4: it would be replaced.*complete$"):
        batch(**settings)
    assert batch(**settings, existing="overwrite")[0] == 0
    with pytest.raises(ConfigError, match="--resume needs a folder"):
        batch(**settings, existing="resume")


@pytest.mark.parametrize("change", ["output", "lost", "input", "settings", "version", "nothing"])
def test_resume_skips_what_is_done_and_whole_only(done, footage, change):
    redone = {"output": 1, "lost": 1, "input": 1, "settings": 3, "version": 3, "nothing": 0}[change]
    settings = {}
    match change:
        case "output":
            (done / "drawn" / "b.mp4").write_bytes(b"damaged")
        case "lost":
            (done / "data" / "b.jsonl").unlink()
        case "input":
            write_clip(footage / "b.mp4", (0, 3000, 6000), size=(64, 48))
        case "settings":
            settings["video"] = VideoSinkConfig(quality=30)
        case "version":
            manifest = done / "drawn" / MANIFEST
            manifest.write_text(re.sub(r'"arpipe":"[^"]+"', '"arpipe":"0.0.1"', manifest.read_text()))
    factory = Factory()
    code, text = again(footage, done, "resume", factory, **settings)
    assert code == 0
    were = "was" if redone == 2 else "were"
    already = f"{3 - redone} {were} done already"
    counts = f"{redone} of {redone} done, 0 failed" + f", {already}" * (redone < 3)
    assert (counts if redone else f"nothing to do; {already}") in text
    assert ("done again, because the settings or arpipe have changed" in text) == (redone == 3)
    assert len(attempts(done / "drawn")) == 3 + redone
    text = again(footage, done, "resume", **settings)[1]
    assert text.count("nothing to do; 3 were done already") == 1
    assert "FPS" not in text  # no table without rows


def test_resume_repeats_inputs_whose_data_are_wanted_in_another_format_of_the_same_suffix(footage, tmp_path):
    settings = {"output": None, "export": tmp_path / "data", "export_format": "csv"}
    assert again(footage, tmp_path, **settings)[0] == 0
    settings["export_format"] = "csv-long"
    assert "3 of 3 done" in again(footage, tmp_path, "resume", **settings)[1]
    assert "index" in (tmp_path / "data" / "b.csv").read_text("utf-8").partition("\n")[0].split(",")


def test_failed_inputs_are_tried_again(footage, tmp_path):
    (footage / "bad.mp4").write_bytes(b"no video")
    code, _ = again(footage, tmp_path)
    assert code == EXIT_FAILED
    (footage / "bad.mp4").unlink()
    write_clip(footage / "bad.mp4", (0, 3000), size=(64, 48))
    code, text = again(footage, tmp_path, "resume")
    assert (code, "1 of 1 done, 0 failed, 3 were done already" in text) == (0, True)


def test_input_that_changes_while_it_is_read_is_a_loss(footage, tmp_path):
    clip = footage / "b.mp4"

    def trip(index):
        if index == 5:
            clip.touch()

    code, text = batch(Factory(trip), inputs=[clip, footage / "photo.png"], output=tmp_path / "out")
    assert code == EXIT_FAILED
    assert "LOST: the file was changed while it was read" in text


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([MediaError("no answer")], "failed: {clip}: no answer"),
        (
            [None, MediaError("no answer")],
            "LOST: whether the file was changed while it was read is unknown: no answer",
        ),
    ],
    ids=["before", "after"],
)
def test_store_that_does_not_answer_costs_one_input(footage, tmp_path, monkeypatch, answers, said):
    clip, remaining = footage / "b.mp4", list(answers)

    def identify(spec):
        answer = remaining.pop(0) if spec == str(clip) else None
        if answer is not None:
            raise answer

    monkeypatch.setattr("arpipe.apps.batch.processing.job_runner.identify", identify)
    code, text = batch(inputs=[clip, footage / "photo.png"], output=tmp_path / "out")
    assert code == EXIT_FAILED
    assert said.format(clip=clip) in text
    assert "photo.png" in files(tmp_path / "out")


def test_resume_replaces_no_file_that_no_batch_has_begun(done, footage):
    write_clip(footage / "new.mp4", (0, 3000), size=(64, 48))
    (done / "drawn" / "new.mp4").write_bytes(b"of another program")
    with pytest.raises(OutputError, match="new.mp4: it would be replaced"):
        again(footage, done, "resume")


def test_two_runs_on_one_folder_are_refused(done, footage):
    with (
        FileLock(done / "drawn" / f"{MANIFEST}.lock"),
        pytest.raises(OutputError, match="another batch is writing into this folder"),
    ):
        again(footage, done, "resume")
    assert again(footage, done, "resume")[0] == 0


@pytest.mark.parametrize(
    "content",
    [b'{"manifest":2,"input":"a","outputs":{}}\n', b"a file of mine\n", b"[1]\n", b'{"manifest":1}\n', b"x"],
)
def test_other_files_and_versions_are_refused_and_kept(footage, tmp_path, content):
    (tmp_path / "drawn").mkdir()
    manifest = tmp_path / "drawn" / MANIFEST
    manifest.write_bytes(content)
    with pytest.raises(ConfigError, match="is not a line of a manifest of this version"):
        again(footage, tmp_path)
    assert manifest.read_bytes() == content


def test_line_that_was_cut_off_is_forgotten(done):
    manifest = done / "drawn" / MANIFEST
    content = manifest.read_bytes()
    for size in (1, 12, 40):
        manifest.write_bytes(content + content[:size])
        with Manifest(done / "drawn") as opened:
            assert len(opened.attempts) == 3
            opened.append(Attempt("1", "s", "/new\n\udc80☃.mp4", "failed"))
        with Manifest(done / "drawn") as opened:
            assert opened.attempts["/new\n\udc80☃.mp4"].state == "failed"


def test_shards_share_the_inputs_and_see_what_others_did(footage, tmp_path):
    done = []
    for number in (1, 2, 3):
        code, _ = again(footage, tmp_path, "resume", shard=f"{number}/3")
        assert code == 0
        done.append(files(tmp_path / "drawn"))
    assert sorted(done[-1]) == ["a.mp4", "b.mp4", "photo.png"]
    assert len(done[0]) < 3
    code, text = again(footage, tmp_path, "resume")
    assert (code, "3 were done already" in text) == (0, True)
    for text in ("0/3", "4/3", "x", "1/0"):
        with pytest.raises(ConfigError, match="expected NUMBER/COUNT"):
            again(footage, tmp_path, "resume", shard=text)


def test_batch_that_is_killed_at_any_point_ends_like_one_that_is_not(done, footage, tmp_path):
    out = tmp_path / "killed"
    out.mkdir()
    config = BatchConfig(
        inputs=(str(footage),),
        recursive=True,
        output=out / "drawn",
        export=out / "data",
        existing="resume",
        video=SINGLE_THREADED,
    )
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.apps.batch.killing", "arpipe.io.video.writer"])
    rng, code, kills = random.Random(4), tmp_path / "code", 0
    while not code.exists():
        step = rng.randint(1, 14) if kills < KILLS else 0
        process = processes.Process(target=run_and_die, args=(config, step, code))
        process.start()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL)
        kills += process.exitcode == -signal.SIGKILL
    assert code.read_text() == "0"
    assert kills == KILLS
    assert not list(out.rglob(".*.arpipe"))
    assert files(out) == files(done)
    for path in (done / "data").rglob("[!.]*.jsonl"):
        assert (out / "data" / path.relative_to(done / "data")).read_bytes() == path.read_bytes()
    for path in (done / "drawn").rglob("[!.]*.mp4"):
        with VideoFile(path) as whole, VideoFile(out / "drawn" / path.relative_to(done / "drawn")) as other:
            frames, others = [list(video) for video in (whole, other)]
        assert [frame.captured_s for frame in frames] == [frame.captured_s for frame in others]
        assert all((a.pixels == b.pixels).all() for a, b in zip(frames, others, strict=True))
