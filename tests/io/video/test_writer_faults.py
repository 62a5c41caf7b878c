"""What a video sink refuses, and what it leaves behind when it cannot go on."""

import errno
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from arpipe.errors import OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.io.video.codecs import container_for
from arpipe.io.video.writer import VideoSink
from arpipe.types import Frame, FrameResult
from tests.io.clips import picture
from tests.io.written import PLAIN, result


def test_nothing_lies_in_place_before_close(tmp_path):
    path = tmp_path / "a.mp4"
    sink = VideoSink(path, 96, 64, PLAIN)
    sink.write(picture(0), result(0))
    assert not path.exists()
    sink.close()
    sink.close()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]
    with pytest.raises(ValueError, match="is closed"):
        sink.write(picture(1), result(1))


def test_error_in_the_block_leaves_no_file_and_an_old_one_alone(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"precious")

    def interrupted():
        with VideoSink(path, 96, 64, PLAIN) as sink:
            sink.write(picture(0), result(0))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp4"]
    assert path.read_bytes() == b"precious"


def test_no_frame_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(OutputError, match="there was no frame"):
        VideoSink(tmp_path / "a.mp4", 96, 64, PLAIN).close()
    assert not list(tmp_path.iterdir())


def test_other_size_is_refused(tmp_path):
    sink = VideoSink(tmp_path / "a.mp4", 96, 64, PLAIN)
    with pytest.raises(OutputError, match="expected pictures of 96x64, got 64x96"):
        sink.write(np.zeros((96, 64, 3), np.uint8), result(0))
    sink.abort()


def test_missing_folder_says_so(tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        VideoSink(tmp_path / "no" / "a.mp4", 96, 64, PLAIN)


@pytest.mark.parametrize(("name", "codec"), [("a.webm", "h264"), ("a.gif", "h264"), ("a.mp4", "prores")])
def test_container_that_does_not_fit_is_refused(tmp_path, name, codec):
    with pytest.raises(OutputError, match="choose one of"):
        container_for(tmp_path / name, codec)


def test_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    sink = VideoSink(tmp_path / "a.mp4", 96, 64, PLAIN)
    sink.write(picture(0), result(0))

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sink, "_mux", full)
    with pytest.raises(OutputError, match="No space left on device"):
        sink.close()
    assert not list(tmp_path.iterdir())


def test_full_disk_for_real(tmp_path, small_disk):
    random = np.random.default_rng(0)
    traits = VideoTraits(Fraction(1, 90000), Fraction(30), ColorTags.for_size(640, 480))

    def fill():
        with VideoSink(small_disk / "a.mp4", 640, 480, traits, VideoSinkConfig(quality=100)) as sink:
            for index in range(40):
                noise = random.integers(0, 256, (480, 640, 3), dtype=np.uint8)
                sink.write(noise, result(index, noise))

    with pytest.raises(OutputError, match="No space left on device"):
        fill()
    assert not list(small_disk.iterdir())


def test_time_beyond_what_a_file_can_count_ends_the_file_with_a_reason(tmp_path):
    frame = Frame(np.zeros((48, 64, 3), np.uint8), 9e9, 0)
    traits = replace(PLAIN, time_base=Fraction(1, 2 * 10**9))
    with (
        pytest.raises(OutputError, match=r"out\.mp4: writing failed"),
        VideoSink(tmp_path / "out.mp4", 64, 48, traits) as sink,
    ):
        sink.write(frame.pixels, FrameResult(frame))
    assert list(tmp_path.iterdir()) == []
