"""Light on a face, estimated from the shading of its skin and smoothed over time.

The luminance of skin follows `c + d · n` of the surface normal n for any distant light (first-order spherical
harmonics of irradiance). Fitting c and d to a hundred landmarks with known normals gives the light's strength and main
direction; the hues of skin and picture give the light's colour (`illuminant`).
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import FLIP_YZ, Array
from arpipe.render.black_level import measure_black_level
from arpipe.render.blur import gaussian
from arpipe.render.color import LUMINANCE, MEAN_SKIN, linear_from_srgb
from arpipe.render.environment import Environment, build
from arpipe.render.illuminant import colorfulness, light_hue, pictured
from arpipe.render.sampling import crop_around, sample_colors
from arpipe.topology import Topology
from arpipe.types import Frame, FrameResult, HeadPose, TrackedFace

Floats = npt.NDArray[np.float32]

MEASURE_EVERY = 4  # frames; light changes slowly, a measurement takes 1.5 ms, and faces take turns
SMOOTHING_S = 0.4  # light that flickers with the landmarks' noise is noticed at once, light that lags is not
FACE_PX = 40  # size at which a face is sampled: shading is smooth, pores are not
PICTURE_PX = (24, 14)
RIDGE = 0.02  # pulls the direction on a flatly lit face to zero instead of fitting the noise
FACING = 0.25  # cosine below which skin is too oblique to be used
MAX_SLOPE = 0.9  # of the constant part; more is no distant light but the edge of a shadow
EXPOSURE_LIMITS = (
    0.8,
    2.2,
)  # how far the frame's brightness may correct the strength for darker or lighter skin
UNUSED_REGIONS = ("lips_outer", "lips_inner", "left_eye", "right_eye", "left_brow", "right_brow", "face_oval")


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Light at a head, gl frame, linear.

    Attributes:
        irradiance: (4, 3) RGB of the light that a white matt surface reflects: constant, then the coefficients of
            the normal's x, y, z.
        key: (3,) towards the strongest light; its length is that light's share in [0, 1].
        environment: Surroundings to be reflected.
        colorful: 1 in a colour picture, 0 in a grey one, where everything drawn is grey, too.
        black_level: Light that black shows, linear, because of haze or glare.
    """

    irradiance: Array
    key: Array
    environment: Environment
    colorful: float
    black_level: float


@dataclass(frozen=True, slots=True, eq=False)
class _Surroundings:
    """What a frame says about the light, apart from the face.

    Attributes:
        picture: (h, w, 3) the frame in linear light, a few pixels wide.
        colorful: See `Lighting.colorful`.
    """

    picture: Floats
    colorful: float

    @classmethod
    def of(cls, frame: Frame) -> "_Surroundings":
        """Look at a frame."""
        step = max(1, frame.height // 56, frame.width // 96)
        sampled = np.ascontiguousarray(frame.sampled(step))
        small = np.asarray(cv2.resize(sampled, PICTURE_PX, interpolation=cv2.INTER_AREA), np.uint8)
        return cls(linear_from_srgb(gaussian(small, 1.2)).astype(np.float32), colorfulness(sampled))


@dataclass(slots=True, eq=False)
class _State:
    """Smoothed values of one face."""

    time_s: float
    irradiance: Array
    skin: Array
    lighting: Lighting
    age: int


class LightEstimator:
    """Estimates the light on each face of a stream.

    A measurement takes longer than everything else that a face costs. Therefore a face whose light is known keeps it
    for the current frame and is measured in `catch_up`, while OpenGL draws.
    """

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}
        self._fresh: set[int] = set()
        self._due: dict[int, tuple[Frame, TrackedFace]] = {}
        self._surroundings: _Surroundings | None = None

    def reset(self) -> None:
        """Forget all faces: the next frame begins another stream."""
        self._states, self._due = {}, {}

    def begin_frame(self, result: FrameResult) -> None:
        """Start the next frame; forget faces that are gone, and those of another stream with the same number."""
        self.catch_up()
        present = {face.track_id for face in result.faces if face.age_frames > 0}
        self._states = {key: state for key, state in self._states.items() if key in present}
        self._fresh.clear()
        self._surroundings = None

    def estimate(self, frame: Frame, face: TrackedFace) -> Lighting:
        """Return the light on a face, the same object for all calls within a frame.

        Raises:
            ValueError: The face has no pose.
        """
        if face.pose is None:
            raise ValueError(f"LightEstimator.estimate: face {face.track_id} has no pose")
        state = self._states.get(face.track_id)
        is_fresh = face.track_id in self._fresh
        is_new = face.age_frames == 0 and not is_fresh  # another picture may reuse the number of a track
        if state is None or is_new:
            state = self._states[face.track_id] = self._measure(None, frame, face, face.pose)
        elif not is_fresh:
            state.age += 1
            if (state.age + face.track_id) % MEASURE_EVERY == 0:
                self._due[face.track_id] = (frame, face)
        self._fresh.add(face.track_id)
        return state.lighting

    def catch_up(self) -> None:
        """Measure the faces that are due; the results apply from the next frame on."""
        due, self._due = self._due, {}
        for track_id, (frame, face) in due.items():
            if face.pose is not None:
                self._states[track_id] = self._measure(self._states[track_id], frame, face, face.pose)

    def _measure(self, before: _State | None, frame: Frame, face: TrackedFace, pose: HeadPose) -> _State:
        if self._surroundings is None:
            self._surroundings = _Surroundings.of(frame)  # the same for all faces
        return _updated(before, frame, face, pose, self._surroundings)


def _updated(
    before: _State | None, frame: Frame, face: TrackedFace, pose: HeadPose, around: _Surroundings
) -> _State:
    """Return the state of a face after a measurement."""
    irradiance, skin = measure(frame, face, pose, around.picture)
    irradiance, colorful = pictured(irradiance, around.colorful), around.colorful
    black_level = measure_black_level(frame, face.landmarks, float(skin @ LUMINANCE))
    if before is not None:
        share = 1.0 - np.exp(-max(frame.captured_s - before.time_s, 0.0) / SMOOTHING_S)
        irradiance = before.irradiance + share * (irradiance - before.irradiance)
        skin = before.skin + share * (skin - before.skin)
        colorful = before.lighting.colorful + share * (colorful - before.lighting.colorful)
        black_level = before.lighting.black_level + share * (black_level - before.lighting.black_level)
    key = key_light(irradiance)
    toward_head = -(FLIP_YZ @ pose.camera_from_head.rotation)[:, 2]
    environment = build(around.picture, irradiance, key, toward_head, skin)
    lighting = Lighting(irradiance, key, environment, float(colorful), float(black_level))
    return _State(frame.captured_s, irradiance, skin, lighting, 0 if before is None else before.age)


def key_light(irradiance: Array) -> Array:
    """Return the (3,) direction to the main light of (4, 3) irradiance, gl frame; its length is its share in [0, 1]."""
    constant = max(float(irradiance[0] @ LUMINANCE), 1e-6)
    slope = irradiance[1:] @ LUMINANCE / constant
    size = float(np.linalg.norm(slope))
    if size < 1e-4:
        return np.zeros(3)
    return slope / size * min(size / MAX_SLOPE, 1.0)


def measure(frame: Frame, face: TrackedFace, pose: HeadPose, picture: Floats) -> tuple[Array, Array]:
    """Measure (4, 3) irradiance and the skin's (3,) mean colour, both linear, in one frame.

    Args:
        frame: The frame.
        face: The face.
        pose: Its pose.
        picture: (h, w, 3) the frame in linear light, a few pixels wide.
    """
    topology = face.landmarks.topology
    indices, head_normals = skin_vertices(topology)
    normals = head_normals @ (FLIP_YZ @ pose.camera_from_head.rotation).T
    colors = _skin_colors(frame, face.landmarks.points_px[indices, :2])
    weights = np.clip(normals[:, 2] - FACING, 0.0, None)
    if not (weights > 0).sum() >= 12:
        weights = np.full(len(indices), 1.0)
    luminance = colors @ LUMINANCE
    constant, slope = _fit(normals, luminance, weights)
    skin = weights @ colors / weights.sum()
    level = max(float(skin @ LUMINANCE), 1e-3)
    pixels = picture.reshape(-1, 3).astype(np.float64)
    strength = level / float(MEAN_SKIN @ LUMINANCE)
    of_picture = float(pixels.mean(axis=0) @ LUMINANCE) / 0.22
    strength *= float(np.clip(np.sqrt(of_picture / strength), *EXPOSURE_LIMITS))
    parts = np.concatenate([[constant], slope]) / max(constant, 1e-3)
    return strength * parts[:, None] * light_hue(skin, pixels), skin


def _fit(normals: Array, luminance: Array, weights: Array) -> tuple[float, Array]:
    """Fit `c + d · n` by weighted ridge regression, twice: outliers (brows, hair, glints) get less weight."""
    scale = max(float(weights @ luminance / weights.sum()), 1e-4)
    target = luminance / scale
    design = np.column_stack([np.ones(len(normals)), normals])
    penalty = np.diag([0.0, RIDGE, RIDGE, RIDGE])
    solution = np.array([1.0, 0.0, 0.0, 0.0])
    for _ in range(2):
        residual = target - design @ solution
        robust = weights / (1.0 + (residual / 0.15) ** 2)
        robust = robust / robust.sum()
        weighted = design * robust[:, None]
        solution = np.linalg.solve(design.T @ weighted + penalty, weighted.T @ target)
    constant = max(float(solution[0]), 0.2)
    slope = solution[1:]
    size = float(np.linalg.norm(slope))
    if size > MAX_SLOPE * constant:
        slope = slope * (MAX_SLOPE * constant / size)
    return constant * scale, slope * scale


@cache
def skin_vertices(topology: Topology) -> tuple[npt.NDArray[np.intp], Array]:
    """Return the landmarks on bare skin of the inner face, and their (k, 3) canonical normals in the head frame."""
    normals = vertex_normals(topology.canonical_m, topology.triangles)
    excluded = np.zeros(topology.count, dtype=bool)
    for name in UNUSED_REGIONS:
        if name in topology.regions:
            excluded[topology.regions[name]] = True
    used = np.zeros(topology.count, dtype=bool)
    used[topology.surface] = True
    lips = topology.canonical_m[topology.region("lips_outer")]
    low, high = lips.min(axis=0), lips.max(axis=0)
    inside = ((topology.canonical_m >= low) & (topology.canonical_m <= high))[:, :2].all(axis=1)
    indices = np.flatnonzero(used & ~excluded & ~inside)
    return indices, normals[indices]


def _skin_colors(frame: Frame, points_px: Floats) -> Array:
    """Return (n, 3) linear colours at landmarks."""
    crop = crop_around(points_px, 0, frame)
    return sample_colors(frame, points_px, crop, max(1, max(crop.width, crop.height) // (2 * FACE_PX)))
