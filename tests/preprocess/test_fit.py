import numpy as np
import pytest

from arpipe.preprocess.fit import crop_square, fit_picture
from arpipe.types import Frame, Roi


def ramp(height, width):
    """Red is x, green is y, in px."""
    y, x = np.mgrid[:height, :width].astype(np.uint8)
    return np.dstack([x, y, np.zeros_like(x)])


@pytest.mark.parametrize("fit", ["center", "letterbox", "stretch"])
@pytest.mark.parametrize("size", [(40, 40), (60, 20), (20, 60)])
def test_a_point_returns_to_where_it_came_from(fit, size):
    """The colours of the ramp say where in the image each pixel of the input was."""
    picture = fit_picture(ramp(120, 200), *size, fit, pad=0)
    rows, columns = np.mgrid[: size[1], : size[0]]
    centers = np.stack([columns + 0.5, rows + 0.5], axis=-1)
    expected = picture.image_from_tensor.apply(centers) - 0.5
    inside = ((expected >= 1) & (expected <= np.array([198, 118]))).all(axis=-1)
    assert inside.mean() >= 0.2
    assert np.abs(picture.pixels[..., :2] - expected)[inside].max() < 1.01


def test_center_keeps_the_share_that_is_asked_for():
    picture = fit_picture(ramp(200, 200), 50, 50, "center", share=0.5)
    assert picture.pixels[..., 0].min() >= 50
    assert picture.pixels[..., 0].max() <= 150


def test_letterbox_pads_with_the_level_that_is_asked_for():
    picture = fit_picture(np.zeros((10, 40, 3), np.uint8), 40, 40, "letterbox", pad=114)
    assert (picture.pixels[:15] == 114).all()
    assert (picture.pixels[15:25] == 0).all()


def test_shrinking_averages():
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    for small in (
        fit_picture(stripes, 16, 16, "stretch").pixels,
        crop_square(Frame(stripes), Roi(np.array([32.0, 32.0]), 64.0, 0.0), 16).pixels,
    ):
        assert np.abs(small.astype(int) - 127).max() <= 32


def test_a_single_pixel_can_be_fitted():
    for fit in ("center", "letterbox", "stretch"):
        assert (fit_picture(np.full((1, 1, 3), 9, np.uint8), 4, 4, fit).pixels == 9).all()
