"""Measure stillness and lag of tracked landmarks against MediaPipe's crop rule and filter values.

One portrait as a video with sensor noise, at rest and moving on a known path, 30 FPS; figures are shares of the
face box's long side. Stillness: spread about each point's mean, and difference from frame to frame, both RMS.
Lag: RMS distance from the true path, and the delay that explains most of it.

    python -m tests.perf.face_smoothing
"""

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from arpipe.apps.accuracy.steadiness import place_portrait
from arpipe.assets import asset_path
from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.tracking.filters import OneEuroConfig
from arpipe.types import Frame
from tests.golden.faces.cases import FACE_LONG_SIDE

FPS, FRAMES, WARM_UP = 30.0, 150, 30
WIDTH, HEIGHT, FACE_PX, SWAY_PX = 960, 720, 220.0, (150.0, 40.0)
NOISE = 4.0  # of 255, RMS: a webcam in a living room

MEDIAPIPE = OneEuroConfig(min_cutoff=0.05, beta=80.0, derivate_cutoff=1.0)
VARIANTS = {
    "raw, crop as MediaPipe": FaceTrackerConfig(crop_rest=0, smoothing="off"),
    "crop and values of MediaPipe": FaceTrackerConfig(crop_rest=0, smoothing=MEDIAPIPE),
    "raw, resting crop": FaceTrackerConfig(smoothing="off"),
    "arpipe's default": FaceTrackerConfig(),
}


def main() -> None:
    """Print one row per variant."""
    content = np.fromfile(asset_path("samples/astronaut.png"), np.uint8)
    portrait = cv2.cvtColor(cv2.imdecode(content, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
    scale = FACE_PX / FACE_LONG_SIDE
    moving_path = [place_portrait(index / FPS, (WIDTH, HEIGHT), scale, SWAY_PX) for index in range(FRAMES)]
    still_path = moving_path[:1] * FRAMES
    still, moving = film(portrait, still_path), film(portrait, moving_path)
    shape = back(still_path[0], track(still, VARIANTS["raw, resting crop"])[WARM_UP:].mean(axis=0))
    truth = np.stack([shape @ place[:, :2].T + place[:, 2] for place in moving_path])[WARM_UP:]
    table = Table("variant", "spread %", "frame to frame %", "moving: error %", "moving: lag ms")
    for name, config in VARIANTS.items():
        rest = track(still, config)[WARM_UP:]
        error = truth - track(moving, config)[WARM_UP:]
        velocity = np.gradient(truth, 1.0 / FPS, axis=0)
        lag_ms = 1000.0 * float((error * velocity).sum() / (velocity**2).sum())
        figures = [rms(rest - rest.mean(axis=0)), rms(np.diff(rest, axis=0)), rms(error)]
        table.add_row(name, *(f"{100 * figure / FACE_PX:.3f}" for figure in figures), f"{lag_ms:.1f}")
    Console().print(table)


def back(place: Array, points: Array) -> Array:
    """(n, 2) points of the frame in the portrait."""
    return np.asarray(np.linalg.solve(place[:, :2], (points - place[:, 2]).T).T)


def film(portrait: np.ndarray, path: list[Array]) -> list[np.ndarray]:
    """Noisy frames of the portrait on a path."""
    random = np.random.default_rng(0)
    frames = []
    for place in path:
        clean = cv2.warpAffine(portrait, place, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
        frames.append(np.clip(np.rint(clean + random.normal(0, NOISE, clean.shape)), 0, 255).astype(np.uint8))
    return frames


def track(frames: list[np.ndarray], config: FaceTrackerConfig) -> Array:
    """(frames, points, 2) landmarks of the one face."""
    timer = StageTimer()
    with Runtime() as runtime:
        tracker = FaceTracker.open(runtime, config)
        contexts = (FrameContext(Frame(pixels, k / FPS, k), timer) for k, pixels in enumerate(frames))
        found = [tracker.update(context)[0] for context in contexts]
    return np.stack([face.landmarks.points_px[:, :2] for face in found]).astype(np.float64)


def rms(offsets: Array) -> float:
    """Root mean square length of (…, 2)."""
    return float(np.sqrt((offsets**2).sum(axis=-1).mean()))


if __name__ == "__main__":
    main()
