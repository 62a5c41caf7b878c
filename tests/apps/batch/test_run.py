"""What a batch writes and says."""

import json
import sys
import threading

import numpy as np
import pytest
from PIL import Image

from arpipe.errors import ConfigError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video import VideoFile, hardware
from arpipe.io.video.codecs import CODECS, HARDWARE_H264
from arpipe.pipeline.pipeline_config import PipelineConfig
from tests.apps.batch.fakes import MARK, FakePipeline
from tests.apps.batch.running import Factory, batch, files
from tests.io.clips import audio_packets, frame_times, patch_colors, write_clip


@pytest.fixture
def no_hardware(monkeypatch):
    """A machine without video hardware."""
    monkeypatch.setattr(hardware, "probe", lambda name: hardware.Hardware(name, "no device", "no driver"))


def test_hardware_that_is_named_and_missing_is_an_error_before_anything_is_made(clip, tmp_path, no_hardware):
    with pytest.raises(ConfigError, match="no driver"):
        batch(inputs=[clip], output=tmp_path / "out", video=VideoSinkConfig(hwaccel="cuda"))
    assert files(tmp_path) == ["clip.mp4"]
    assert not (tmp_path / "out").exists()


def test_batch_says_that_there_is_no_hardware_and_uses_software(clip, tmp_path, no_hardware):
    code, text = batch(
        inputs=[clip], output=tmp_path / "out.mp4", video=VideoSinkConfig(hwaccel="auto"), report="json"
    )
    events = [json.loads(line) for line in text.splitlines()]
    assert code == 0
    assert {"event": "note", "text": "hardware: none found"} in events
    assert frame_times(tmp_path / "out.mp4") == frame_times(clip)


def test_notes_of_a_video_say_what_decoded_and_encoded_it(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(hardware, "probe", lambda name: hardware.Hardware(name, "", ""))
    monkeypatch.setitem(HARDWARE_H264, "qsv", CODECS["h264"])  # instead of the encoder that is missing here
    code, text = batch(
        inputs=[clip], output=tmp_path / "out.mp4", video=VideoSinkConfig(hwaccel="qsv"), report="json"
    )
    (done,) = (each for each in map(json.loads, text.splitlines()) if each["event"] == "done")
    assert code == 0
    assert done["notes"] == [
        "decoded in software instead of with qsv (it does not take this h264 stream)",
        "encoded with libx264",
    ]


def test_video_keeps_count_times_and_sound_and_is_drawn_on(clip, tmp_path):
    factory = Factory()
    code, text = batch(factory, inputs=[clip], output=tmp_path / "out.mp4")
    assert code == 0
    assert frame_times(tmp_path / "out.mp4") == frame_times(clip)
    assert audio_packets(tmp_path / "out.mp4") == audio_packets(clip)
    with VideoFile(tmp_path / "out.mp4") as video:
        for frame in video:
            assert np.abs(frame.pixels[-6, -6].astype(int) - MARK).max() <= 4
    assert "24 frames" in text
    assert factory.made[0].drawn_on == {threading.get_ident()}  # OpenGL stays on one thread


def test_photos_and_videos_each_get_their_mode_and_a_fresh_start(clip, photo, tmp_path):
    factory = Factory()
    other = write_clip(tmp_path / "other.mp4")
    code, _ = batch(factory, inputs=[clip, photo, other], output=tmp_path / "out")
    assert code == 0
    assert [(made.mode, made.resets, made.closed) for made in factory.made] == [
        ("image", 1, True),
        ("video", 2, True),
    ]
    assert files(tmp_path / "out") == ["clip.mp4", "other.mp4", "photo.png"]
    with Image.open(tmp_path / "out" / "photo.png") as image:
        assert image.getpixel((63, 47)) == MARK
        assert image.getpixel((0, 0)) == (30, 60, 90)


def test_export_without_video_draws_nothing(clip, tmp_path):
    factory = Factory()
    code, _ = batch(factory, inputs=[clip], export=tmp_path / "out.jsonl")
    assert code == 0
    assert not factory.made[0].drawn_on
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert lines[0]["source"] == str(clip)
    assert lines[0]["camera"]["width"] == 96
    assert [line["frame"] for line in lines[1:]] == list(range(24))
    with VideoFile(clip) as video:
        assert [line["time_s"] for line in lines[1:]] == [round(frame.captured_s, 6) for frame in video]
    assert all(len(line["faces"]) == 1 for line in lines[1:])


def test_timings_are_told_and_written(clip, tmp_path):
    _, text = batch(inputs=[clip], output=tmp_path / "out.mp4", timings=tmp_path / "timings.json")
    record = json.loads((tmp_path / "timings.json").read_text("utf-8"))
    assert list(record["stages"]) == ["capture", "infer", "decode", "encode", "frame"]
    assert record["frames"] == 24
    assert record["stages"]["infer"] == {
        "count": 24,
        "mean_ms": 2.0,
        "p50_ms": 2.0,
        "p90_ms": 2.0,
        "p95_ms": 2.0,
        "p99_ms": 2.0,
        "max_ms": 2.0,
        "fps": 500.0,
    }
    for word in ("capture", "infer", "encode", "p50 ms", "p95 ms", "max ms", "FPS"):
        assert word in text


def test_codec_and_quality_reach_the_file(tmp_path):
    frames = [Image.effect_noise((128, 96), 40 + index) for index in range(6)]
    clip = tmp_path / "noise.gif"
    frames[0].save(clip, save_all=True, append_images=frames[1:], duration=100)
    sizes = []
    for quality in (10, 90):
        path = tmp_path / f"out{quality}.mp4"
        batch(inputs=[clip], output=path, video=VideoSinkConfig(codec="mpeg4", quality=quality))
        with VideoFile(path) as video:
            assert video._decoder.stream.codec_context.name == "mpeg4"
        sizes.append(path.stat().st_size)
    assert sizes[0] < sizes[1]


def test_terminal_gets_a_bar_and_pipes_get_lines(clip, tmp_path):
    _, bar = batch(terminal=True, inputs=[clip], output=tmp_path / "a.mp4")
    _, lines = batch(inputs=[clip], output=tmp_path / "b.mp4")
    assert "[1/1]" in bar
    assert "\x1b" not in lines
    assert "24 frames" in lines


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
@pytest.mark.parametrize("chosen", ["jsonl", "csv", "parquet"])
def test_names_that_are_no_text_are_exported_with_escapes(photo, tmp_path, chosen):
    if chosen == "parquet":
        pytest.importorskip("pyarrow")
    odd = photo.rename(photo.with_name("odd-\udcff.png"))
    out = tmp_path / "made" / f"out.{chosen}"
    code, _ = batch(inputs=[odd], export=out)
    assert code == 0
    written = b"".join(path.read_bytes() for path in out.parent.iterdir() if path.is_file())
    assert b"odd-\\\\udcff.png" in written or b"odd-\\udcff.png" in written


def test_names_with_brackets_are_printed_as_they_are(clip, tmp_path):
    odd = clip.rename(tmp_path / "[red]clip[0].mp4")
    code, text = batch(inputs=[odd], output=tmp_path / "out.mp4")
    assert code == 0
    assert "[red]clip[0].mp4" in text


def test_order_is_kept_while_stages_overlap(tmp_path):
    path = write_clip(tmp_path / "a.mp4", tuple(range(0, 360000, 3000)))
    batch(inputs=[path], output=tmp_path / "out.mp4", export=tmp_path / "out.jsonl")
    with VideoFile(path) as before, VideoFile(tmp_path / "out.mp4") as after:
        for one, other in zip(before, after, strict=True):
            assert one.captured_s == other.captured_s
            assert np.abs(patch_colors(one.pixels)[0] - patch_colors(other.pixels)[0]).max() <= 6
            assert np.abs(one.pixels[3].astype(int) - other.pixels[3]).mean() < 8  # the walking square


COUNTING = """
from pathlib import Path
from arpipe.io.sink import Sink

class Counting(Sink):
    def __init__(self, target, info):
        self.target, self.text = Path(target), f"{info.width}x{info.height}"

    @classmethod
    def open(cls, target, info, config):
        return cls(target, info)

    def write(self, pixels, result):
        self.text += f" {result.frame.index}"

    def close(self):
        self.target.write_text(self.text)
"""


def test_an_installed_output_takes_the_pictures(tmp_path, install):
    install("acme-count", {"count": "acme_count:Counting"}, COUNTING, group="arpipe.sinks")
    code, text = batch(
        inputs=[write_clip(tmp_path / "in.mp4", (0, 1, 2))], output=f"count:{tmp_path / 'made'}"
    )
    assert code == 0
    assert (tmp_path / "made").read_text() == "96x64 0 1 2"
    assert f"-> count:{tmp_path / 'made'}" in text


def test_several_inputs_may_share_a_named_output(tmp_path):
    inputs = [write_clip(tmp_path / "a.mp4"), write_clip(tmp_path / "b.mp4")]
    code, _ = batch(inputs=inputs, output="null:")
    assert code == 0
    assert files(tmp_path) == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(
    ("own_glasses", "effect", "is_told"),
    [(0.95, "round", True), (0.85, "round", False), (None, "round", False), (0.95, "lipstick", False)],
)
def test_people_who_try_glasses_on_are_told_about_their_own(tmp_path, own_glasses, effect, is_told):
    Image.new("RGB", (64, 48), (30, 60, 90)).save(tmp_path / "photo.png")
    code, text = batch(
        lambda config, mode: FakePipeline(mode, own_glasses=own_glasses),
        inputs=(tmp_path / "photo.png",),
        output=tmp_path / "out.png",
        pipeline=PipelineConfig(effects=(effect,)),
    )
    assert code == 0
    assert ("one person wears glasses already; take them off" in text) == is_told


@pytest.mark.parametrize(
    ("left_out", "note"),
    [(0, ""), (1, "1 more face was detected in a frame than followed"), (5, "5 more faces were detected")],
)
def test_faces_that_were_not_followed_are_told(clip, tmp_path, left_out, note):
    pipeline = FakePipeline("video")
    pipeline.faces_left_out = left_out
    code, text = batch(lambda config, mode: pipeline, inputs=[clip], output=tmp_path / "out.mp4")
    assert code == 0
    assert ("raise --max-faces" in text) == bool(note)
    assert note in text
