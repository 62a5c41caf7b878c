import io
import json
import os
import signal
import threading

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from arpipe.apps.batch import EXIT_FAILED, EXIT_INTERRUPTED, BatchConfig, run
from arpipe.errors import ConfigError, OutputError, RenderError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video import VideoFile, hardware
from arpipe.io.video.codecs import CODECS, HARDWARE_H264
from arpipe.pipeline.pipeline_config import PipelineConfig
from tests.apps.batch.fakes import MARK, FakePipeline
from tests.io.clips import audio_packets, damage, frame_times, patch_colors, write_clip, write_sound


class Factory:
    """Makes fake pipelines and remembers them."""

    def __init__(self, trip=lambda index: None):
        self.trip = trip
        self.made = []

    def __call__(self, config, mode):
        assert all(pipeline.closed for pipeline in self.made), "two pipelines at once"
        self.made.append(FakePipeline(mode, self.trip))
        return self.made[-1]


class Screen(io.StringIO):
    """Text on a terminal."""

    def isatty(self):
        return True


def batch(factory=None, terminal=False, **settings):
    """Exit code and what was printed."""
    text = Screen() if terminal else io.StringIO()
    settings["inputs"] = tuple(str(path) for path in settings["inputs"])
    console = Console(file=text, width=160, force_terminal=terminal)
    code = run(BatchConfig(**settings), factory or Factory(), console)
    return code, text.getvalue()


@pytest.fixture
def no_hardware(monkeypatch):
    """A machine without video hardware."""
    monkeypatch.setattr(hardware, "probe", lambda name: hardware.Hardware(name, "no device", "no driver"))


def files(folder):
    return sorted(path.name for path in folder.rglob("[!.]*") if path.is_file())


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", audio="aac")


@pytest.fixture
def photo(tmp_path):
    Image.new("RGB", (64, 48), (30, 60, 90)).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


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


def test_timings_that_cannot_be_written_are_refused_first(clip, tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        batch(inputs=[clip], output=tmp_path / "out.mp4", timings=tmp_path / "no" / "timings.json")
    assert not (tmp_path / "out.mp4").exists()


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


def test_rotated_and_animated_inputs(tmp_path):
    rotated = write_clip(tmp_path / "rotated.mp4", rotation=(-90, False, False))
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "blue", "green")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:], duration=[100, 300, 100])
    code, _ = batch(inputs=[rotated, tmp_path / "moving.gif"], output=tmp_path / "out")
    assert code == 0
    with VideoFile(tmp_path / "out" / "rotated.mp4") as video:
        assert (video.info.width, video.info.height) == (64, 96)
    assert [float(time) for time in frame_times(tmp_path / "out" / "moving.mp4")] == pytest.approx(
        [0, 0.1, 0.4]
    )


@pytest.mark.parametrize("size", [(1, 1), (7680, 4320)])
def test_smallest_and_largest_photos(tmp_path, size):
    Image.new("RGB", size, (30, 60, 90)).save(tmp_path / "a.png", compress_level=1)
    code, _ = batch(inputs=[tmp_path / "a.png"], output=tmp_path / "b.jpg")
    assert code == 0
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.size == size


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "CMYK", "P"])
def test_photos_of_every_kind(tmp_path, mode):
    suffix = "tif" if mode == "CMYK" else "png"
    source = (
        Image.new("I;16", (64, 48), 30000) if mode == "I;16" else Image.new("RGB", (64, 48)).convert(mode)
    )
    source.save(tmp_path / f"a.{suffix}")
    code, _ = batch(inputs=[tmp_path / f"a.{suffix}"], output=tmp_path / "out")
    assert code == 0
    with Image.open(tmp_path / "out" / f"a.{suffix}") as image:
        assert image.convert("RGB").getpixel((63, 47)) == MARK


def test_photo_on_its_side_comes_out_upright(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (64, 48)).save(tmp_path / "a.jpg", exif=exif)
    code, _ = batch(inputs=[tmp_path / "a.jpg"], output=tmp_path / "out")
    assert code == 0
    with Image.open(tmp_path / "out" / "a.jpg") as image:
        assert image.size == (48, 64)
        assert image.getexif().get(274, 1) == 1


def test_output_equal_to_input_is_refused_and_the_input_unharmed(clip):
    content = clip.read_bytes()
    with pytest.raises(OutputError, match="same file as the input"):
        batch(inputs=[clip], output=clip)
    assert clip.read_bytes() == content


def test_nothing_to_write_is_refused(clip):
    with pytest.raises(ConfigError, match="nothing to write"):
        batch(inputs=[clip])


def test_terminal_gets_a_bar_and_pipes_get_lines(clip, tmp_path):
    _, bar = batch(terminal=True, inputs=[clip], output=tmp_path / "a.mp4")
    _, lines = batch(inputs=[clip], output=tmp_path / "b.mp4")
    assert "[1/1]" in bar
    assert "\x1b" not in lines
    assert "24 frames" in lines


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
