"""Head pose against synthetic truth: canonical points projected by a known camera."""

import itertools

import numpy as np
import pytest

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform, angle_between_deg, rotation_from_angles
from arpipe.head_pose import Head, HeadPoseConfig, HeadPoseSolver
from arpipe.models.face_mesh import plain_face_topology
from arpipe.topology import Topology, load_topology
from arpipe.types import Landmarks
from tests.head_pose.heads import CAMERA, observe

DISTORTED = CameraIntrinsics(900.0, 905.0, 630.0, 350.0, 1280, 720, (0.08, -0.12, 0.001, -0.002, 0.02))
POSES = list(itertools.product((-60, -25, 0, 25, 60), (-30, 0, 30), (-30, 0, 30)))


def head_at(x_share: float, y_share: float, depth_m: float, camera: CameraIntrinsics) -> np.ndarray:
    """Camera-frame position seen `x_share`, `y_share` of the frame's size away from its centre."""
    pixel = (camera.width * (0.5 + x_share), camera.height * (0.5 + y_share))
    return np.append(camera.unproject(pixel), 1.0) * depth_m


def seen(pose: RigidTransform, camera: CameraIntrinsics, scale: float = 1.0) -> Landmarks:
    """What an ideal network would answer of the canonical head."""
    return observe(pose.apply(load_topology("face").canonical_m * scale), camera)


@pytest.mark.parametrize("camera", [CAMERA, DISTORTED], ids=["pinhole", "distorted"])
@pytest.mark.parametrize("place", [(0.0, 0.0), (-0.4, 0.0), (0.4, 0.0), (0.4, -0.4), (-0.4, 0.4)])
def test_pose_is_right_anywhere_in_the_frame(camera: CameraIntrinsics, place: tuple[float, float]) -> None:
    for yaw, pitch, roll in POSES:
        truth = RigidTransform(rotation_from_angles(yaw, pitch, roll), head_at(*place, 0.6, camera))
        pose = HeadPoseSolver().solve(seen(truth, camera), camera)
        assert pose is not None
        assert angle_between_deg(pose.camera_from_head.rotation, truth.rotation) <= 0.5
        assert pose.camera_from_head.translation_m[2] == pytest.approx(truth.translation_m[2], rel=0.01)
        assert pose.error_px <= 1.0
        mesh_px = camera.project(pose.camera_from_head.apply(pose.metric_mesh_m))
        truth_px = seen(truth, camera).points_px[:, :2]
        assert np.abs(mesh_px - truth_px).max() <= 1.0


@pytest.mark.parametrize("angles", [(20.0, 0.0, 0.0), (0.0, 15.0, 0.0), (0.0, 0.0, 25.0)])
def test_angles_come_back_with_their_signs(angles: tuple[float, float, float]) -> None:
    truth = RigidTransform(rotation_from_angles(*angles), np.array([0.1, -0.05, 0.5]))
    pose = HeadPoseSolver().solve(seen(truth, CAMERA), CAMERA)
    assert pose is not None
    assert (pose.yaw_deg, pose.pitch_deg, pose.roll_deg) == pytest.approx(angles, abs=0.1)


def test_nose_points_where_the_signs_say() -> None:
    nose = load_topology("face").canonical_m[load_topology("face").index("nose_tip")]
    right = RigidTransform(rotation_from_angles(30, 0, 0), np.array([0, 0, 0.5])).apply(nose)
    up = RigidTransform(rotation_from_angles(0, 30, 0), np.array([0, 0, 0.5])).apply(nose * (1, 0, 1))
    assert right[0] > 0.01  # the viewer's right
    assert up[1] < -0.01  # image y points down


def test_depth_does_not_matter_where_x_and_y_fit_exactly() -> None:
    truth = RigidTransform(rotation_from_angles(30, 10, 5), np.array([0.2, 0.1, 0.7]))
    landmarks = seen(truth, CAMERA)
    flat = Landmarks(landmarks.points_px * np.array([1, 1, 0], dtype=np.float32), 1.0, landmarks.topology)
    pose = HeadPoseSolver().solve(flat, CAMERA)
    assert pose is not None
    assert angle_between_deg(pose.camera_from_head.rotation, truth.rotation) <= 0.5


@pytest.mark.parametrize("scale", [0.85, 1.0, 1.15])
def test_iris_tells_a_large_far_head_from_a_small_near_one(scale: float) -> None:
    topology = load_topology("face")
    shape = topology.canonical_m * scale
    for side in ("left", "right"):  # irises are of one size in everybody
        ring, middle = topology.region(f"{side}_iris"), topology.index(f"{side}_pupil")
        shape[ring] = shape[middle] + (topology.canonical_m[ring] - topology.canonical_m[middle])
    truth = RigidTransform(rotation_from_angles(5, 0, 0), np.array([0.0, 0.0, 0.6]))
    pose = HeadPoseSolver().solve(observe(truth.apply(shape), CAMERA), CAMERA)
    assert pose is not None
    assert pose.scale == pytest.approx(scale, rel=0.01)
    assert pose.camera_from_head.translation_m[2] == pytest.approx(0.6, rel=0.01)
    true_mm = 1000 * np.linalg.norm(
        shape[topology.index("left_pupil")] - shape[topology.index("right_pupil")]
    )
    assert pose.pupillary_distance_mm == pytest.approx(true_mm, rel=0.01)
    np.testing.assert_allclose(pose.metric_mesh_m, shape, atol=0.002)


def test_size_is_kept_while_the_eyes_are_shut() -> None:
    solver = HeadPoseSolver()
    truth = RigidTransform(rotation_from_angles(0, 0, 0), np.array([0.0, 0.0, 0.6]))
    open_eyes = seen(truth, CAMERA)
    irises = np.concatenate([open_eyes.topology.region(f"{side}_iris") for side in ("left", "right")])
    larger = open_eyes.points_px.copy()
    for side in ("left", "right"):
        ring, middle = open_eyes.topology.region(f"{side}_iris"), open_eyes[f"{side}_pupil"]
        larger[ring] = middle + (larger[ring] - middle) * 1.1
    first = solver.solve(Landmarks(larger, 1.0, open_eyes.topology), CAMERA, track_id=1)
    shut = larger.copy()
    shut[irises] *= 1.5
    for side in ("left", "right"):
        shut[open_eyes.topology.index(f"{side}_eye_top")] = shut[
            open_eyes.topology.index(f"{side}_eye_bottom")
        ]
    second = solver.solve(Landmarks(shut, 1.0, open_eyes.topology), CAMERA, track_id=1)
    assert first is not None
    assert second is not None
    assert first.scale == pytest.approx(1 / 1.1, rel=0.01)
    assert second.scale == first.scale


def test_no_pose_for_points_that_are_no_face() -> None:
    topology = load_topology("face")
    noise = np.random.default_rng(1).uniform(0, 700, (topology.count, 3)).astype(np.float32)
    assert HeadPoseSolver().solve(Landmarks(noise, 1.0, topology), CAMERA) is None


def test_doubtful_face_has_no_pose_and_does_not_flicker() -> None:
    solver = HeadPoseSolver()
    face = seen(RigidTransform(rotation_from_angles(0, 0, 0), np.array([0.0, 0.0, 0.6])), CAMERA)
    scores = [0.99, 0.70, 0.60, 0.70, 0.80, 0.90, 0.70]
    posed = [
        solver.solve(Landmarks(face.points_px, score, face.topology), CAMERA, track_id=1) is not None
        for score in scores
    ]
    assert posed == [True, True, False, False, False, True, True]


def test_iris_size_can_be_left_out() -> None:
    truth = RigidTransform(rotation_from_angles(0, 0, 0), np.array([0.0, 0.0, 0.6]))
    pose = HeadPoseSolver(HeadPoseConfig(iris_scale=False)).solve(seen(truth, CAMERA), CAMERA)
    assert pose is not None
    assert pose.scale == 1.0
    assert pose.pupillary_distance_mm is None


def test_landmarks_without_rigid_points_are_refused() -> None:
    face = load_topology("face")
    bare = Topology(
        "body",
        2,
        {},
        {},
        face.triangles[:0],
        face.lean_triangles[:0],
        {},
        face.edges[:0],
        face.mirror[:0],
        face.rigid[:0],
        face.rigid_weights[:0],
        face.canonical_m[:0],
        face.uv[:0],
    )
    with pytest.raises(ValueError, match="no rigid points"):
        HeadPoseSolver().solve(Landmarks(np.zeros((2, 3), np.float32), 1.0, bare), CAMERA)


def test_extra_looks_at_irises_become_rare_even_where_they_tell_nothing() -> None:
    head = Head(HeadPoseConfig())
    whole = seen(RigidTransform(np.diag([1.0, -1.0, -1.0]), np.array([0.0, 0.0, 0.6])), CAMERA)
    topology = plain_face_topology()
    landmarks = Landmarks(whole.points_px[: topology.count], 1.0, topology)
    assert not head.wants_irises()
    asked = []
    for _ in range(400):
        assert head.solve(landmarks, CAMERA) is not None
        asked.append(head.wants_irises())
    assert asked[:5] == [True] * 5
    assert sum(asked[5:125]) == 30
    assert sum(asked[-120:]) == 4
