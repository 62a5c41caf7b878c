import cv2
import numpy as np
import pytest

from arpipe.render.sharpness import measure, measure_streaks


def edges(blur_px, noise=0.0, size=160):
    """Discs of many contrasts, drawn eightfold and averaged, then blurred: a known sharpness."""
    rng = np.random.default_rng(3)
    big = np.full((size * 8, size * 8), 120.0, np.float32)
    for _ in range(14):
        center = tuple(int(value) for value in rng.integers(0, size * 8, 2))
        cv2.circle(big, center, int(rng.integers(100, 260)), float(rng.integers(20, 230)), -1)
    picture = cv2.resize(big, (size, size), interpolation=cv2.INTER_AREA)
    if blur_px:
        picture = cv2.GaussianBlur(picture, (0, 0), blur_px)
    picture = picture + rng.normal(0.0, noise, picture.shape)
    return np.repeat(np.clip(np.rint(picture), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize("blur_px", [0.8, 1.0, 1.3])
def test_missing_blur_is_found(blur_px, noise):
    assert measure(edges(blur_px, noise)).blur_px == pytest.approx(
        np.sqrt(blur_px**2 - 0.45**2 + 0.3**2), abs=0.25
    )


def test_a_sharp_picture_needs_no_blur():
    assert measure(edges(0.0)).blur_px < 0.45


@pytest.mark.parametrize("noise", [0.0, 2.0, 5.0])
def test_noise_is_found(noise):
    assert measure(edges(0.5, noise)).noise == pytest.approx(noise, abs=0.3 + 0.2 * noise)


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 40, 3), (9, 9, 3)])
def test_tiny_pictures_have_a_look(shape):
    look = measure(np.full(shape, 80, np.uint8))
    assert 0.0 <= look.blur_px <= 1.4
    assert look.noise == 0.0


@pytest.mark.parametrize("noise", [0.0, 3.0])
@pytest.mark.parametrize("blur_px", [2.0, 3.0])
def test_defocus_is_found(blur_px, noise):
    assert measure(edges(blur_px, noise)).blur_px == pytest.approx(blur_px, rel=0.3)


def test_more_defocus_is_found_as_more():
    found = [measure(edges(blur_px)).blur_px for blur_px in (0.0, 1.0, 2.0, 4.0, 6.0)]
    assert found == sorted(found)


@pytest.mark.parametrize("length_px", [5, 9, 15])
def test_streaks_are_found_along_the_motion_only(length_px):
    streaked = np.asarray(cv2.blur(edges(0.6), (length_px, 1)), np.uint8)
    right, down = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert measure_streaks(streaked, right, length_px) == pytest.approx(length_px, rel=0.35)
    assert measure_streaks(streaked, down, length_px) < 0.3 * length_px
    turned = np.ascontiguousarray(streaked.swapaxes(0, 1))
    assert measure_streaks(turned, down, length_px) == pytest.approx(length_px, rel=0.35)


def test_a_still_picture_has_no_streaks():
    assert measure_streaks(edges(0.6), np.array([0.8, 0.6]), 6.0) < 2.0
