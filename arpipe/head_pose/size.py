"""The absolute size of a head, from its irises.

A larger head farther away looks the same, except for its irises, whose size hardly varies between people: the ratio of
predicted to measured diameter is the scale.
"""

import math
from dataclasses import dataclass

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array, RigidTransform, angles_from_rotation
from arpipe.head_pose.config import HeadPoseConfig
from arpipe.topology import Topology
from arpipe.types import Landmarks

SCALE_LIMITS = (0.75, 1.25)  # children to very large heads; beyond, the measured eye was not open
CLEAR_IRIS_PX = 10.0  # sum of diameters below which landmark noise outweighs the measurement
KNOWN_WEIGHT = 30.0  # clear measurements after which the size hardly changes
MEASURE_EVERY = 5  # frames, from then on
EXTRA_LOOKS = ((5, 1), (35, 4))  # up to so many measurements with another network, one in so many frames
RARE_LOOK_EVERY = 30  # frames, from then on
FORGET_FRAMES = 300.0  # weight of the past in the running mean, in clear measurements
IRIS_SPREAD = 0.043  # standard deviation of the iris diameter over adults: 0.5 mm of 11.7 mm
MEASUREMENT_SPREAD = 0.05  # of a single clear measurement, as a share of the size
INDEPENDENT_MEASUREMENTS = 8.0  # at most: errors of the network in one face do not average out


@dataclass(frozen=True, slots=True)
class IrisMeasurement:
    """One measurement of a head's size.

    Attributes:
        scale: The head's size over the canonical one.
        weight: In (0, 1): 1 for large, clear irises.
    """

    scale: float
    weight: float


class HeadSize:
    """Running mean of a head's size."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._scale_sum = 0.0
        self._pupillary_sum_m = 0.0
        self._frames = 0
        self._extra_looks = 0

    def wants_measurement(self) -> bool:
        """Whether to measure the irises: in every frame at first, less often once the size is known."""
        self._frames += 1
        return self._weight < KNOWN_WEIGHT or self._frames % MEASURE_EVERY == 0

    def wants_extra_look(self) -> bool:
        """Whether to measure where it requires another network: less often, at growing intervals."""
        self._frames += 1
        often = next((every for looks, every in EXTRA_LOOKS if self._extra_looks < looks), RARE_LOOK_EVERY)
        if self._frames % often:
            return False
        self._extra_looks += 1
        return True

    def observe(self, measurement: IrisMeasurement, pupillary_m: float) -> None:
        """Add a measurement, with the distance of the pupils at the canonical size, m."""
        weight = measurement.weight
        keep = max(0.0, 1.0 - weight / FORGET_FRAMES)
        self._weight = self._weight * keep + weight
        self._scale_sum = self._scale_sum * keep + weight * measurement.scale
        self._pupillary_sum_m = self._pupillary_sum_m * keep + weight * pupillary_m

    @property
    def scale(self) -> float:
        """The person's size over the canonical one's; 1 while no iris has been measured."""
        return self._scale_sum / self._weight if self._weight else 1.0

    @property
    def scale_error(self) -> float | None:
        """Standard error of the scale as a share of it; None while no iris has been measured."""
        if not self._weight:
            return None
        measured = MEASUREMENT_SPREAD / math.sqrt(min(self._weight, INDEPENDENT_MEASUREMENTS))
        return math.hypot(IRIS_SPREAD, measured)

    @property
    def pupillary_distance_mm(self) -> float | None:
        """Distance of the pupils, mm; None while no iris has been measured."""
        return 1000.0 * self.scale * self._pupillary_sum_m / self._weight if self._weight else None


def faces_camera(pose: RigidTransform, config: HeadPoseConfig) -> bool:
    """Whether a head faces the camera enough for its irises to be measured."""
    return abs(angles_from_rotation(pose.rotation).yaw_deg) <= config.max_iris_yaw_deg


def measure_irises(
    landmarks: Landmarks, pose: RigidTransform, camera: CameraIntrinsics, config: HeadPoseConfig
) -> IrisMeasurement | None:
    """Measure a head's size; None if its irises are not visible well enough.

    Args:
        landmarks: Landmarks of a topology with irises.
        pose: The head's pose at the canonical size.
        camera: Intrinsics of the image.
        config: Limits within which irises are measured.
    """
    topology = landmarks.topology
    if not config.iris_scale or not faces_camera(pose, config):
        return None
    predicted, measured = 0.0, 0.0
    for side in ("left", "right"):
        if _eye_opening(landmarks, side) < config.min_eye_opening:
            continue
        ring = topology.region(f"{side}_iris")
        predicted += _diameters(camera.project(pose.apply(topology.canonical_m[ring])))
        measured += _diameters(landmarks.points_px[ring, :2].astype(np.float64))
    if measured == 0.0 or measured < 2.0 * config.min_iris_px:
        return None
    scale = predicted / measured
    if not SCALE_LIMITS[0] <= scale <= SCALE_LIMITS[1]:
        return None
    return IrisMeasurement(scale, 1.0 / (1.0 + (CLEAR_IRIS_PX / measured) ** 2))


def pupillary_distance(mesh_m: Array, topology: Topology) -> float:
    """Return the distance of the pupils of a mesh in the head frame, across the face, m."""
    between = mesh_m[topology.index("left_pupil")] - mesh_m[topology.index("right_pupil")]
    return float(np.linalg.norm(between[:2]))


def _diameters(ring_px: Array) -> float:
    """Return the sum of the horizontal and the vertical diameter of an iris' four rim points, px."""
    return float(np.linalg.norm(ring_px[0] - ring_px[2]) + np.linalg.norm(ring_px[1] - ring_px[3]))


def _eye_opening(landmarks: Landmarks, side: str) -> float:
    height = np.linalg.norm(landmarks[f"{side}_eye_top"][:2] - landmarks[f"{side}_eye_bottom"][:2])
    width = np.linalg.norm(landmarks[f"{side}_eye_outer"][:2] - landmarks[f"{side}_eye_inner"][:2])
    return float(height / max(float(width), 1e-6))
