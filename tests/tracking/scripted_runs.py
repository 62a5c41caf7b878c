"""Runs of the face tracker over scripted faces."""

import numpy as np

from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame, Landmarks
from tests.tracking.scripted import ScriptedFaces

TOPOLOGY = load_topology("face")
PIXELS = np.zeros((720, 1280, 3), np.uint8)
FPS = 30.0


def face_at(x, y, size=200.0, score=0.99):
    """A frontal face centred on (x, y), `size` px high."""
    shape = TOPOLOGY.canonical_m * (1.0, -1.0, -1.0)
    span = np.ptp(shape[:, 1])
    points = (shape - shape.mean(axis=0)) / span * size + (x, y, 0.0)
    return Landmarks(points.astype(np.float32), score, TOPOLOGY)


def run(script, frames, **options):
    """Track a script; the faces of each frame and the networks' stand-in."""
    networks = ScriptedFaces(script, TOPOLOGY)
    options = {"smoothing": "off", **options}
    tracker = FaceTracker(FaceTrackerConfig(**options), networks, networks)
    timer = StageTimer()
    rows = []
    for index in range(frames):
        timer.begin_frame(index)
        rows.append(tracker.update(FrameContext(Frame(PIXELS, index / FPS, index), timer)))
    return rows, networks, tracker


def ids(row):
    return [face.track_id for face in row]
