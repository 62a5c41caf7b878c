"""Landmarks and intrinsics to a metric head pose.

The network sees only its crop, as if under weak perspective, so its z says nothing about where the head
is. The pose therefore comes from a full-perspective fit of the canonical face's rigid points to x and y:
a face at the frame's edge is neither misplaced nor turned. The network's z only shapes the metric mesh,
along the crop's own axis. The absolute size comes from the iris, 11.7 mm across in nearly all adults,
averaged over a track's life.
"""

import math
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.pnp import fit_pose
from arpipe.geometry.transforms import Array, RigidTransform, angles_from_rotation
from arpipe.topology import Topology
from arpipe.types import HeadPose, Landmarks

SCALE_LIMITS = (0.75, 1.25)  # children to very large heads; beyond, it was no open eye that was measured
DEPTH_GAIN_LIMITS = (0.8, 1.5)  # how far the network's z may be stretched to agree with the fitted head
CLEAR_IRIS_PX = 10.0  # diameters together below which landmark noise weighs more than the iris tells
PRESENCE_MARGIN = 0.2
KNOWN_WEIGHT = 30.0  # clear looks after which the size hardly changes
LOOK_EVERY = 5  # frames, from then on
EXTRA_LOOKS = ((5, 1), (35, 4))  # up to so many looks with another network, one in so many frames
RARE_LOOK_EVERY = 30  # frames, from then on
FORGET_FRAMES = 300.0  # weight of the past in the running scale, in frames of equal quality


class HeadPoseConfig(BaseModel):
    """How poses are solved.

    Attributes:
        max_error: A fit whose RMS error exceeds this share of the face's long side counts as no pose.
        min_presence: Presence score that a pose needs: where the network doubts the face, as beyond a profile,
            its landmarks lie anywhere. A head that has lost its pose needs `PRESENCE_MARGIN` more to get it back.
        iris_scale: Measure the person's size from the irises; else every head is the canonical one's size.
        min_iris_px: Irises smaller than this are not measured, px.
        max_iris_yaw_deg: Irises of a head turned further are not measured, degrees.
        min_eye_opening: Height over width below which an eye counts as closed and its iris is not measured.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_error: float = Field(default=0.08, gt=0)
    min_presence: float = Field(default=0.65, ge=0, le=1)
    iris_scale: bool = True
    min_iris_px: float = Field(default=5.0, gt=0)
    max_iris_yaw_deg: float = Field(default=15.0, gt=0, le=90)
    min_eye_opening: float = Field(default=0.2, ge=0)


@dataclass(slots=True)
class _Track:
    """What is kept of one head between frames: the last pose, and weighted sums of what does not change."""

    pose: RigidTransform | None = None
    weight: float = 0.0
    scale_sum: float = 0.0
    pupillary_sum_m: float = 0.0
    frames: int = 0
    extra_looks: int = 0
    trusted: bool = True

    def trusts(self, score: float, least: float) -> bool:
        """Whether the landmarks are a face's; with hysteresis, so that a doubtful one does not flicker."""
        self.trusted = score >= (least if self.trusted else min(least + PRESENCE_MARGIN, 1.0))
        return self.trusted

    def wants_look(self) -> bool:
        """Whether to look at the irises: in every frame at first, now and then once the size is known."""
        self.frames += 1
        return self.weight < KNOWN_WEIGHT or self.frames % LOOK_EVERY == 0

    def wants_extra_look(self) -> bool:
        """The same where a look costs another network: less often, and not for ever at eyes that tell nothing."""
        self.frames += 1
        often = next((every for looks, every in EXTRA_LOOKS if self.extra_looks < looks), RARE_LOOK_EVERY)
        if self.frames % often:
            return False
        self.extra_looks += 1
        return True

    def measure(self, scale: float, pupillary_m: float, weight: float) -> None:
        """Take in one look at the irises, with a weight in (0, 1]."""
        keep = max(0.0, 1.0 - weight / FORGET_FRAMES)
        self.weight = self.weight * keep + weight
        self.scale_sum = self.scale_sum * keep + weight * scale
        self.pupillary_sum_m = self.pupillary_sum_m * keep + weight * pupillary_m

    @property
    def scale(self) -> float:
        """The person's size over the canonical one's; 1 while no iris has told."""
        return self.scale_sum / self.weight if self.weight else 1.0

    @property
    def pupillary_distance_mm(self) -> float | None:
        """Between the pupils; None while no iris has told."""
        return 1000.0 * self.scale * self.pupillary_sum_m / self.weight if self.weight else None


class HeadPoseSolver:
    """Solves poses and remembers, per track, the last pose and the running size.

    Args:
        config: Limits and switches.
    """

    def __init__(self, config: HeadPoseConfig | None = None) -> None:
        self.config = config or HeadPoseConfig()
        self._tracks: dict[int, _Track] = {}

    def reset(self) -> None:
        """Forget all heads."""
        self._tracks.clear()

    def solve(
        self, landmarks: Landmarks, camera: CameraIntrinsics, track_id: int | None = None
    ) -> HeadPose | None:
        """Place the head in the camera frame.

        Fits the rigid points of the canonical face (eye corners, nose, cheekbones, forehead; never lips, lids
        or jaw) to the landmarks, starting from the track's last pose when there is one.

        Args:
            landmarks: Face landmarks in image px; z shapes the metric mesh only, never the pose.
            camera: Intrinsics of the image that the landmarks were measured in.
            track_id: Whose head it is, to start from its last pose and to average its size; None for a
                single picture.

        Returns:
            The pose, or None if the head would be behind the camera, the error exceeds `max_error`, or the
            landmarks' score is too low.

        Raises:
            ValueError: The topology has no rigid points (a body, for instance).
        """
        topology = landmarks.topology
        if not len(topology.rigid):
            raise ValueError(f"{topology.name} landmarks have no rigid points; a head pose needs a face")
        track = self._track(track_id)
        if not track.trusts(landmarks.score, self.config.min_presence):
            track.pose = None
            return None
        points_px = landmarks.points_px[:, :2].astype(np.float64)
        canonical = topology.canonical_m[topology.rigid]
        plane = camera.unproject(points_px)
        fit = fit_pose(canonical, plane[topology.rigid], topology.rigid_weights, track.pose)
        if fit is None:
            track.pose = None
            return None
        error_px = _error_px(fit, canonical, points_px[topology.rigid], camera)
        if not error_px <= self.config.max_error * _long_side(points_px):
            track.pose = None
            return None
        track.pose = fit
        mesh_m = _metric_mesh(landmarks, plane, fit)
        if "left_iris" in topology.regions and track.wants_look():
            self._measure(track, landmarks, mesh_m, fit, camera)
        return HeadPose(
            camera_from_head=RigidTransform(fit.rotation, fit.translation_m * track.scale),
            metric_mesh_m=mesh_m * track.scale,
            error_px=error_px,
            scale=track.scale,
            pupillary_distance_mm=track.pupillary_distance_mm,
        )

    def wants_irises(self, track_id: int) -> bool:
        """Whether `look_at_irises` should be given this head's irises now; ask once a frame.

        Only heads want it whose landmarks come without irises, whose pose is known, and who face the camera.
        """
        track = self._tracks.get(track_id)
        if not self.config.iris_scale or track is None or track.pose is None:
            return False
        return self._faces_camera(track.pose) and track.wants_extra_look()

    def look_at_irises(self, landmarks: Landmarks, camera: CameraIntrinsics, track_id: int) -> None:
        """Measure a head's size by landmarks with irises, its last pose standing.

        Args:
            landmarks: Of another network than those of the pose, in the same image, px.
            camera: Intrinsics of the image.
            track_id: Whose; without a pose nothing is measured.
        """
        track = self._tracks.get(track_id)
        if track is None or track.pose is None:
            return
        plane = camera.unproject(landmarks.points_px[:, :2].astype(np.float64))
        mesh_m = _metric_mesh(landmarks, plane, track.pose)
        self._measure(track, landmarks, mesh_m, track.pose, camera)

    def forget_except(self, track_ids: set[int]) -> None:
        """Drop what is kept of heads that are no longer tracked."""
        self._tracks = {key: track for key, track in self._tracks.items() if key in track_ids}

    def _track(self, track_id: int | None) -> _Track:
        return _Track() if track_id is None else self._tracks.setdefault(track_id, _Track())

    def _measure(
        self,
        track: _Track,
        landmarks: Landmarks,
        mesh_m: Array,
        fit: RigidTransform,
        camera: CameraIntrinsics,
    ) -> None:
        """Add what the irises tell of the head's size, if they are seen well."""
        looked = self._look(landmarks, fit, camera)
        if looked is not None:
            track.measure(looked.scale, _pupillary_m(mesh_m, landmarks.topology), looked.weight)

    def _faces_camera(self, fit: RigidTransform) -> bool:
        return abs(angles_from_rotation(fit.rotation).yaw_deg) <= self.config.max_iris_yaw_deg

    def _look(
        self, landmarks: Landmarks, fit: RigidTransform, camera: CameraIntrinsics
    ) -> "_IrisLook | None":
        """The head's size from its irises, or None if they are not seen well.

        A head that is larger than the canonical one and farther away looks the same, but for its irises,
        which are of one size in everybody: predicted over measured diameter is the scale.
        """
        topology = landmarks.topology
        if not self.config.iris_scale or not self._faces_camera(fit):
            return None
        predicted, measured = 0.0, 0.0
        for side in ("left", "right"):
            if _eye_opening(landmarks, side) < self.config.min_eye_opening:
                continue
            ring = topology.region(f"{side}_iris")
            expected_px = camera.project(fit.apply(topology.canonical_m[ring]))
            predicted += _diameters(expected_px)
            measured += _diameters(landmarks.points_px[ring, :2].astype(np.float64))
        if measured == 0.0 or measured < 2.0 * self.config.min_iris_px:
            return None
        scale = predicted / measured
        if not SCALE_LIMITS[0] <= scale <= SCALE_LIMITS[1]:
            return None
        return _IrisLook(scale, 1.0 / (1.0 + (CLEAR_IRIS_PX / measured) ** 2))


@dataclass(frozen=True, slots=True)
class _IrisLook:
    scale: float
    weight: float


def _diameters(ring_px: Array) -> float:
    """Sum of the horizontal and the vertical diameter of an iris' four rim points, px."""
    return float(np.linalg.norm(ring_px[0] - ring_px[2]) + np.linalg.norm(ring_px[1] - ring_px[3]))


def _eye_opening(landmarks: Landmarks, side: str) -> float:
    height = np.linalg.norm(landmarks[f"{side}_eye_top"][:2] - landmarks[f"{side}_eye_bottom"][:2])
    width = np.linalg.norm(landmarks[f"{side}_eye_outer"][:2] - landmarks[f"{side}_eye_inner"][:2])
    return float(height / max(float(width), 1e-6))


def _pupillary_m(mesh_m: Array, topology: Topology) -> float:
    between = mesh_m[topology.index("left_pupil")] - mesh_m[topology.index("right_pupil")]
    return float(np.linalg.norm(between[:2]))


def _error_px(fit: RigidTransform, canonical: Array, points_px: Array, camera: CameraIntrinsics) -> float:
    residual = camera.project(fit.apply(canonical)) - points_px
    return math.sqrt(float(np.vdot(residual, residual)) / len(residual))


def _long_side(points: Array) -> float:
    """Long side of the box around (n, 2) points; by columns, NumPy is slow along a short last axis."""
    return max(float(np.ptp(points[:, 0])), float(np.ptp(points[:, 1])))


def _metric_mesh(landmarks: Landmarks, plane: Array, fit: RigidTransform) -> Array:
    """(n, 3) landmarks in the head frame at the canonical face's size.

    Each landmark stays on its own ray, so the mesh projects onto the landmarks exactly. Its depth along the
    crop's axis is the network's z, shifted and slightly stretched to agree with the fitted head at the rigid
    points.
    """
    topology = landmarks.topology
    rigid, weights = topology.rigid, topology.rigid_weights / topology.rigid_weights.sum()
    x, y = float(plane[:, 0].mean()), float(plane[:, 1].mean())
    axis = np.array([x, y, 1.0]) / math.sqrt(x * x + y * y + 1.0)
    fitted_depth = fit.apply(topology.canonical_m[rigid]) @ axis
    middle = float(weights @ fitted_depth)
    across_px = float(np.ptp(landmarks.points_px[:, 0]))
    relative = landmarks.points_px[:, 2] * (middle * float(np.ptp(plane[:, 0])) / max(across_px, 1e-6))
    relative -= weights @ relative[rigid]
    centred = relative[rigid]
    gain = float(weights @ (centred * (fitted_depth - middle))) / max(float(weights @ centred**2), 1e-12)
    low, high = DEPTH_GAIN_LIMITS
    depth = middle + min(max(gain, low), high) * relative
    # A ray (x, y, 1) as far as the depth says, less the translation, turned into the head frame.
    along = depth / (plane @ axis[:2] + axis[2])
    mesh_m: Array = along[:, None] * (plane @ fit.rotation[:2] + fit.rotation[2])
    mesh_m -= fit.translation_m @ fit.rotation
    return mesh_m
