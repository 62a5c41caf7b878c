import cv2
import numpy as np
import pytest

from arpipe.render.frame_look import FrameLook, FrameLookEstimator, match_look, measure
from arpipe.render.grain import Grain
from arpipe.render.view import Region
from tests.render.faces import noisy_frame


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


def overlay():
    drawn = np.random.default_rng(1).integers(0, 256, (60, 80, 4), dtype=np.uint8)
    drawn[..., 3] = 255
    drawn[20:40, 30:50] = (10, 20, 30, 0)
    return drawn


def test_matching_changes_the_overlay_and_its_edge_only():
    drawn = overlay()
    result = match_look(drawn.copy(), FrameLook(1.0, 4.0), 2, Grain())
    changed = (result != drawn[..., :3]).any(axis=2)
    changed[14:46, 24:56] = False
    assert not changed.any()
    inside = result[25:35, 35:45].astype(float)
    assert 1.0 < inside.std(axis=(0, 1)).mean() < 5.0


def test_fewer_samples_are_softened_more():
    """What is black reaches the further into the light picture beside it."""
    drawn = np.full((60, 80, 4), 255, np.uint8)
    drawn[20:40, 30:50] = 0
    edge = [int(match_look(drawn, FrameLook(0.0, 0.0), scale, Grain())[30, 29, 0]) for scale in (1, 2, 3)]
    assert edge == sorted(edge)
    assert 150 < edge[0] < edge[2]


def test_regions_larger_than_the_noise_tile_are_grained_too():
    drawn = np.zeros((8, 2300, 4), np.uint8)
    drawn[..., :3] = 128
    grained = match_look(drawn, FrameLook(0.0, 4.0), 1, Grain()).astype(float)
    assert grained[:, 2100:].std() == pytest.approx(grained[:, :200].std(), rel=0.3)
    assert grained.std() > 1.0


def test_estimates_change_slowly():
    estimator = FrameLookEstimator()
    frame = noisy_frame()
    first = estimator.estimate(frame, Region(100, 100, 200, 150))
    assert all(estimator.estimate(frame, Region(100, 100, 200, 150)) is first for _ in range(11))
    assert estimator.estimate(frame, Region(100, 100, 200, 150)) is not first


def test_two_pipelines_draw_the_same_noise():
    """One's own offsets: what another pipeline of the process draws meanwhile makes no difference."""
    drawn, noisy = overlay(), FrameLook(0.0, 4.0)
    alone, other = Grain(), Grain()
    expected = [match_look(drawn, noisy, 1, alone) for _ in range(3)]
    own = Grain()
    for picture in expected:
        match_look(drawn, noisy, 1, other)
        assert np.array_equal(match_look(drawn, noisy, 1, own), picture)
    assert not np.array_equal(expected[0], expected[1])
