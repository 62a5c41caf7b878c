"""What the network's depth is good for, and what it must not do."""

from dataclasses import replace

import pytest

from arpipe.geometry.transforms import angle_between_deg
from arpipe.head_pose import fit
from arpipe.head_pose.face import SeenFace
from arpipe.head_pose.fit import FaceFit, fit_face
from arpipe.topology import load_topology
from arpipe.types import Landmarks
from tests.head_pose.heads import CAMERA, long_face, observe, pose_of


def fitted(landmarks: Landmarks) -> FaceFit:
    found = fit_face(SeenFace.of(landmarks, CAMERA), None)
    assert found is not None
    return found


@pytest.mark.parametrize("pitch", [-30.0, 30.0])
def test_depth_tells_a_long_face_from_one_that_nods(pitch: float, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = pose_of(0.0, pitch)
    landmarks = observe(truth.apply(long_face()), z_gain=1.0 / fit.DEPTH_SCALE)
    with_depth = angle_between_deg(fitted(landmarks).pose.rotation, truth.rotation)
    monkeypatch.setattr(fit, "DEPTH_WEIGHT", 0.0)
    without = angle_between_deg(fitted(landmarks).pose.rotation, truth.rotation)
    assert with_depth < 0.8 * without


@pytest.mark.parametrize("z_gain", [0.0, 0.5, 1.0, 2.0])
def test_face_that_fits_exactly_leaves_nothing_for_depth_to_decide(z_gain: float) -> None:
    truth = pose_of(35.0, -15.0, 10.0)
    found = fitted(observe(truth.apply(load_topology("face").canonical_m), z_gain=z_gain))
    assert found.depth_weight == 0.0
    assert angle_between_deg(found.pose.rotation, truth.rotation) < 0.1


def test_weight_of_depth_is_kept_from_frame_to_frame_and_measured_again() -> None:
    exact = SeenFace.of(observe(pose_of(0.0, 0.0).apply(load_topology("face").canonical_m)), CAMERA)
    other = SeenFace.of(observe(pose_of(0.0, 0.0).apply(long_face())), CAMERA)
    found = fit_face(exact, None)
    weights = []
    for _ in range(fit.MISFIT_FRAMES + 1):
        found = fit_face(other, found)
        assert found is not None
        weights.append(found.depth_weight)
    assert weights[0] == 0.0
    assert weights[-1] > 0.0


def test_irises_take_no_part() -> None:
    topology = load_topology("face")
    truth = pose_of(10.0, 5.0)
    landmarks = observe(truth.apply(topology.canonical_m))
    looking_away = landmarks.points_px.copy()
    looking_away[468:] += 20.0
    moved = fitted(Landmarks(looking_away, 1.0, topology))
    assert (moved.pose.rotation == fitted(landmarks).pose.rotation).all()


def test_guessed_landmarks_outside_the_picture_count_less() -> None:
    truth = pose_of(10.0, 5.0)
    landmarks = observe(truth.apply(load_topology("face").canonical_m))
    guessed = landmarks.points_px.copy()
    edge_px = float(guessed[:, 0].mean())
    guessed[guessed[:, 0] > edge_px, 1] += 30.0
    errors = []
    for width in (CAMERA.width, int(edge_px) + 1):
        camera = replace(CAMERA, width=width)
        found = fit_face(SeenFace.of(Landmarks(guessed, 1.0, landmarks.topology), camera), None)
        assert found is not None
        errors.append(angle_between_deg(found.pose.rotation, truth.rotation))
    assert errors[1] < 0.6 * errors[0]
