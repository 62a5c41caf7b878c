"""Frames of videos are converted where somebody looks at them, and only there."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from arpipe.io.traits import FULL_RANGE, LIMITED_RANGE, ColorTags
from arpipe.io.video import VideoFile
from arpipe.io.video.color import ToRgb, tags_of
from arpipe.io.video.decoded import ConvertedPicture, PlanarPicture
from arpipe.io.video.picture import FrameConverter
from arpipe.types import Frame, StoredRgb
from tests.io.clips import write_clip
from tests.io.video.test_planes import noise

SIZE = WIDTH, HEIGHT = 320, 192
TAGS = ColorTags(matrix=1, range=LIMITED_RANGE)


class Conversion:
    """Gives numbered pixels, and records which parts were asked for."""

    def __init__(self):
        self.parts = []
        self.whole = np.arange(HEIGHT * WIDTH * 3).reshape(HEIGHT, WIDTH, 3).astype(np.uint8)

    def __call__(self, frame, part):
        self.parts.append(part)
        return self.whole[part].copy()

    @property
    def area(self):
        return sum((rows.stop - rows.start) * (columns.stop - columns.start) for rows, columns in self.parts)


@pytest.fixture
def conversion():
    return Conversion()


@pytest.fixture
def picture(conversion):
    return PlanarPicture(noise(*SIZE), TAGS, conversion)


PART = slice(50, 90), slice(100, 160)


def test_nothing_is_converted_before_somebody_looks(picture, conversion):
    frame = replace(Frame(stored=picture), index=3, captured_s=0.5)
    assert frame.shape == (HEIGHT, WIDTH, 3)
    assert (frame.width, frame.height) == SIZE
    assert not conversion.parts


def test_a_part_is_converted_once_with_what_is_around_it(picture, conversion):
    frame = Frame(stored=picture)
    for part in (PART, PART, (slice(43, 97), slice(93, 167))):
        assert (frame.part(part) == conversion.whole[part]).all()
    assert len(conversion.parts) == 1
    assert conversion.area < 0.2 * WIDTH * HEIGHT
    assert frame.block(PART).pixels.flags.c_contiguous


@pytest.mark.parametrize("part", [(slice(0, 1), slice(0, 1)), (slice(191, 192), slice(319, 320))])
def test_parts_at_the_edges(picture, conversion, part):
    assert (Frame(stored=picture).part(part) == conversion.whole[part]).all()


def test_parts_that_add_up_are_converted_as_a_whole(picture, conversion):
    frame = Frame(stored=picture)
    parts = [
        (slice(row, row + 30), slice(column, column + 40))
        for row in range(0, 161, 32)
        for column in range(0, 281, 56)
    ]
    for part in parts:
        assert (frame.part(part) == conversion.whole[part]).all()
    assert conversion.parts[-1] == (slice(0, HEIGHT), slice(0, WIDTH))
    count = len(conversion.parts)
    assert all((frame.part(part) == conversion.whole[part]).all() for part in parts)
    assert len(conversion.parts) == count


def test_two_large_parts_are_converted_for_less_than_the_whole(picture, conversion):
    frame = Frame(stored=picture)
    for part in (slice(0, HEIGHT), slice(0, 150)), (slice(20, 170), slice(100, 240)):
        assert (frame.part(part) == conversion.whole[part]).all()
    assert not picture.has_pixels
    assert conversion.area < WIDTH * HEIGHT


def test_pixels_are_converted_once_and_serve_all_parts(picture, conversion):
    frame = Frame(stored=picture)
    assert frame.pixels is frame.pixels
    assert np.shares_memory(frame.part(PART), frame.pixels)
    assert len(conversion.parts) == 1


@pytest.mark.parametrize("step", [1, 7, 13])
def test_samples_are_taken_without_the_rows_between(picture, conversion, step):
    frame = Frame(stored=picture)
    assert (frame.sampled(step) == conversion.whole[::step, ::step]).all()
    assert not picture.has_pixels
    assert (frame.pixels == conversion.whole).all()
    assert np.shares_memory(frame.sampled(step), frame.pixels)


def test_threads_share_a_conversion(picture, conversion):
    frame = Frame(stored=picture)
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: frame.pixels, range(16)))
    assert all(pixels is found[0] for pixels in found)
    assert len(conversion.parts) == 1


def test_frames_of_pixels_are_told_apart_from_stored_ones(picture, conversion):
    frame = Frame(stored=picture)
    other = replace(frame, pixels=255 - conversion.whole)
    assert (other.pixels == 255 - conversion.whole).all()
    assert (frame.pixels == conversion.whole).all()


def test_frames_can_be_pickled(picture, conversion):
    copy = pickle.loads(pickle.dumps(Frame(stored=picture, captured_s=0.5, index=7)))  # noqa: S301 - its own data
    assert (copy.pixels == conversion.whole).all()
    assert (copy.captured_s, copy.index, copy.camera) == (0.5, 7, None)


@pytest.mark.cpu
@pytest.mark.parametrize("color_range", [LIMITED_RANGE, FULL_RANGE])
def test_frames_of_a_video_are_converted_in_parts_as_in_whole(tmp_path, color_range):
    clip = write_clip(tmp_path / "in.mp4", (0, 3000, 6000), size=SIZE, color_range=color_range)
    with VideoFile(clip) as video:
        whole = [frame.pixels.copy() for frame in video]
    with VideoFile(clip) as video:
        frames = list(video)
    # The file is closed: its frames stay.
    assert all(isinstance(frame.stored, PlanarPicture) for frame in frames)
    for frame, expected in zip(frames, whole, strict=True):
        assert (frame.part(PART) == expected[PART]).all()
        assert (frame.pixels == expected).all()


def test_frames_that_the_scaler_converts_have_their_pixels(tmp_path):
    clip = write_clip(tmp_path / "in.webm", (0, 3000), size=(322, 6), codec="libvpx-vp9")
    with VideoFile(clip) as video:
        frames = list(video)
    assert {type(frame.stored) for frame in frames} == {ConvertedPicture}
    part = slice(2, 5), PART[1]
    assert all((frame.part(part) == frame.pixels[part]).all() for frame in frames)


def test_decoded_frames_that_cannot_be_edited_are_not_kept(tmp_path):
    clip = write_clip(tmp_path / "in.webm", (0, 3000), size=(322, 189), codec="libvpx-vp9")
    with VideoFile(clip) as video:
        assert {type(frame.stored) for frame in video} == {StoredRgb}


@pytest.mark.cpu
def test_frames_that_change_to_full_range_are_converted_and_not_kept():
    """As their numbers stand for other colours than those of the first frame."""
    limited, full = noise(*SIZE), noise(*SIZE).reformat(format="yuvj420p", dst_color_range=FULL_RANGE)
    converter = FrameConverter(limited, None)
    assert isinstance(converter.picture(limited), PlanarPicture)
    for _ in range(2):
        picture = converter.picture(full)
        assert type(picture) is StoredRgb
        assert (picture.pixels() == ToRgb(tags_of(full), *SIZE)(full)).all()
