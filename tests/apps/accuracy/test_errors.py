"""Errors of poses: conventions are taken out, errors stay."""

import numpy as np
import pytest

from arpipe.apps.accuracy.errors import pose_errors
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles

ANGLES = [(yaw, pitch, roll) for yaw in (-50, -20, 0, 30, 60) for pitch in (-20, 0, 25) for roll in (-10, 15)]
RANDOM = np.random.default_rng(3)
TRUTHS = [
    RigidTransform(rotation_from_angles(*angles), RANDOM.uniform((-0.1, -0.1, 0.5), (0.1, 0.1, 0.9)))
    for angles in ANGLES
]
OTHER_AXES = rotation_from_angles(8.0, -5.0, 170.0)  # another "straight ahead", other axes of the head
OTHER_ORIGIN_MM = np.array([3.0, -40.0, 25.0])


def errors_of(estimated):
    rotations = [truth.rotation @ OTHER_AXES for truth in TRUTHS]
    places = [1000.0 * truth.translation_m + truth.rotation @ OTHER_ORIGIN_MM for truth in TRUTHS]
    return pose_errors(estimated, rotations, places)


def test_other_axes_and_origin_are_no_error():
    errors = errors_of(TRUTHS)
    assert errors.angles_deg == pytest.approx(0.0, abs=1e-3)
    assert errors.places_mm == pytest.approx(0.0, abs=1e-6)
    assert errors.yaw_deg == pytest.approx(0.0, abs=1e-3)


def test_a_single_error_is_found_where_it_is_and_as_large_as_it_is():
    off = list(TRUTHS)
    turn = rotation_from_angles(12.0, 0.0, 0.0) @ np.diag([1.0, -1.0, -1.0])
    off[4] = RigidTransform(turn @ TRUTHS[4].rotation, TRUTHS[4].translation_m + np.array([0.0, 0.0, 0.03]))
    errors = errors_of(off)
    assert errors.angles_deg[4] == pytest.approx(12.0, abs=0.2)
    assert np.delete(errors.angles_deg, 4).max() < 0.2
    assert int(errors.places_mm.argmax()) == 4


def test_faces_that_were_not_found_count_in_the_total_only():
    errors = errors_of([None, *TRUTHS[1:]])
    assert (errors.total, len(errors.angles_deg)) == (len(TRUTHS), len(TRUTHS) - 1)
    assert errors_of([None] * len(TRUTHS)).angles_deg.size == 0


def test_errors_are_sorted_into_bands_of_the_true_yaw():
    errors = errors_of(TRUTHS)
    counts = [errors.in_band(low, high).size for low, high in ((-90, -45), (-45, -10), (-10, 10), (10, 90))]
    assert sum(counts) == len(TRUTHS)


def test_without_places_there_are_no_place_errors():
    errors = pose_errors(TRUTHS, [truth.rotation for truth in TRUTHS], [None] * len(TRUTHS))
    assert errors.places_mm.size == 0
