"""Video hardware; the machine that runs the tests need not have any, so that stand-ins take its place."""

from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import pytest

from arpipe.errors import ConfigError, MediaError
from arpipe.io.encoding import DeviceName, VideoSinkConfig
from arpipe.io.video import VideoFile, VideoFileConfig, hardware
from arpipe.io.video.codecs import CODECS, HARDWARE_H264
from arpipe.io.video.hardware import Hardware, choose_encoder, describe_decoder, find_hardware
from arpipe.io.video.inheritance import traits_of
from arpipe.io.video.writer import VideoSink
from arpipe.types import FrameResult
from tests.io.clips import frame_times, write_clip

NAMES = get_args(DeviceName)


@pytest.fixture
def machine(monkeypatch):
    """The hardware of a pretended machine, by name; tests add to it."""
    present = {}
    absent = {name: Hardware(name, "no device", "no driver") for name in NAMES}
    monkeypatch.setattr(hardware, "probe", lambda name: present.get(name, absent[name]))
    return present


@pytest.fixture
def cuda(machine, monkeypatch):
    """Hardware that only encodes; libx264 stands in for its encoder."""
    machine["cuda"] = Hardware("cuda", "no decoder", "")
    monkeypatch.setitem(HARDWARE_H264, "cuda", CODECS["h264"])


def copy(source_path, path, **settings):
    """Write a video again; return the notes of the sink."""
    with (
        VideoFile(source_path) as source,
        VideoSink(path, 96, 64, traits_of(source), VideoSinkConfig(**settings)) as sink,
    ):
        for frame in source:
            sink.write(frame.pixels, FrameResult(frame))
    return sink.notes


@pytest.mark.parametrize("name", NAMES)
def test_probe_of_this_machine_gives_reasons_or_works(name):
    found = hardware.probe(name)
    for problem in (found.decoder_problem, found.encoder_problem):
        assert problem == problem.strip()
    assert found is hardware.probe(name)  # once per process
    if found.is_usable:
        assert find_hardware(name) == found
    else:
        with pytest.raises(ConfigError, match=rf"{name} does not decode \(.+\), does not encode"):
            find_hardware(name)


def test_encoder_that_opens_is_usable_and_one_that_does_not_gives_the_reason(monkeypatch):
    monkeypatch.setitem(HARDWARE_H264, "cuda", CODECS["h264"])
    assert hardware._encoder_problem("cuda", 256, 256) == ""
    monkeypatch.setitem(HARDWARE_H264, "cuda", replace(CODECS["h264"], encoder="h264_absent"))
    assert hardware._encoder_problem("cuda", 256, 256) == "this build of PyAV has no h264_absent"
    monkeypatch.setitem(HARDWARE_H264, "cuda", replace(CODECS["h264"], pixel_format="yuva420p"))
    assert hardware._encoder_problem("cuda", 256, 256)


def test_auto_takes_the_first_that_works_and_nothing_where_none_does(machine):
    assert find_hardware("auto") is None
    assert hardware.describe_hardware(None) == "hardware: none found"
    machine["qsv"] = Hardware("qsv", "no decoder", "")
    assert find_hardware("auto") is machine["qsv"]
    assert hardware.describe_hardware(machine["qsv"]) == (
        "hardware: qsv does not decode (no decoder), encodes H.264"
    )
    machine["cuda"] = Hardware("cuda", "", "")
    assert find_hardware("auto") is machine["cuda"]
    assert find_hardware("none") is None


def test_software_is_used_without_a_word_unless_hardware_is_requested(cuda):
    assert choose_encoder("h264", "none", 96, 64) == hardware.EncoderChoice(CODECS["h264"])


def test_video_says_which_hardware_encoded_it(cuda, tmp_path):
    source = write_clip(tmp_path / "in.mp4")
    assert copy(source, tmp_path / "out.mp4", hwaccel="cuda") == ("encoded with libx264",)
    assert frame_times(tmp_path / "out.mp4") == frame_times(source)


def test_video_says_why_it_was_encoded_in_software(cuda, monkeypatch, tmp_path):
    source = write_clip(tmp_path / "in.mp4")
    (note,) = copy(source, tmp_path / "a.mp4", hwaccel="auto", codec="mpeg4")
    assert note == (
        "encoded in software instead of with cuda (arpipe encodes only h264 with hardware, not mpeg4)"
    )
    monkeypatch.setattr(hardware, "_encoder_problem", lambda name, width, height: f"{width}x{height}")
    assert copy(source, tmp_path / "b.mp4", hwaccel="cuda") == (
        "encoded in software instead of with cuda (96x64)",
    )
    assert len(frame_times(tmp_path / "b.mp4")) == len(frame_times(source))


def test_missing_hardware_that_was_named_writes_nothing(machine, tmp_path):
    source = write_clip(tmp_path / "in.mp4")
    with pytest.raises(ConfigError, match="no driver"):
        copy(source, tmp_path / "out.mp4", hwaccel="videotoolbox")
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]
    with pytest.raises(ConfigError, match="no device"):
        VideoFile(source, VideoFileConfig(hwaccel="vaapi"))


def test_stream_that_the_hardware_does_not_take_is_decoded_in_software(machine, tmp_path):
    machine["qsv"] = Hardware("qsv", "", "")  # FFmpeg's own decoders have no use for it
    path = write_clip(tmp_path / "a.mp4")
    with VideoFile(path, VideoFileConfig(hwaccel="qsv")) as video, VideoFile(path) as expected:
        assert [frame.pixels.tobytes() for frame in video] == [frame.pixels.tobytes() for frame in expected]
        assert video.notes == ("decoded in software instead of with qsv (it does not take this h264 stream)",)


def test_hardware_that_cannot_be_opened_for_a_file_gives_way_to_software(machine, tmp_path):
    if not hardware._decoder_problem("cuda"):
        pytest.skip("this machine has the hardware whose absence is tested")
    machine["cuda"] = Hardware("cuda", "", "")  # worked when it was probed
    path = write_clip(tmp_path / "a.mp4")
    with VideoFile(path, VideoFileConfig(hwaccel="cuda")) as video:
        assert len(list(video)) == len(frame_times(path))
        (note,) = video.notes
    assert note.startswith("decoded in software instead of with cuda (")
    assert "a.mp4" not in note
    path.write_bytes(b"no video at all")
    with pytest.raises(MediaError, match="is not a readable video"):
        VideoFile(path, VideoFileConfig(hwaccel="cuda"))


@pytest.mark.parametrize(("pix_fmt", "is_hardware"), [("cuda", True), ("yuv420p", False)])
def test_frames_in_the_memory_of_the_device_were_decoded_by_it(pix_fmt, is_hardware):
    configs = [SimpleNamespace(format=SimpleNamespace(name="cuda"), device_type=SimpleNamespace(name="cuda"))]
    codec = SimpleNamespace(hardware_configs=configs, canonical_name="h264")
    context = SimpleNamespace(codec=codec, is_hwaccel=True, pix_fmt=pix_fmt)
    text = describe_decoder(Hardware("cuda", "", ""), context)
    assert (text == "decoded with cuda") is is_hardware


def test_every_hardware_encoder_gets_better_with_quality_and_ignores_presets_of_x264():
    for codec in HARDWARE_H264.values():
        worst, best = (codec.encoder_options(quality, "veryfast") for quality in (0, 100))
        assert "preset" not in worst
        assert worst != best
