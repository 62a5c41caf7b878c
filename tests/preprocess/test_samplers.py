"""The compiled sampler against OpenCV's, to the bit."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from arpipe.errors import NativeError
from arpipe.preprocess import compiled_sampler, crop
from arpipe.preprocess.compiled_sampler import CompiledSampler
from arpipe.preprocess.crop import Warp, letterbox, open_sampler
from arpipe.preprocess.opencv_sampler import OpenCvSampler
from arpipe.types import Block, Frame, Roi

NOISE = np.random.default_rng(0).integers(0, 256, (97, 131, 3)).astype(np.uint8)
BORDERS = ("replicate", "zero", "mirror")
GAIN = np.float32(2.0 / 255.0)

squares = st.builds(
    Roi,
    st.tuples(st.floats(-80, 210), st.floats(-80, 180)).map(np.array),
    st.one_of(st.floats(0.1, 400), st.floats(1e-9, 0.1)),
    st.one_of(st.just(0.0), st.floats(-4.0, 4.0)),
    st.booleans(),
)
blocks = st.builds(
    lambda top, left, height, width: Block(NOISE[top : top + height, left : left + width], left, top),
    st.integers(0, 60),
    st.integers(0, 90),
    st.integers(1, 97),
    st.integers(1, 131),
)


def sampled(kind, block, square, side, border):
    """Bytes, and numbers from -1 to 1."""
    sampler = kind(side, border)
    pixels, numbers = np.empty((side, side, 3), np.uint8), np.empty((side, side, 3), np.float32)
    sampler.sample(block, square, pixels)
    sampler.sample_scaled(block, square, GAIN, np.float32(-1.0), numbers)
    return pixels, numbers


def require_equal(block, square, side, border):
    ours, opencvs = (sampled(kind, block, square, side, border) for kind in (CompiledSampler, OpenCvSampler))
    for one, other in zip(ours, opencvs, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.cpu
@given(square=squares, block=blocks, side=st.integers(1, 150), border=st.sampled_from(BORDERS))
@example(square=Roi(np.array([65.5, 48.5]), 131.0, 0.0), block=Block(NOISE), side=128, border="zero")
def test_the_compiled_sampler_equals_opencv_to_the_bit(square, block, side, border):
    require_equal(block, square, side, border)


@pytest.mark.cpu
@given(
    center=st.tuples(st.floats(50, 80), st.floats(42, 55)),
    size=st.floats(0.5, 45),
    angle=st.one_of(st.just(0.0), st.floats(-4.0, 4.0)),
    mirrored=st.booleans(),
    origin=st.sampled_from([(0, 0), (3, 5)]),
    side=st.integers(1, 150),
)
def test_squares_within_the_picture_equal_to_the_bit(center, size, angle, mirrored, origin, side):
    """No row touches an edge, so that pixels are read without checks."""
    left, top = origin
    square = Roi(np.array(center), size, angle, mirrored)
    require_equal(Block(NOISE[top:, left:], left, top), square, side, "replicate")


@pytest.mark.cpu
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("angle", [0.0, 2.0])
@pytest.mark.parametrize("place", [-3e5, 3e5, 1e9])
def test_squares_far_away_show_the_border(border, angle, place):
    square = Roi(np.array([place, -place]), 50.0, angle)
    require_equal(Block(NOISE), square, 16, border)
    pixels, _ = sampled(CompiledSampler, Block(NOISE), square, 16, "replicate")
    assert (pixels == (NOISE[0, -1] if place > 0 else NOISE[-1, 0])).all()


@pytest.mark.cpu
@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2), (20000, 3), (3, 20000)])
@pytest.mark.parametrize("border", BORDERS)
def test_pictures_of_any_shape_equal(size, border):
    width, height = size
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype(np.uint8)
    for square in (letterbox(width, height), Roi(np.array([width / 2, height / 2]), 7.0, 0.4)):
        require_equal(Block(pixels), square, 33, border)


@pytest.mark.cpu
def test_offsets_of_more_than_32_bits_are_read_in_the_right_place():
    """In the last rows of 2.2 GB, which are not touched otherwise."""
    pixels = np.zeros((28000, 26500, 3), np.uint8)
    pixels[-97:, -131:] = NOISE
    center, by = np.array([60.3, 50.2]), np.array([26500.0 - 131.0, 28000.0 - 97.0])
    square, moved = (Roi(each, 40.0, 0.3) for each in (center, center + by))
    near = sampled(CompiledSampler, Block(NOISE), square, 48, "zero")[0].astype(int)
    far = sampled(CompiledSampler, Block(pixels), moved, 48, "zero")[0].astype(int)
    assert np.abs(near - far).max() <= 8  # positions are rounded elsewhere


@pytest.mark.cpu
def test_views_that_are_not_contiguous_are_copied():
    flipped, copied = NOISE[::-2, ::-1], np.ascontiguousarray(NOISE[::-2, ::-1])
    square = Roi(np.array([50.0, 20.0]), 60.0, 0.2)
    for kind in (CompiledSampler, OpenCvSampler):
        seen, expected = (sampled(kind, Block(pixels), square, 32, "zero")[0] for pixels in (flipped, copied))
        assert np.array_equal(seen, expected)


@pytest.mark.parametrize(
    "out",
    [
        np.empty((32, 32, 3), np.float32),
        np.empty((32, 31, 3), np.uint8),
        np.empty((32, 64, 3), np.uint8)[:, ::2],
    ],
)
def test_crops_of_another_kind_are_refused(out):
    with pytest.raises(ValueError, match=r"expected a crop of \(32, 32, 3\) uint8, C-contiguous, got"):
        Warp(32, "zero").crop(Frame(NOISE), letterbox(131, 97), out)


@pytest.mark.cpu
def test_an_installation_with_the_library_uses_it():
    assert isinstance(open_sampler(16, "zero"), CompiledSampler)


def test_an_installation_without_the_library_crops_with_opencv(monkeypatch):
    def refuse():
        raise NativeError("no compiled library")

    monkeypatch.setattr(compiled_sampler, "load_library", refuse)
    assert isinstance(crop.open_sampler(16, "zero"), OpenCvSampler)
