"""Results as perception would give them, with a chosen expression, pose, body or hands."""

import numpy as np

from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, HeadPose, Landmarks, TrackedBody, TrackedFace, TrackedHand
from arpipe.types.expressions import EXPRESSION_NAMES, Expressions
from arpipe.types.gestures import GESTURE_NAMES, Gesture, Movement

PIXELS = np.zeros((48, 64, 3), np.uint8)


def landmarks(kind, visibility=None, **points):
    topology = load_topology(kind)
    places = np.zeros((topology.count, 3), np.float32)
    places[1] = (60.0, 40.0, 0.0)  # so that the box has a size
    for name, point in points.items():
        places[topology.index(name), :2] = point
    seen = None if visibility is None else np.full(topology.count, visibility, np.float32)
    return Landmarks(places, 1.0, topology, seen)


def expressions(**scores):
    return Expressions({**dict.fromkeys(EXPRESSION_NAMES, 0.0), **scores})


def face(yaw=0.0, pitch=0.0, roll=0.0, scores=None, movements=(), points=None, has_pose=True, track_id=1):
    rotation = RigidTransform(rotation_from_angles(yaw, pitch, roll), np.array([0.0, 0.0, 0.5]))
    return TrackedFace(
        track_id,
        landmarks("face", **(points or {})),
        HeadPose(rotation, np.zeros((478, 3)), 0.5) if has_pose else None,
        "tracked",
        3,
        expressions=None if scores is None else expressions(**scores),
        movements=tuple(Movement(name, 0.0, 0.5) for name in movements),
    )


def body(visibility=1.0, world=None, **points):
    topology = load_topology("body")
    places = np.zeros((topology.count, 3), np.float32)
    for name, point in (world or {}).items():
        places[topology.index(name)] = point
    return TrackedBody(1, landmarks("body", visibility, **points), places, "tracked", 3)


def hand(side="right", gesture=None, score=0.9, movements=(), world=None, **points):
    scores = dict.fromkeys(GESTURE_NAMES, (1.0 - score) / 7.0)
    shown = None if gesture is None else Gesture(gesture, score, {**scores, gesture: score})
    world = np.zeros((21, 3), np.float32) if world is None else world
    return TrackedHand(
        1,
        landmarks("hand", **points),
        world,
        side,
        1.0,
        "tracked",
        3,
        shown,
        movements=tuple(Movement(name, 0.0, 0.5) for name in movements),
    )


def result(time_s=0.0, index=0, faces=(), bodies=(), hands=(), objects=()):
    frame = Frame(PIXELS, time_s, index)
    return FrameResult(frame, tuple(faces), tuple(bodies), tuple(hands), objects=tuple(objects))
