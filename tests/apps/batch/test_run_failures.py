"""What ends an input, and what ends the batch."""

import json
import os
import signal
import threading

import numpy as np
import pytest

from arpipe.apps.batch import EXIT_FAILED, EXIT_INTERRUPTED
from arpipe.errors import ConfigError, OutputError, RenderError
from tests.apps.batch.fakes import FakePipeline
from tests.apps.batch.running import Factory, batch, files
from tests.io.clips import damage, frame_times, write_clip, write_sound


def test_one_bad_file_never_stops_the_others(clip, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(clip.read_bytes()[:3000])
    empty = tmp_path / "empty.jpg"
    empty.touch()
    sound = write_sound(tmp_path / "sound.mp4")
    inputs = [bad, empty, tmp_path / "nope.png", sound, clip]
    code, text = batch(inputs=inputs, output=tmp_path / "out", export=tmp_path / "data")
    assert code == EXIT_FAILED
    assert files(tmp_path / "out") == ["clip.mp4"]
    assert files(tmp_path / "data") == ["clip.jsonl"]
    assert "1 of 5 done, 4 failed" in text
    for reason in ("there is no such file", "the file is empty", "only audio", "is it cut off"):
        assert reason in text


def test_damage_in_the_middle_is_skipped_counted_and_told(tmp_path):
    path = damage(write_clip(tmp_path / "a.mp4", tuple(range(0, 360000, 3000)), gop=20), 0.45, 0.55)
    code, text = batch(inputs=[path], output=tmp_path / "out.mp4")
    assert code == 0
    assert "damaged parts skipped" in text
    assert 60 < len(frame_times(tmp_path / "out.mp4")) <= 120


def test_defect_in_the_pipeline_fails_one_input_only(clip, photo, tmp_path):
    def trip(index):
        if index == 7:
            raise ZeroDivisionError("a defect")

    code, text = batch(Factory(trip), inputs=[clip, photo], output=tmp_path / "out")
    assert code == EXIT_FAILED
    assert files(tmp_path / "out") == ["photo.png"]
    assert "unexpected ZeroDivisionError: a defect" in text


def test_machine_that_cannot_draw_ends_the_batch(clip, tmp_path):
    def trip(index):
        raise RenderError("no OpenGL")

    with pytest.raises(RenderError, match="no OpenGL"):
        batch(Factory(trip), inputs=[clip], output=tmp_path / "out.mp4")
    assert not (tmp_path / "out.mp4").exists()


def test_interrupt_leaves_no_half_file_and_keeps_what_is_finished(clip, tmp_path):
    before = set(threading.enumerate())
    longer = write_clip(tmp_path / "longer.mp4", tuple(range(0, 180000, 3000)))

    def trip(index):
        if index == 40:
            raise KeyboardInterrupt

    code, text = batch(
        Factory(trip),
        inputs=[clip, longer],
        output=tmp_path / "out",
        export=tmp_path / "data",
        timings=tmp_path / "timings.json",
    )
    assert code == EXIT_INTERRUPTED
    assert files(tmp_path / "out") == ["clip.mp4"]
    assert files(tmp_path / "data") == ["clip.jsonl"]
    assert "what was finished stays" in text
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_a_batch_like_ctrl_c(clip, tmp_path, number):
    longer = write_clip(tmp_path / "longer.mp4", tuple(range(0, 900000, 3000)))
    before = signal.getsignal(signal.SIGTERM)

    def trip(index):
        if index == 40:
            os.kill(os.getpid(), number)

    code, _ = batch(Factory(trip), inputs=[clip, longer], output=tmp_path / "out")
    assert code == EXIT_INTERRUPTED
    assert files(tmp_path / "out") == ["clip.mp4"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_full_disk_fails_with_its_reason_and_leaves_nothing(clip, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("arpipe.io.video.writer.VideoSink._mux", full)
    code, text = batch(inputs=[clip], output=tmp_path / "out.mp4", export=tmp_path / "out.jsonl")
    assert code == EXIT_FAILED
    assert "No space left on device" in text
    assert files(tmp_path) == ["clip.mp4"]


def test_landmarks_that_are_not_finite_end_no_export_and_the_loss_is_said(clip, tmp_path):
    class Damaged(FakePipeline):
        def detect(self, frame):
            result = super().detect(frame)
            if frame.index in (3, 4):
                result.faces[0].landmarks.points_px[7] = np.nan
            return result

    code, text = batch(lambda config, mode: Damaged(mode), inputs=[clip], export=tmp_path / "a.jsonl")
    assert code == EXIT_FAILED
    assert "LOST: 2 frames have numbers that are not finite" in text
    lines = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()[1:]
    lost = [json.loads(line)["faces"][0]["landmarks"][7] == [None] * 3 for line in lines]
    assert lost == [index in (3, 4) for index in range(24)]


def test_timings_that_cannot_be_written_are_refused_first(clip, tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        batch(inputs=[clip], output=tmp_path / "out.mp4", timings=tmp_path / "no" / "timings.json")
    assert not (tmp_path / "out.mp4").exists()


def test_output_equal_to_input_is_refused_and_the_input_unharmed(clip):
    content = clip.read_bytes()
    with pytest.raises(OutputError, match="same file as the input"):
        batch(inputs=[clip], output=clip)
    assert clip.read_bytes() == content


def test_nothing_to_write_is_refused(clip):
    with pytest.raises(ConfigError, match="nothing to write"):
        batch(inputs=[clip])
