"""Made-up results: a face that turns and hands that move, as a recogniser sees them."""

import numpy as np

from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, HeadPose, Landmarks, TrackedFace
from tests.tracking.gestures.hands import OPEN, hand, pinching, turned

PIXELS = np.zeros((720, 1280, 3), np.uint8)
RATE = 30


def face(yaw_deg=0.0, pitch_deg=0.0):
    topology = load_topology("face")
    points = (topology.canonical_m * [2000, -2000, 2000] + [640, 300, 0]).astype(np.float32)
    pose = HeadPose(
        RigidTransform(rotation_from_angles(yaw_deg, pitch_deg, 0.0), np.array([0, 0, 0.6])),
        topology.canonical_m,
        1.0,
    )
    return TrackedFace(1, Landmarks(points, 1.0, topology), pose, "tracked", 5)


def result(index=0, faces=(), hands=(), start_s=0.0):
    return FrameResult(Frame(PIXELS, start_s + index / RATE, index), faces=faces, hands=hands)


def still(seconds=2.0, seed=0, **shown):
    rng = np.random.default_rng(seed)
    return [
        result(index, faces=(face(*rng.normal(0, 0.5, 2)),), **shown) for index in range(int(seconds * RATE))
    ]


def shaking(seconds=2.0, seed=0, start_s=0.0):
    rng = np.random.default_rng(seed)
    phase = rng.uniform(0, 2 * np.pi)
    return [
        result(
            index,
            faces=(face(18 * np.sin(phase + 2 * np.pi * 1.8 * index / RATE), rng.normal(0, 0.5)),),
            start_s=start_s,
        )
        for index in range(int(seconds * RATE))
    ]


def waving(seconds=2.0, seed=0, start_s=0.0):
    rng = np.random.default_rng(seed)
    phase, at = rng.uniform(0, 2 * np.pi), np.array([850.0, 420.0]) + rng.normal(0, 15, 2)
    found = []
    for index in range(int(seconds * RATE)):
        palms = turned(0.4 * np.sin(phase + 2 * np.pi * 2.0 * index / RATE))
        found.append(
            result(index, faces=(face(*rng.normal(0, 0.5, 2)),), hands=(hand(palms, at),), start_s=start_s)
        )
    return found


def beside_mouth(seconds=2.0, seed=0, start_s=0.0):
    rng = np.random.default_rng(seed)
    return [
        result(
            index,
            faces=(face(*rng.normal(0, 0.5, 2)),),
            hands=(hand(OPEN, np.array([560.0, 480.0]) + rng.normal(0, 4, 2)),),
            start_s=start_s,
        )
        for index in range(int(seconds * RATE))
    ]


__all__ = ["RATE", "beside_mouth", "face", "hand", "pinching", "result", "shaking", "still", "waving"]

_NOISE = np.random.default_rng(0)
OPEN_HANDS = [result(hands=(hand(OPEN + _NOISE.normal(0, 0.03, OPEN.shape)),)) for _ in range(5)]
PINCHES = [result(hands=(hand(pinching(gap)),)) for gap in (0.05, 0.1, 0.2, 0.25, 0.3)]
NO_HANDS = [result(faces=(face(angle),)) for angle in (-10.0, 0.0, 10.0)]
