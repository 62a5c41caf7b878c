"""Made-up hands: an open right hand with its fingers up, a palm of 100 px, moved and bent as a test needs."""

import numpy as np

from arpipe.topology import load_topology
from arpipe.types import Landmarks, TrackedHand

PALM_PX = 100.0
# x to the right of the picture, y up, in palms: wrist, then thumb to little finger, base to tip.
OPEN = np.array(
    [
        (0.0, 0.0),
        *((-0.3, 0.25), (-0.55, 0.5), (-0.7, 0.75), (-0.8, 0.95)),
        *((-0.25, 1.0), (-0.28, 1.4), (-0.3, 1.65), (-0.31, 1.9)),
        *((0.0, 1.0), (0.0, 1.45), (0.0, 1.75), (0.0, 2.0)),
        *((0.2, 0.95), (0.22, 1.35), (0.23, 1.6), (0.24, 1.85)),
        *((0.4, 0.85), (0.45, 1.1), (0.48, 1.3), (0.5, 1.5)),
    ]
)
FOLDED = {"middle": (0.0, 0.7), "ring": (0.2, 0.7), "pinky": (0.4, 0.65)}


def landmarks(palms=OPEN, at=(600.0, 500.0)):
    """Landmarks of (21, 2) points in palms, with the wrist at a place in px."""
    points = np.zeros((21, 3), np.float32)
    points[:, :2] = np.array(at) + PALM_PX * np.asarray(palms) * [1, -1]
    return Landmarks(points, 1.0, load_topology("hand"))


def hand(palms=OPEN, at=(600.0, 500.0), track_id=1, state="tracked", side="right"):
    world = np.zeros((21, 3), np.float32)
    return TrackedHand(track_id, landmarks(palms, at), world, side, 0.9, state, 5)


def pointing():
    """The index finger is stretched, the others are folded."""
    topology, palms = load_topology("hand"), OPEN.copy()
    for finger, tip in FOLDED.items():
        palms[topology.index(f"{finger}_tip")] = tip
    return palms


def pinching(gap):
    """Thumb and index finger apart by a number of palms."""
    topology, palms = load_topology("hand"), OPEN.copy()
    middle, half = np.array([-0.5, 1.2]), np.array([gap / 2, 0])
    palms[topology.index("thumb_tip")] = middle - half
    palms[topology.index("index_tip")] = middle + half
    return palms


def turned(angle_rad):
    """The open hand, turned about the wrist."""
    cosine, sine = np.cos(angle_rad), np.sin(angle_rad)
    return OPEN @ np.array([[cosine, sine], [-sine, cosine]])
