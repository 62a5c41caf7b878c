"""How signals are read from a frame's result."""

import math
from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np

from arpipe.models.joints import joint_angle_deg, joint_landmarks
from arpipe.types import FrameResult, HeadPose, Points, TrackedBody, TrackedFace, TrackedHand
from arpipe.types.expressions import Expressions

MIN_VISIBILITY = 0.5  # of a landmark, below which its position is the network's guess
HALF = 0.5
HAND_REACH = ("wrist", "middle_mcp")  # about the length of the palm
SHOULDERS = ("left_shoulder", "right_shoulder")

Side = Literal["left", "right"]
Number = Callable[[FrameResult], float | None]
Subject = TrackedFace | TrackedBody | TrackedHand


def first_face(result: FrameResult) -> TrackedFace | None:
    """Return the face that has been tracked longest."""
    return result.faces[0] if result.faces else None


def first_body(result: FrameResult) -> TrackedBody | None:
    """Return the body that has been tracked longest."""
    return result.bodies[0] if result.bodies else None


def hand_of(side: Side) -> Callable[[FrameResult], TrackedHand | None]:
    """Return a function that finds the first hand of a side, which is the person's."""
    return lambda result: next((hand for hand in result.hands if hand.side == side), None)


def pose_number(read: Callable[[HeadPose], float]) -> Number:
    """Return a function that reads the pose of the first face."""

    def number(result: FrameResult) -> float | None:
        face = first_face(result)
        return None if face is None or face.pose is None else read(face.pose)

    return number


def distance_m(pose: HeadPose) -> float:
    """Distance of the head from the camera, m."""
    return float(np.linalg.norm(pose.camera_from_head.translation_m))


def expression_number(read: Callable[[Expressions], float | None]) -> Number:
    """Return a function that reads the expression of the first face."""

    def number(result: FrameResult) -> float | None:
        face = first_face(result)
        return None if face is None or face.expressions is None else read(face.expressions)

    return number


def gaze_yaw_deg(result: FrameResult) -> float | None:
    """Sideways angle of the gaze, degrees; see `Gaze`."""
    face = first_face(result)
    return None if face is None or face.gaze is None else face.gaze.yaw_deg


def gaze_pitch_deg(result: FrameResult) -> float | None:
    """Upward angle of the gaze, degrees; see `Gaze`."""
    face = first_face(result)
    return None if face is None or face.gaze is None else face.gaze.pitch_deg


def joint_deg(joint: str) -> Number:
    """Return a function that reads a joint angle of the first body; None while one of its points is hidden."""
    names = joint_landmarks(joint)

    def number(result: FrameResult) -> float | None:
        body = first_body(result)
        if body is None or any(_is_hidden(body, name) for name in names):
            return None
        return joint_angle_deg(body, joint)

    return number


def has_gesture(hands: Sequence[TrackedHand], label: str) -> bool | None:
    """Whether one of some hands shows a gesture; None where no gesture is known."""
    labels = [hand.gesture.label for hand in hands if hand.gesture is not None]
    return label in labels if labels else None


def has_movement(result: FrameResult, name: str) -> bool:
    """Whether a face or hand has completed a movement in this frame."""
    subjects: tuple[TrackedFace | TrackedHand, ...] = (*result.faces, *result.hands)
    return any(movement.name == name for subject in subjects for movement in subject.movements)


def point_of(
    find: Callable[[FrameResult], Subject | None], name: str
) -> Callable[[FrameResult], Points | None]:
    """Return a function that locates a landmark, in image px."""

    def locate(result: FrameResult) -> Points | None:
        subject = find(result)
        return None if subject is None or _is_hidden(subject, name) else subject.landmarks[name]

    return locate


def face_reach_px(result: FrameResult) -> float | None:
    """Half the larger side of the first face's box, px."""
    face = first_face(result)
    if face is None:
        return None
    x0, y0, x1, y1 = face.landmarks.box_px
    return HALF * float(max(x1 - x0, y1 - y0))


def body_reach_px(result: FrameResult) -> float | None:
    """Half the distance between the shoulders of the first body, px."""
    body = first_body(result)
    return None if body is None else HALF * _between_px(body, *SHOULDERS)


def hand_reach_px(side: Side) -> Number:
    """Return a function that measures half the palm of a hand, px."""
    find = hand_of(side)

    def reach(result: FrameResult) -> float | None:
        hand = find(result)
        return None if hand is None else HALF * _between_px(hand, *HAND_REACH)

    return reach


def _is_hidden(subject: Subject, name: str) -> bool:
    """Whether a landmark is hidden, or unknown to the network, such as an iris to the plain mesh."""
    names, visibility = subject.landmarks.topology.names, subject.landmarks.visibility
    return name not in names or (visibility is not None and float(visibility[names[name]]) < MIN_VISIBILITY)


def _between_px(subject: Subject, one: str, other: str) -> float:
    offset = subject.landmarks[one] - subject.landmarks[other]
    return math.hypot(float(offset[0]), float(offset[1]))
