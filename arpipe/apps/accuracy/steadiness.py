"""Jitter of a face at rest, and lag of one in motion.

One portrait with sensor noise, 640×480 at 30 FPS: at rest, and moving on a known path. Jitter is the RMS distance of
points from their means; lag is the delay that explains most of the distance from the true path.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.assets import asset_path
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.io.image.reader import read_image
from arpipe.pipeline.pipeline import Pipeline
from arpipe.types import Frame, Pixels, TrackedFace

FPS, FRAMES, WARM_UP = 30.0, 120, 30
WIDTH, HEIGHT, FACE_PX, SWAY_PX = 640, 480, 170.0, (100.0, 27.0)
NOISE = 4.0  # of 255, standard deviation: a webcam in a living room
PORTRAIT_CENTER, PORTRAIT_FACE_PX = (224.0, 124.0), 119.0  # of the bundled portrait
LENS_CORNER_M = np.array(
    [0.066, 0.012, 0.004]
)  # outer upper corner of a lens, head frame of the canonical face


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Jitter at rest, and lag in motion.

    Attributes:
        landmarks_px: RMS of all landmarks at rest, px.
        lens_px: RMS of the corner of a lens that is attached to the head, px.
        landmarks_lag: Delay of the moving landmarks, frames.
        lens_lag: Delay of the moving corner, frames.
    """

    landmarks_px: float
    lens_px: float
    landmarks_lag: float
    lens_lag: float


def measure_steadiness(pipeline: Pipeline) -> Steadiness:
    """Film the portrait at rest and in motion, and track it."""
    scale = FACE_PX / PORTRAIT_FACE_PX
    moving = [place_portrait(index / FPS, (WIDTH, HEIGHT), scale, SWAY_PX) for index in range(FRAMES)]
    still = moving[:1] * FRAMES
    rest = _track(pipeline, still)
    motion = _track(pipeline, moving)
    return Steadiness(
        landmarks_px=_spread(rest[0]),
        lens_px=_spread(rest[1]),
        landmarks_lag=_lag(rest[0], motion[0], still, moving),
        lens_lag=_lag(rest[1], motion[1], still, moving),
    )


def place_portrait(
    time_s: float, size_px: tuple[int, int], scale: float, sway_px: tuple[float, float]
) -> Array:
    """Return (2, 3) frame from portrait, for a face that sways, tilts and comes closer.

    Args:
        time_s: Time since the face was at rest, s.
        size_px: Width and height of the frame.
        scale: Pixels of the frame per pixel of the portrait at rest.
        sway_px: Largest distance from the middle of the frame, in x and in y.
    """
    turn = math.radians(12.0) * math.sin(5.0 * time_s)
    scale *= 1.0 + 0.15 * math.sin(2.5 * time_s)
    linear = scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    sway = np.array(sway_px) * (math.sin(3.8 * time_s), math.sin(7.0 * time_s))
    return np.column_stack([linear, np.array(size_px) / 2.0 + sway - linear @ np.array(PORTRAIT_CENTER)])


def _track(pipeline: Pipeline, path: list[Array]) -> tuple[Array, Array]:
    """Return (frames, points, 2) landmarks and (frames, 1, 2) corner of a lens, warm-up left out."""
    portrait = read_image(asset_path("samples/astronaut.png"))
    random = np.random.default_rng(0)
    pipeline.reset()
    landmarks, corners = [], []
    for index, place in enumerate(path):
        frame = Frame(_noisy(portrait, place, random), index / FPS, index)
        result = pipeline.detect(frame)
        (face,) = result.faces
        landmarks.append(face.landmarks.points_px[:, :2].astype(np.float64))
        corners.append(_lens_corner(face, result.camera))
    return np.stack(landmarks)[WARM_UP:], np.stack(corners)[WARM_UP:]


def _noisy(portrait: Pixels, place: Array, random: np.random.Generator) -> Pixels:
    clean = cv2.warpAffine(portrait, place, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    noisy: Pixels = np.clip(np.rint(clean + random.normal(0.0, NOISE, clean.shape)), 0, 255).astype(np.uint8)
    return noisy


def _lens_corner(face: TrackedFace, camera: CameraIntrinsics | None) -> Array:
    if face.pose is None or camera is None:
        return np.full((1, 2), np.nan)
    pose = face.pose
    return camera.project(pose.camera_from_head.apply(LENS_CORNER_M * pose.scale))[None]


def _spread(points: Array) -> float:
    return float(np.sqrt(np.square(points - points.mean(axis=0)).sum(axis=2).mean()))


def _lag(rest: Array, motion: Array, still: list[Array], moving: list[Array]) -> float:
    """Return by how many frames `motion` lags behind the path, applied to the mean of `rest`."""
    start = still[0]
    in_portrait = np.linalg.solve(start[:, :2], (rest.mean(axis=0) - start[:, 2]).T).T
    truth = np.stack([in_portrait @ place[:, :2].T + place[:, 2] for place in moving])[WARM_UP:]
    velocity = np.gradient(truth, axis=0)
    return float(((truth - motion) * velocity).sum() / np.square(velocity).sum())
