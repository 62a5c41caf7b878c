"""Compiled code converts parts of frames to the bit as FFmpeg's scaler converts whole ones."""

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.errors import NativeError
from arpipe.io.traits import FULL_RANGE, LIMITED_RANGE, ColorTags
from arpipe.io.video import planes
from arpipe.io.video.color import ToRgb, pixels_of, tags_of
from arpipe.io.video.planes import PlanesToRgb, Siting, can_convert, find_siting, open_conversion
from tests.io.clips import write_clip

pytestmark = pytest.mark.cpu

MATRICES = (1, 4, 5, 7, 9)
CENTER = Siting.CENTER


def frame_of(luma, blue, red):
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv420p")
    for plane, values in zip(frame.planes, (luma, blue, red), strict=True):
        pixels_of(plane)[:] = values
    return frame


def noise(width, height, seed=0):
    random = np.random.default_rng(seed)
    shapes = [(height, width), (height // 2, width // 2), (height // 2, width // 2)]
    return frame_of(*(random.integers(0, 256, shape).astype(np.uint8) for shape in shapes))


def whole(width, height):
    return slice(0, height), slice(0, width)


@pytest.mark.parametrize("color_range", [LIMITED_RANGE, FULL_RANGE])
@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize(
    "size", [(8, 8), (10, 8), (8, 30), (130, 66), (254, 20), (258, 20), (1918, 46), (640, 360)]
)
def test_frames_of_noise_equal_the_scalers(size, matrix, color_range):
    tags, frame = ColorTags(matrix=matrix, range=color_range), noise(*size)
    assert (PlanesToRgb(tags, *size, CENTER)(frame, whole(*size)) == ToRgb(tags, *size)(frame)).all()


@pytest.mark.parametrize("color_range", [LIMITED_RANGE, FULL_RANGE])
@pytest.mark.parametrize("luma", [0, 16, 17, 81, 128, 200, 235, 255])
def test_all_chroma_equals_the_scalers(luma, color_range):
    blue, red = (values.astype(np.uint8) for values in np.mgrid[:256, :256])
    frame = frame_of(np.full((512, 512), luma, np.uint8), blue, red)
    tags = ColorTags(matrix=1, range=color_range)
    assert (PlanesToRgb(tags, 512, 512, CENTER)(frame, whole(512, 512)) == ToRgb(tags, 512, 512)(frame)).all()


NOISE, TAGS = noise(600, 40), ColorTags(matrix=5, range=LIMITED_RANGE)
EXPECTED = ToRgb(TAGS, 600, 40)(NOISE)


@given(
    st.lists(st.integers(0, 600), min_size=2, max_size=2, unique=True),
    st.lists(st.integers(0, 40), min_size=2, max_size=2, unique=True),
)
def test_any_part_equals_that_part_of_the_whole(columns, rows):
    part = slice(*sorted(rows)), slice(*sorted(columns))
    assert (PlanesToRgb(TAGS, 600, 40, CENTER)(NOISE, part) == EXPECTED[part]).all()


def test_numbers_of_numpy_name_a_part():
    part = slice(np.int64(3), np.int32(9)), slice(np.int64(4), np.int64(50))
    assert (PlanesToRgb(TAGS, 600, 40, CENTER)(NOISE, part) == EXPECTED[part]).all()


@pytest.mark.parametrize("step", [2, 3, 40, 50])
def test_every_nth_row_of_a_part(step):
    part = slice(1, 40, step), slice(3, 597)
    assert (PlanesToRgb(TAGS, 600, 40, CENTER)(NOISE, part) == EXPECTED[part]).all()


@pytest.mark.parametrize(
    ("codec", "suffix", "color_range", "siting"),
    [
        ("libx264", "mp4", LIMITED_RANGE, Siting.LEFT),
        ("libx264", "mp4", FULL_RANGE, Siting.LEFT),
        ("mpeg4", "avi", LIMITED_RANGE, Siting.LEFT),
        ("libvpx-vp9", "webm", LIMITED_RANGE, Siting.CENTER),
        ("libvpx-vp9", "webm", FULL_RANGE, Siting.CENTER),
    ],
)
@pytest.mark.parametrize("size", [(30, 22), (322, 190)])
def test_decoded_frames_equal_the_scalers(tmp_path, size, codec, suffix, color_range, siting):
    clip = write_clip(
        tmp_path / f"in.{suffix}", (0, 3000, 6000), size=size, codec=codec, color_range=color_range
    )
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            tags = tags_of(frame)
            assert tags.range == color_range or codec == "mpeg4"
            times = frame.pts, frame.time_base
            assert find_siting(frame) is siting
            assert (frame.pts, frame.time_base) == times
            convert = open_conversion(frame, tags)
            assert (convert(frame, whole(*size)) == ToRgb(tags, *size)(frame)).all()


def test_siting_is_found_in_pictures_without_colours():
    gray = np.full((24, 40), 128, np.uint8)
    assert find_siting(frame_of(np.full((48, 80), 16, np.uint8), gray, gray)) is CENTER


def test_other_formats_and_sides_are_left_to_the_scaler():
    assert can_convert(av.VideoFrame(320, 192, "yuv420p"))
    for size, name in (((321, 192), "yuv420p"), ((320, 6), "yuv420p"), ((320, 192), "yuv420p10le")):
        frame = av.VideoFrame(*size, name)
        assert not can_convert(frame)
        assert open_conversion(frame, TAGS) is None


def test_without_the_library_the_scaler_converts(monkeypatch):
    def fail():
        raise NativeError("there is none")

    assert open_conversion(NOISE, TAGS) is not None
    monkeypatch.setattr(planes, "load_library", fail)
    assert open_conversion(NOISE, TAGS) is None


@pytest.mark.parametrize("error", [av.error.FFmpegError(1, "no memory"), ValueError("no filter drawbox")])
def test_without_the_filters_the_scaler_converts(monkeypatch, error):
    def fail():
        raise error

    monkeypatch.setattr(planes, "Graph", fail)
    assert open_conversion(NOISE, TAGS) is None
