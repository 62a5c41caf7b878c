import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.preprocess.crop import Warp, letterbox, square_around
from arpipe.types import Frame, Roi
from tests.parts_only import PartsOnly

RAMP = np.stack(
    np.broadcast_arrays(
        np.arange(200, dtype=np.uint8)[None], np.arange(160, dtype=np.uint8)[:, None], np.uint8(7)
    ),
    axis=-1,
).copy()
"""(160, 200, 3): red tells x, green tells y."""


def crop(pixels, roi, side, border="replicate"):
    out = np.empty((side, side, 3), np.uint8)
    Warp(side, border).crop(Frame.from_rgb(pixels), roi, out)
    return out


def test_an_upright_square_at_scale_one_is_a_slice():
    roi = Roi(np.array([70.0, 60.0]), 40.0, 0.0)
    assert (crop(RAMP, roi, 40) == RAMP[40:80, 50:90]).all()


@given(
    center=st.tuples(st.floats(60, 130), st.floats(60, 100)),
    size=st.floats(10, 60),
    angle=st.floats(-np.pi, np.pi),
)
def test_a_crop_shows_what_its_map_says(center, size, angle):
    roi = Roi(np.array(center), size, angle)
    v, u = np.mgrid[:32, :32]
    expected = roi.image_from_crop(32).apply(np.stack([u, v], axis=-1))
    assert np.abs(crop(RAMP, roi, 32)[..., :2] - expected).max() <= 0.5 + 1 / 32


def test_beyond_the_image_stands_its_edge_or_black():
    roi = Roi(np.array([0.0, 80.0]), 40.0, 0.0)
    assert (crop(RAMP, roi, 40)[:, :20, 0] == 0).all()
    assert (crop(RAMP, roi, 40)[:, :20, 2] == 7).all()
    assert (crop(RAMP, roi, 40, "zero")[:, :20] == 0).all()


def test_a_square_that_misses_the_image_is_all_border():
    roi = Roi(np.array([-900.0, -900.0]), 40.0, 0.3)
    assert (crop(RAMP, roi, 16, "zero") == 0).all()
    assert (crop(RAMP, roi, 16)[..., 2] == 7).all()


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (7680, 4320)])
def test_any_picture_fits_its_letterbox(size):
    width, height = size
    pixels = np.full((height, width, 3), 200, np.uint8)
    shown = crop(pixels, letterbox(width, height), 128, "zero")
    assert (shown[64, 64] > 0).all()
    assert letterbox(width, height).size_px == max(size)


def test_a_picture_of_any_width_is_cut_in_the_right_place():
    pixels = np.zeros((40, 70000, 3), np.uint8)
    pixels[:, 60000:] = 255
    shown = crop(pixels, Roi(np.array([60000.0, 20.0]), 384.0, 0.0), 192)
    assert (shown[:, :94] == 0).all()
    assert (shown[:, 98:] == 255).all()


def test_letterbox_bars_are_alike_on_both_sides():
    shown = crop(np.full((64, 128, 3), 255, np.uint8), letterbox(128, 64), 128, "zero")
    assert (shown[:32] == 0).all()
    assert (shown[32:96] == 255).all()
    assert (shown[96:] == 0).all()


def test_a_square_is_turned_until_the_eyes_are_level():
    roi = square_around((10, 20, 50, 100), (20.0, 40.0), (40.0, 60.0), grow=1.5)
    crop_from_image = roi.image_from_crop(192).inverse()
    right, left = crop_from_image.apply([(20.0, 40.0), (40.0, 60.0)])
    assert right[1] == pytest.approx(left[1])
    assert right[0] < left[0]
    assert roi.center_px.tolist() == [30.0, 60.0]
    assert roi.size_px == 1.5 * 80


RECORDED = {
    "medium_sub_rect_keep_aspect": ((0.65, 0.4), 0.5, 0.0, 256),
    "medium_sub_rect_keep_aspect_with_rotation": ((0.65, 0.4), 0.5, 90.0, 256),
    "large_sub_rect_keep_aspect": ((0.5, 0.5), 1.1, 0.0, 128),
    "large_sub_rect_keep_aspect_with_rotation": ((0.5, 0.5), 1.1, -15.0, 128),
}
"""MediaPipe's recorded crops: centre over the picture's size, side over its height, turn in degrees, output px."""


@pytest.mark.parametrize("border", ["replicate", "zero"])
@pytest.mark.parametrize("name", RECORDED)
def test_crops_equal_mediapipes_to_the_bit(shared_data, name, border):
    folder = (
        shared_data / "mediapipe" / "mediapipe" / "calculators" / "tensor" / "testdata" / "image_to_tensor"
    )
    pixels = cv2.imread(str(folder / "input.jpg"))
    expected = cv2.imread(str(folder / f"{name}{'_border_zero' if border == 'zero' else ''}.png"))
    center, side, turn_deg, out = RECORDED[name]
    height, width = pixels.shape[:2]
    roi = Roi(np.array([center[0] * width, center[1] * height]), side * height, np.deg2rad(turn_deg))
    assert (crop(pixels, roi, out, border) == expected).all()


NOISE = np.random.default_rng(0).integers(0, 256, (97, 131, 3)).astype(np.uint8)


@given(
    center=st.tuples(st.floats(-60, 190), st.floats(-60, 160)),
    size=st.floats(0.5, 300),
    angle=st.one_of(st.just(0.0), st.floats(-np.pi, np.pi)),
    mirrored=st.booleans(),
    border=st.sampled_from(["replicate", "zero", "mirror"]),
)
def test_crops_of_a_part_equal_those_of_the_whole(center, size, angle, mirrored, border):
    roi = Roi(np.array(center), size, angle, mirrored)
    part = np.empty((24, 24, 3), np.uint8)
    Warp(24, border).crop(Frame(stored=PartsOnly(NOISE)), roi, part)
    assert (part == crop(NOISE, roi, 24, border)).all()
