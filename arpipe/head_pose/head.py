"""One head: its pose in each frame, and its remembered shape and size."""

import math

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.head_pose.config import HeadPoseConfig
from arpipe.head_pose.correction import RotationCorrection
from arpipe.head_pose.face import SeenFace
from arpipe.head_pose.fit import FaceFit, fit_face, misfits, place_shape
from arpipe.head_pose.mesh import metric_mesh
from arpipe.head_pose.shape import PersonShape
from arpipe.head_pose.size import HeadSize, faces_camera, measure_irises, pupillary_distance
from arpipe.types import HeadPose, Landmarks

PRESENCE_MARGIN = 0.2


class Head:
    """Solves the poses of one head and remembers what does not change: its shape and size.

    Args:
        config: Limits and switches.
    """

    def __init__(self, config: HeadPoseConfig) -> None:
        self._config = config
        self._size = HeadSize()
        self._correction = RotationCorrection()
        self._shape: PersonShape | None = None
        self._trusted = True
        self._fit: FaceFit | None = None
        self._rotation_before: Array = np.eye(3)  # of the fit before
        self._accurate_fit: FaceFit | None = None
        self._pose: RigidTransform | None = None

    def solve(
        self, landmarks: Landmarks, camera: CameraIntrinsics, accurate: Landmarks | None = None
    ) -> HeadPose | None:
        """Place the head in the camera frame; see `HeadPoseSolver.solve`."""
        seen = SeenFace.of(landmarks, camera)
        fit = self._follow(seen, landmarks.score)
        if fit is None:
            return None
        if accurate is not None:
            self.correct(accurate, camera, fit.pose.rotation)
        rotation = self._correction.apply(fit.pose.rotation)
        shape = self._shape = self._shape or PersonShape(seen.face)
        shape_m = shape.points_m
        pose = self._pose = place_shape(shape_m, seen, rotation) or fit.pose
        error_px = _error_px(shape_m, seen, pose, camera)
        if not error_px <= self._config.max_error * _long_side(landmarks):
            self._lose()
            return None
        if shape.wants_observation():
            shape.observe(seen, pose)
        mesh_m = metric_mesh(shape_m, seen, pose)
        if "left_iris" in landmarks.topology.regions and self._size.wants_measurement():
            self._measure(landmarks, mesh_m, camera)
        scale = self._size.scale
        return HeadPose(
            camera_from_head=RigidTransform.unchecked(pose.rotation, pose.translation_m * scale),
            metric_mesh_m=mesh_m * scale,
            error_px=error_px,
            scale=scale,
            pupillary_distance_mm=self._size.pupillary_distance_mm,
            scale_error=self._size.scale_error,
        )

    @property
    def uncorrected_rotation(self) -> Array | None:
        """(3, 3) `camera_from_head` of the last pose without correction; None without a pose."""
        return None if self._fit is None else self._fit.pose.rotation

    def correct(self, accurate: Landmarks, camera: CameraIntrinsics, uncorrected: Array) -> None:
        """Correct the rotations that follow.

        Args:
            accurate: Landmarks of this head by a more accurate network.
            camera: Intrinsics of the image they were measured in.
            uncorrected: (3, 3) `uncorrected_rotation` of that image.
        """
        if accurate.score < self._config.min_presence:
            return
        self._accurate_fit = fit_face(SeenFace.of(accurate, camera), self._accurate_fit or self._fit)
        if self._accurate_fit is not None:
            self._correction.observe(uncorrected, self._accurate_fit.pose.rotation)

    def wants_correction(self, turn_rad: float, steps_ahead: float = 0.0) -> bool:
        """Whether accurate landmarks would help: at first, and once a head has turned since the last ones.

        Args:
            turn_rad: The turn that counts.
            steps_ahead: Frames after the last solved one for which to tell, as if the head turned on at its rate.
        """
        if self._fit is None:
            return False
        rotation = self._fit.pose.rotation
        expected = rotation + steps_ahead * (rotation - self._rotation_before)
        return self._correction.wants_observation(expected, turn_rad)

    def wants_irises(self) -> bool:
        """Whether `measure_irises` should be given this head's irises now; ask once per frame.

        True only for heads whose landmarks lack irises, whose pose is known, and that face the camera.
        """
        if not self._config.iris_scale or self._pose is None:
            return False
        return faces_camera(self._pose, self._config) and self._size.wants_extra_look()

    def measure_irises(self, landmarks: Landmarks, camera: CameraIntrinsics) -> None:
        """Measure the size from landmarks with irises and the last pose; does nothing without a pose.

        Args:
            landmarks: From another network than those of the pose, in the same image, px.
            camera: Intrinsics of the image.
        """
        if self._pose is None:
            return
        seen = SeenFace.of(landmarks, camera)
        shape_m = seen.face.canonical_m if self._shape is None else self._shape.points_m
        mesh_m = metric_mesh(shape_m, seen, self._pose)
        self._measure(landmarks, mesh_m, camera)

    def _follow(self, seen: SeenFace, score: float) -> FaceFit | None:
        """Fit the face, starting from the last fit; None, which loses the head, if there is no face."""
        fit = fit_face(seen, self._fit) if self._trusts(score) else None
        if fit is None:
            self._lose()
            return None
        self._rotation_before = (self._fit or fit).pose.rotation
        self._fit = fit
        return fit

    def _trusts(self, score: float) -> bool:
        """Whether the landmarks are a face's; with hysteresis, so that a doubtful one does not flicker."""
        least = self._config.min_presence
        self._trusted = score >= (least if self._trusted else min(least + PRESENCE_MARGIN, 1.0))
        return self._trusted

    def _lose(self) -> None:
        """Forget the last pose, but not the shape and size."""
        self._fit = self._accurate_fit = self._pose = None

    def _measure(self, landmarks: Landmarks, mesh_m: Array, camera: CameraIntrinsics) -> None:
        """Measure the irises, if they are clearly visible."""
        if self._pose is None:
            return
        measurement = measure_irises(landmarks, self._pose, camera, self._config)
        if measurement is not None:
            self._size.observe(measurement, pupillary_distance(mesh_m, landmarks.topology))


def _error_px(shape_m: Array, seen: SeenFace, pose: RigidTransform, camera: CameraIntrinsics) -> float:
    """Return the weighted RMS distance of the landmarks from the projected shape, px without distortion."""
    x, y = misfits(shape_m, seen, pose).tolist()
    return math.hypot(camera.fx * math.sqrt(x), camera.fy * math.sqrt(y))


def _long_side(landmarks: Landmarks) -> float:
    x0, y0, x1, y1 = landmarks.box_px
    return max(float(x1 - x0), float(y1 - y0))
