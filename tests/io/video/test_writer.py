import os
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sources import open_source
from arpipe.io.video import VideoFile
from arpipe.io.video.codecs import CODECS
from arpipe.io.video.inheritance import traits_of
from arpipe.io.video.writer import VideoSink
from arpipe.types import Frame, FrameResult
from tests.io.clips import (
    VARIABLE_PTS,
    audio_packets,
    damage,
    frame_times,
    patch_colors,
    picture,
    write_clip,
)
from tests.io.written import PLAIN, result


def copy(source_path, path, config=None):
    with (
        open_source(source_path) as source,
        VideoSink(path, source.info.width, source.info.height, traits_of(source), config) as sink,
    ):
        for frame in source:
            sink.write(frame.pixels, FrameResult(frame))
    return path


@pytest.mark.parametrize("codec", CODECS)
def test_every_codec_keeps_count_times_and_colors(tmp_path, codec):
    source = write_clip(tmp_path / "in.mov", audio="aac")
    path = copy(source, tmp_path / f"out{CODECS[codec].suffixes[0]}", VideoSinkConfig(codec=codec))
    times, expected = frame_times(path), frame_times(source)
    assert len(times) == len(VARIABLE_PTS)
    assert max(abs(a - b) for a, b in zip(times, expected, strict=True)) <= Fraction(1, 1000)
    with VideoFile(path) as video, VideoFile(source) as original:
        seen, given = next(iter(video)).pixels, next(iter(original)).pixels
    assert np.abs(patch_colors(seen) - patch_colors(given)).max() <= 4


def test_times_of_a_variable_rate_are_kept_exactly(tmp_path):
    source = write_clip(tmp_path / "in.mp4")
    assert frame_times(copy(source, tmp_path / "out.mp4")) == frame_times(source)


PROGRAM = """
import hashlib, sys
from pathlib import Path
import cv2
import numpy as np
from arpipe.io.encoding import VideoSinkConfig
from tests.io.video.test_writer import PLAIN, VideoSink, result
path, random = Path(sys.argv[1]), np.random.default_rng(0)
texture = cv2.GaussianBlur(random.integers(0, 255, (680, 470, 3), dtype=np.uint8), (0, 0), 3)
texture = cv2.normalize(texture, None, 0, 255, cv2.NORM_MINMAX)
y, x = 100, 100
with VideoSink(path, 270, 480, PLAIN, VideoSinkConfig(threads=1)) as sink:
    for index in range(40):  # the camera shakes
        y, x = np.clip(np.add((y, x), random.integers(-4, 5, 2)), 0, 200)
        shown = result(index, texture[y : y + 480, x : x + 270].copy())
        sink.write(shown.frame.pixels, shown)
print(hashlib.sha256(path.read_bytes()).hexdigest())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="fills memory as glibc does")
def test_equal_pictures_give_equal_bytes_whatever_was_in_memory(tmp_path):
    digests = set()
    for filling in ("85", "170"):
        environment = {**os.environ, "MALLOC_PERTURB_": filling, "MALLOC_MMAP_THRESHOLD_": str(2**30)}
        command = [sys.executable, "-c", PROGRAM, str(tmp_path / "out.mp4")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    assert len(digests) == 1


@pytest.mark.parametrize("codec", ["h264", "mpeg4"])
def test_frames_in_an_avi_are_in_the_order_of_their_times(tmp_path, codec):
    step = Fraction(3000, 90000)
    source = write_clip(tmp_path / "in.mp4", tuple(range(0, 24 * 3000, 3000)))
    times = frame_times(copy(source, tmp_path / "out.avi", VideoSinkConfig(codec=codec)))
    assert times == sorted(times)
    # FFmpeg guesses the times of H.264 in such files: each frame has that of the next one, and the last a tick more.
    assert times[0] in (0, step)
    assert [time - times[0] for time in times[:-1]] == [index * step for index in range(23)]


def test_last_frame_is_shown_as_long_as_in_the_source(tmp_path):
    source = write_clip(tmp_path / "in.mp4", tuple(range(0, 90000, 3000)))
    with VideoFile(copy(source, tmp_path / "out.mp4")) as video:
        assert video.info.duration_s == pytest.approx(1.0, abs=0.002)


@pytest.mark.parametrize(("suffix", "audio"), [(".mp4", "aac"), (".mkv", "libopus"), (".mkv", "pcm_s16le")])
def test_sound_is_copied_bit_by_bit(tmp_path, suffix, audio):
    source = write_clip(tmp_path / f"in{suffix}", audio=audio)
    assert audio_packets(copy(source, tmp_path / f"out{suffix}")) == audio_packets(source)


def test_sound_that_the_file_cannot_hold_is_compressed_anew(tmp_path):
    source = write_clip(tmp_path / "in.mp4", audio="aac")
    path = copy(source, tmp_path / "out.webm", VideoSinkConfig(codec="vp9"))
    with av.open(str(path)) as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
        samples = sum(frame.samples for frame in container.decode(audio=0))
    assert samples / 48000 == pytest.approx(0.8, abs=0.05)


def test_file_that_does_not_begin_at_zero_keeps_picture_and_sound_together(tmp_path):
    source = write_clip(tmp_path / "in.ts", audio="aac")
    path = copy(source, tmp_path / "out.mp4")
    assert frame_times(source)[0] > 0
    assert frame_times(path) == frame_times(source)
    for (one, _), (other, _) in zip(audio_packets(path), audio_packets(source), strict=True):
        assert abs(one - other) <= Fraction(1, 48000)  # sound is counted in samples


def test_title_and_date_come_along(tmp_path):
    source = write_clip(tmp_path / "in.mp4", metadata={"title": "Holiday", "date": "2024-05-06"})
    with av.open(str(copy(source, tmp_path / "out.mp4"))) as container:
        assert (container.metadata["title"], container.metadata["date"]) == ("Holiday", "2024-05-06")


def test_sound_can_be_left_out(tmp_path):
    source = write_clip(tmp_path / "in.mp4", audio="aac")
    with av.open(str(copy(source, tmp_path / "out.mp4", VideoSinkConfig(audio=False)))) as container:
        assert not container.streams.audio


def test_sound_survives_damaged_pictures(tmp_path):
    source = damage(write_clip(tmp_path / "in.mp4", tuple(range(0, 180000, 3000)), audio="aac"), 0.3, 0.33)
    assert audio_packets(copy(source, tmp_path / "out.mp4"))


@pytest.mark.parametrize(("matrix", "color_range"), [(1, 1), (5, 1), (1, 2)])
def test_color_tags_are_kept_and_true(tmp_path, matrix, color_range):
    source = write_clip(tmp_path / "in.mp4", matrix=matrix, color_range=color_range)
    path = copy(source, tmp_path / "out.mp4")
    with VideoFile(source) as before, VideoFile(path) as after:
        assert after.info.traits.colors == before.info.traits.colors
        first, second = next(iter(before)).pixels, next(iter(after)).pixels
    assert np.abs(patch_colors(first) - patch_colors(second)).max() <= 3


def test_video_without_tags_gets_none(tmp_path):
    source = write_clip(tmp_path / "in.mp4", matrix=5, tagged=False)
    with VideoFile(source) as before, VideoFile(copy(source, tmp_path / "out.mp4")) as after:
        assert before.info.traits.colors.matrix == 2
        assert after.info.traits.colors.matrix == 2


@pytest.mark.parametrize("rotation", [(90, False, False), (-90, False, False), (180, False, False)])
def test_rotated_video_is_written_upright_without_a_display_matrix(tmp_path, rotation):
    source = write_clip(tmp_path / "in.mp4", rotation=rotation)
    path = copy(source, tmp_path / "out.mp4")
    with VideoFile(source) as before, VideoFile(path) as after:
        assert (after.info.width, after.info.height) == (before.info.width, before.info.height)
        assert not after._converter.transposed
        first, second = next(iter(before)).pixels, next(iter(after)).pixels
    assert np.abs(patch_colors(first) - patch_colors(second)).max() <= 3


def test_anamorphic_video_is_written_with_square_pixels(tmp_path):
    source = write_clip(tmp_path / "in.mp4", sample_aspect=Fraction(4, 3))
    with av.open(str(copy(source, tmp_path / "out.mp4"))) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (128, 64)
        assert stream.sample_aspect_ratio in (None, 0, 1)


def test_odd_sides_are_made_even_by_repeating_the_edge(tmp_path):
    pixels = np.full((33, 51, 3), 90, dtype=np.uint8)
    pixels[:, -1] = 200
    with VideoSink(tmp_path / "odd.mp4", 51, 33, PLAIN) as sink:
        sink.write(pixels, result(0, pixels))
    assert sink.notes == ("51x33 became 52x34, because videos have even sides",)
    with VideoFile(tmp_path / "odd.mp4") as video:
        seen = next(iter(video)).pixels
    assert seen.shape == (34, 52, 3)
    assert abs(int(seen[10, 51, 1]) - 200) < 12
    assert abs(int(seen[10, 20, 1]) - 90) < 6


def test_one_pixel_is_a_video_too(tmp_path):
    pixels = np.full((1, 1, 3), 128, dtype=np.uint8)
    with VideoSink(tmp_path / "dot.mp4", 1, 1, PLAIN) as sink:
        sink.write(pixels, result(0, pixels))
    assert len(frame_times(tmp_path / "dot.mp4")) == 1


def test_times_that_do_not_rise_are_pushed_on(tmp_path):
    with VideoSink(tmp_path / "a.mp4", 96, 64, PLAIN) as sink:
        for index, time_s in enumerate((0.0, 0.1, 0.1, 0.05, 0.2)):
            sink.write(picture(index), result(index, time_s=time_s))
    times = frame_times(tmp_path / "a.mp4")
    assert len(times) == 5
    assert times == sorted(set(times))


def test_clips_of_phones_and_cameras_keep_their_times(shared_data, tmp_path):
    source = shared_data / "incluit-driver" / "data" / "video3.mp4"
    with VideoFile(source) as video:
        expected = [frame.captured_s for frame in video]
    with VideoFile(copy(source, tmp_path / "out.mp4", VideoSinkConfig(preset="ultrafast"))) as video:
        assert [frame.captured_s for frame in video] == expected


def test_times_that_are_no_numbers_are_replaced_by_the_next_in_order(tmp_path):
    times = [0.0, 1 / 30, float("nan"), float("inf"), 4 / 30, -float("inf"), 6 / 30]
    with VideoSink(tmp_path / "out.mp4", 64, 48, PLAIN) as sink:
        for index, time_s in enumerate(times):
            frame = Frame(np.full((48, 64, 3), 30 * index, np.uint8), time_s, index)
            sink.write(frame.pixels, FrameResult(frame))
    assert [float(time) for time in frame_times(tmp_path / "out.mp4")] == pytest.approx(
        [index / 30 for index in range(7)], abs=1e-3
    )
