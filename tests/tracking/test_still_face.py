"""A still photo as video: nothing may move."""

import numpy as np
import pytest

from arpipe.inference.runtime import Runtime
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame

FRAMES = 45


def spread_px(frames, **options):
    """RMS distance from each landmark's mean after half a second."""
    with Runtime() as runtime:
        tracker, timer = FaceTracker.open(runtime, FaceTrackerConfig(**options)), StageTimer()
        contexts = (FrameContext(Frame(pixels, k / 30.0, k), timer) for k, pixels in enumerate(frames))
        rows = [tracker.update(context) for context in contexts]
    points = np.stack([row[0].landmarks.points_px[:, :2] for row in rows[15:]])
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=-1).mean()))


@pytest.mark.weights
def test_a_still_photo_as_video_stays_still(portrait):
    assert spread_px([portrait] * FRAMES) < 0.03


@pytest.mark.weights
def test_noise_moves_a_resting_crop_less_than_one_that_follows(portrait):
    random = np.random.default_rng(0)
    frames = [
        np.clip(np.rint(portrait + random.normal(0, 4, portrait.shape)), 0, 255).astype(np.uint8)
        for _ in range(FRAMES)
    ]
    followed = spread_px(frames, crop_rest=0, smoothing="off")
    rested = spread_px(frames, smoothing="off")
    smoothed = spread_px(frames)
    assert rested < 0.8 * followed
    assert smoothed < 0.6 * rested
