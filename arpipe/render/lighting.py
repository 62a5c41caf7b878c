"""Light on a face, estimated from how its skin is shaded, smoothed over time.

The luminance of skin follows `c + d · n` of the surface normal n for any distant light (the first-order
spherical harmonics of irradiance). Fitting c and d over a hundred landmarks whose normals are known gives the
light's strength and main direction; the skin's hue against that of mean skin gives its colour.
"""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.geometry.mesh import vertex_normals
from arpipe.geometry.transforms import FLIP_YZ, Array
from arpipe.render.blur import gaussian
from arpipe.render.environment import Environment, build
from arpipe.topology import Topology
from arpipe.types import Frame, FrameResult, HeadPose, TrackedFace

Floats = npt.NDArray[np.float32]

LUMINANCE: Array = np.array([0.2126, 0.7152, 0.0722])  # Rec. 709, linear
SKIN: Array = np.array(
    [0.46, 0.29, 0.21]
)  # linear reflectance of mean skin; the hue hardly varies, darkness does
MEASURE_EVERY = 4  # frames: light changes slowly, and looking at it costs 1.5 ms; faces take turns
SMOOTHING_S = 0.4  # light that flickers with the landmarks' noise is seen at once, light that lags is not
FACE_PX = 40  # the face is looked at in this many px: shading is smooth, pores are not
PICTURE_PX = (24, 14)
TINT_SHARE = 0.65  # of the skin's hue is the light's; the rest is the person's own
RIDGE = 0.02  # pulls the direction of a flat-lit face to none instead of to the noise
FACING = 0.25  # skin seen at a steeper angle is left out
MAX_SLOPE = 0.9  # of the constant part: more than that is no distant light but a shadow's edge
EXPOSURE_LIMITS = (0.8, 2.2)  # frame brightness may correct what darker or lighter skin makes of the strength


@dataclass(frozen=True, slots=True, eq=False)
class Lighting:
    """Light at a head, gl frame, linear.

    Attributes:
        irradiance: (4, 3) RGB of the light that a white matt surface returns: constant, then the parts that go
            with the normal's x, y, z.
        key: (3,) points to the strongest light; its length is that light's share in [0, 1].
        environment: What is reflected.
    """

    irradiance: Array
    key: Array
    environment: Environment


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

    Looking takes longer than anything else that a face asks for, so a face whose light is known keeps it for the
    frame, and is looked at when `catch_up` is called: while OpenGL draws.
    """

    def __init__(self) -> None:
        self._states: dict[int, _State] = {}
        self._fresh: set[int] = set()
        self._due: dict[int, tuple[Frame, TrackedFace]] = {}
        self._picture: Floats | None = None

    def begin_frame(self, result: FrameResult) -> None:
        """Start the next frame; faces that are gone are forgotten."""
        self.catch_up()
        present = {face.track_id for face in result.faces}
        self._states = {key: state for key, state in self._states.items() if key in present}
        self._fresh.clear()
        self._picture = None

    def estimate(self, frame: Frame, face: TrackedFace) -> Lighting:
        """Light on a face; asked again in the same frame it gives the same object.

        Raises:
            ValueError: The face has no pose.
        """
        if face.pose is None:
            raise ValueError(f"LightEstimator.estimate: face {face.track_id} has no pose")
        state = self._states.get(face.track_id)
        is_fresh = face.track_id in self._fresh
        is_new = (
            face.age_frames == 0 and not is_fresh
        )  # the number of a track may come again in another picture
        if state is None or is_new:
            state = self._states[face.track_id] = self._look(None, frame, face, face.pose)
        elif not is_fresh:
            state.age += 1
            if (state.age + face.track_id) % MEASURE_EVERY == 0:
                self._due[face.track_id] = (frame, face)
        self._fresh.add(face.track_id)
        return state.lighting

    def catch_up(self) -> None:
        """Look at faces whose turn it is; what is seen holds from the next frame on."""
        due, self._due = self._due, {}
        for track_id, (frame, face) in due.items():
            if face.pose is not None:
                self._states[track_id] = self._look(self._states[track_id], frame, face, face.pose)

    def _look(self, before: _State | None, frame: Frame, face: TrackedFace, pose: HeadPose) -> _State:
        if self._picture is None:
            self._picture = _tiny_picture(frame)  # one for all faces
        return _looked(before, frame, face, pose, self._picture)


def _looked(
    before: _State | None, frame: Frame, face: TrackedFace, pose: HeadPose, picture: Floats
) -> _State:
    """What is known of a face's light after a look at it."""
    irradiance, skin = measure(frame, face, pose, picture)
    if before is not None:
        share = 1.0 - np.exp(-max(frame.captured_s - before.time_s, 0.0) / SMOOTHING_S)
        irradiance = before.irradiance + share * (irradiance - before.irradiance)
        skin = before.skin + share * (skin - before.skin)
    key = key_light(irradiance)
    toward_head = -(FLIP_YZ @ pose.camera_from_head.rotation)[:, 2]
    environment = build(picture, irradiance, key, toward_head, skin)
    lighting = Lighting(irradiance, key, environment)
    return _State(frame.captured_s, irradiance, skin, lighting, 0 if before is None else before.age)


def key_light(irradiance: Array) -> Array:
    """(3,) direction to the main light of (4, 3) irradiance, gl frame; its length is the share, in [0, 1]."""
    constant = max(float(irradiance[0] @ LUMINANCE), 1e-6)
    slope = irradiance[1:] @ LUMINANCE / constant
    size = float(np.linalg.norm(slope))
    if size < 1e-4:
        return np.zeros(3)
    return slope / size * min(size / MAX_SLOPE, 1.0)


def measure(frame: Frame, face: TrackedFace, pose: HeadPose, picture: Floats) -> tuple[Array, Array]:
    """(4, 3) irradiance and the skin's (3,) mean colour, both linear, from one frame alone."""
    topology = face.landmarks.topology
    indices, head_normals = skin_vertices(topology)
    normals = head_normals @ (FLIP_YZ @ pose.camera_from_head.rotation).T
    colors = _colors_at(frame, face.landmarks.points_px[indices, :2])
    weights = np.clip(normals[:, 2] - FACING, 0.0, None)
    if not (weights > 0).sum() >= 12:
        weights = np.full(len(indices), 1.0)
    luminance = colors @ LUMINANCE
    constant, slope = _fit(normals, luminance, weights)
    skin = weights @ colors / weights.sum()
    level = max(float(skin @ LUMINANCE), 1e-3)
    tint = (skin / level) / (SKIN / float(SKIN @ LUMINANCE))
    tint = np.clip(tint, 0.5, 2.0) ** TINT_SHARE
    tint /= float(tint @ LUMINANCE)
    strength = level / float(SKIN @ LUMINANCE)
    of_picture = float(picture.reshape(-1, 3).mean(axis=0) @ LUMINANCE) / 0.22
    strength *= float(np.clip(np.sqrt(of_picture / strength), *EXPOSURE_LIMITS))
    parts = np.concatenate([[constant], slope]) / max(constant, 1e-3)
    return strength * parts[:, None] * tint, skin


def _fit(normals: Array, luminance: Array, weights: Array) -> tuple[float, Array]:
    """Weighted ridge fit of `c + d · n`, a second time without what fits worst (brows, hair, glints)."""
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
    """Landmarks on bare skin of the inner face, and their (k, 3) canonical normals in the head frame."""
    normals = vertex_normals(topology.canonical_m, topology.triangles)
    excluded = np.zeros(topology.count, dtype=bool)
    for name in ("lips_outer", "lips_inner", "left_eye", "right_eye", "left_brow", "right_brow", "face_oval"):
        if name in topology.regions:
            excluded[topology.regions[name]] = True
    used = np.zeros(topology.count, dtype=bool)
    used[np.unique(topology.triangles)] = True
    lips = topology.canonical_m[topology.region("lips_outer")]
    low, high = lips.min(axis=0), lips.max(axis=0)
    inside = ((topology.canonical_m >= low) & (topology.canonical_m <= high))[:, :2].all(axis=1)
    indices = np.flatnonzero(used & ~excluded & ~inside)
    return indices, normals[indices]


def _colors_at(frame: Frame, points_px: Floats) -> Array:
    """(n, 3) linear colours, each the mean of a neighbourhood."""
    low = np.maximum(np.floor(points_px.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(points_px.max(axis=0)).astype(int) + 1, (frame.width, frame.height))
    if (high - low < 2).any():
        return np.full((len(points_px), 3), 0.2)
    step = max(1, int((high - low).max()) // (2 * FACE_PX))
    crop = np.ascontiguousarray(frame.pixels[low[1] : high[1] : step, low[0] : high[0] : step])
    crop = np.asarray(cv2.blur(crop, (3, 3)), np.uint8)
    place = np.rint((points_px - low) / step).astype(int)
    place = np.clip(place, 0, (crop.shape[1] - 1, crop.shape[0] - 1))
    colors: Array = linear_from_srgb(crop[place[:, 1], place[:, 0]])
    return colors


def _tiny_picture(frame: Frame) -> Floats:
    step = max(1, frame.height // 56, frame.width // 96)
    sampled = np.ascontiguousarray(frame.pixels[::step, ::step])
    small = gaussian(np.asarray(cv2.resize(sampled, PICTURE_PX, interpolation=cv2.INTER_AREA)), 1.2)
    return linear_from_srgb(small).astype(np.float32)


_LINEAR: Array = np.where(
    np.arange(256) <= 0.04045 * 255.0,
    np.arange(256) / 255.0 / 12.92,
    ((np.arange(256) / 255.0 + 0.055) / 1.055) ** 2.4,
)


def linear_from_srgb(pixels: npt.NDArray[np.uint8]) -> Array:
    """Linear light in [0, 1] of sRGB bytes, any shape."""
    return _LINEAR[pixels]
