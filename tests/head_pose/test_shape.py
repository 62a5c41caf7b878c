"""A person's own shape: what it gives to the place, and that it is dropped when it is another's."""

import numpy as np
import pytest

from arpipe.geometry.procrustes import fit_similarity
from arpipe.geometry.transforms import RigidTransform
from arpipe.head_pose.face import SeenFace, fitted_face
from arpipe.head_pose.fit import DEPTH_SCALE, place_shape
from arpipe.head_pose.shape import CONTRADICTED_FRAMES, PersonShape
from arpipe.topology import load_topology
from tests.head_pose.heads import CAMERA, long_face, observe, pose_of

TOPOLOGY = load_topology("face")
FACE = fitted_face(TOPOLOGY)


def swaying(count: int) -> list[RigidTransform]:
    return [pose_of(15.0 * np.sin(0.4 * k), 10.0 * np.cos(0.3 * k), depth_m=0.6) for k in range(count)]


def view(truth: RigidTransform, shape_m: np.ndarray) -> SeenFace:
    """What a network gives whose z is as flat as the fit expects it."""
    return SeenFace.of(observe(truth.apply(shape_m), z_gain=1.0 / DEPTH_SCALE), CAMERA)


def learn(shape: PersonShape, seen: SeenFace, truth: RigidTransform) -> None:
    own = place_shape(shape.points_m, seen, truth.rotation)
    assert own is not None
    shape.observe(seen, own)


def spread_of_places(shape_m: np.ndarray, person_m: np.ndarray) -> float:
    """How far the origin of the head wanders within the head, m."""
    origins = []
    for truth in swaying(60):
        placed = place_shape(shape_m, view(truth, person_m), truth.rotation)
        assert placed is not None
        origins.append(truth.rotation.T @ (placed.translation_m - truth.translation_m))
    return float(np.linalg.norm(np.array(origins) - np.mean(origins, axis=0), axis=1).mean())


def test_place_is_steadier_with_the_learned_shape() -> None:
    shape = PersonShape(FACE)
    for truth in swaying(60):
        learn(shape, view(truth, long_face()), truth)
    # Of the canonical size: another one moves the place along the ray, whatever the shape.
    person = fit_similarity(long_face()[FACE.indices], FACE.canonical_m.T, FACE.weights).apply(long_face())
    assert spread_of_places(shape.points_m, person) < 0.5 * spread_of_places(FACE.canonical_m, person)


def test_learning_neither_turns_nor_resizes_the_head() -> None:
    shape = PersonShape(FACE)
    for truth in swaying(60):
        learn(shape, view(truth, long_face() * 1.3), truth)
    assert np.abs(shape.points_m - FACE.canonical_m).max() > 0.002  # it has learned
    change = fit_similarity(FACE.canonical_m.T, shape.points_m.T, FACE.weights)
    assert change.scale == pytest.approx(1.0, abs=0.02)
    assert np.abs(change.rotation - np.eye(3)).max() < 0.01


def test_shape_of_somebody_else_is_forgotten() -> None:
    shape = PersonShape(FACE)
    front = pose_of(0.0, 0.0)
    for _ in range(40):
        learn(shape, view(front, long_face()), front)
    learned = shape.points_m
    other = view(front, TOPOLOGY.canonical_m)
    for _ in range(CONTRADICTED_FRAMES):
        learn(shape, other, front)
    to_canonical = np.abs(shape.points_m - FACE.canonical_m).max()
    assert to_canonical < 0.2 * np.abs(learned - FACE.canonical_m).max()
