"""Laws of affine maps and similarity fits."""

import numpy as np
import pytest

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.procrustes import fit_similarity
from arpipe.geometry.transforms import rotation_from_angles
from arpipe.types import Roi

RNG = np.random.default_rng(3)
POINTS = RNG.uniform(-100, 100, (20, 2))


def test_crop_then_uncrop_returns_the_points() -> None:
    image_from_crop = Roi(np.array([320.0, 200.0]), 150.0, 0.4).image_from_crop(192)
    crop_px = image_from_crop.inverse().apply(POINTS)
    np.testing.assert_allclose(image_from_crop.apply(crop_px), POINTS, atol=1e-9)


def test_crop_centre_lands_on_the_roi_centre_and_turns_with_it() -> None:
    image_from_crop = Roi(np.array([320.0, 200.0]), 192.0, np.pi / 2).image_from_crop(192)
    np.testing.assert_allclose(image_from_crop.apply((96.0, 96.0)), (320.0, 200.0))
    np.testing.assert_allclose(image_from_crop.apply((106.0, 96.0)), (320.0, 210.0))
    assert image_from_crop.scale == pytest.approx(1.0)


def test_chain_is_the_maps_one_after_the_other() -> None:
    a = Affine2D.from_similarity(2.0, 0.3, (5.0, -1.0))
    b = Affine2D(np.array([[1.0, 0.5, 3.0], [0.0, 2.0, 1.0]]))
    np.testing.assert_allclose((a @ b).apply(POINTS), a.apply(b.apply(POINTS)))


def test_flat_map_has_no_inverse() -> None:
    with pytest.raises(ValueError, match="cannot be inverted"):
        Affine2D(np.array([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]])).inverse()


@pytest.mark.parametrize("weighted", [False, True])
def test_similarity_fit_finds_the_truth_beside_ignored_outliers(weighted: bool) -> None:
    source = RNG.normal(size=(30, 3))
    rotation = rotation_from_angles(40.0, -20.0, 15.0)
    target = 1.7 * source @ rotation.T + (1.0, 2.0, -3.0)
    weights = np.ones(30)
    if weighted:
        target[:5] += 10.0
        weights[:5] = 0.0
    fit = fit_similarity(source, target, weights)
    assert fit.scale == pytest.approx(1.7)
    np.testing.assert_allclose(fit.rotation, rotation, atol=1e-9)
    np.testing.assert_allclose(fit.translation, (1.0, 2.0, -3.0), atol=1e-9)


def test_mirrored_points_are_fitted_by_a_rotation_all_the_same() -> None:
    source = RNG.normal(size=(30, 3))
    assert np.linalg.det(fit_similarity(source, source * (-1, 1, 1)).rotation) == pytest.approx(1.0)


def test_coinciding_points_are_refused() -> None:
    with pytest.raises(ValueError, match="coincide"):
        fit_similarity(np.ones((4, 3)), RNG.normal(size=(4, 3)))
