"""Messages of the VMC protocol, https://protocol.vmc.info: a face, the head and fingers for a puppet in VRM format.

The protocol has the axes of Unity: x to the puppet's right, y up, z out of its face, left-handed, and quaternions
(x, y, z, w) relative to the parent bone at rest. The puppet moves as the person does: left is the person's left.
Positions of bones depend on the puppet's skeleton, which only the receiver knows, so they are 0; receivers apply the
rotations.
"""

import math
from collections.abc import Iterator, Mapping

import numpy as np

from arpipe.controls.senders.osc import OscMessage
from arpipe.geometry.transforms import FLIP_YZ, Array
from arpipe.types import FrameResult, HeadPose, TrackedFace, TrackedHand
from arpipe.types.expressions import EXPRESSION_NAMES, TONGUE_OUT, Expressions, Gaze

OK, TIME = "/VMC/Ext/OK", "/VMC/Ext/T"
BLEND, APPLY, BONE = "/VMC/Ext/Blend/Val", "/VMC/Ext/Blend/Apply", "/VMC/Ext/Bone/Pos"
LOADED, CALIBRATED, NORMAL_MODE = 1, 3, 0
ORIGIN = (0.0, 0.0, 0.0)

PERFECT_NAMES: Mapping[str, str] = {
    name: name[0].upper() + name[1:] for name in (*EXPRESSION_NAMES, TONGUE_OUT) if name != "_neutral"
}
"""Name of a score → name of the clip for it, as models for "perfect sync" have them; receivers may mind the case."""

FINGERS: Mapping[str, tuple[str, ...]] = {
    "Index": ("wrist", "index_mcp", "index_pip", "index_dip", "index_tip"),
    "Middle": ("wrist", "middle_mcp", "middle_pip", "middle_dip", "middle_tip"),
    "Ring": ("wrist", "ring_mcp", "ring_pip", "ring_dip", "ring_tip"),
    "Little": ("wrist", "pinky_mcp", "pinky_pip", "pinky_dip", "pinky_tip"),
    "Thumb": ("wrist", "thumb_cmc", "thumb_mcp", "thumb_ip", "thumb_tip"),
}
"""Finger of the puppet → the point before its first joint, its three joints and its tip."""
PHALANGES = ("Proximal", "Intermediate", "Distal")

Quaternion = tuple[float, float, float, float]


def vmc_messages(
    result: FrameResult, time_s: float, *, presets: bool = False, hands: bool = True
) -> Iterator[OscMessage]:
    """Yield the messages of a frame: availability, time, bones, and the scores with "apply" after them.

    Args:
        result: The frame; its first face and the first hand of each side are sent.
        time_s: Seconds since the sender began.
        presets: Send the presets that every VRM 0 model has instead of the 52 clips of "perfect sync".
        hands: Send the fingers.
    """
    face = result.faces[0] if result.faces else None
    yield OscMessage(OK, (LOADED, CALIBRATED, NORMAL_MODE, int(face is not None)))
    yield OscMessage(TIME, (float(time_s),))
    if face is not None:
        yield from _head(face)
    for hand in _one_of_each_side(result.hands) if hands else ():
        yield from _fingers(hand)
    if face is not None and face.expressions is not None:
        scores = preset_scores(face.expressions) if presets else perfect_scores(face.expressions)
        for name, score in scores.items():
            yield OscMessage(BLEND, (name, float(min(max(score, 0.0), 1.0))))
        yield OscMessage(APPLY)


def perfect_scores(expressions: Expressions) -> dict[str, float]:
    """Return the scores by the names of the clips for "perfect sync"."""
    return {PERFECT_NAMES[name]: score for name, score in expressions.items() if name in PERFECT_NAMES}


def preset_scores(expressions: Expressions) -> dict[str, float]:
    """Return scores of VRM 0's presets: lids, vowels by opening and rounding of the mouth, and three moods."""
    opened = expressions["jawOpen"]
    rounded = max(expressions["mouthFunnel"], expressions["mouthPucker"])
    return {
        "Blink_L": expressions.blink_left,
        "Blink_R": expressions.blink_right,
        "A": opened * (1.0 - rounded),
        "O": opened * rounded,
        "U": expressions["mouthPucker"] * (1.0 - opened),
        "Joy": expressions.smile,
        "Angry": (expressions["browDownLeft"] + expressions["browDownRight"]) / 2.0,
        "Sorrow": (expressions["mouthFrownLeft"] + expressions["mouthFrownRight"]) / 2.0,
    }


def head_quaternion(pose: HeadPose) -> Quaternion:
    """Return the head's rotation from facing the camera, in the axes of the protocol."""
    x, y, z, w = quaternion(FLIP_YZ @ pose.camera_from_head.rotation)
    return x, -y, -z, w  # mirrored: x points to the other side in Unity


def gaze_quaternion(gaze: Gaze) -> Quaternion:
    """Return an eye's rotation from looking straight ahead, in the axes of the protocol."""
    yaw, pitch = math.radians(gaze.yaw_deg) / 2.0, math.radians(gaze.pitch_deg) / 2.0
    # About y by -yaw, since x points to the other side, then about the eye's own x by -pitch.
    return (
        -math.cos(yaw) * math.sin(pitch),
        -math.sin(yaw) * math.cos(pitch),
        -math.sin(yaw) * math.sin(pitch),
        math.cos(yaw) * math.cos(pitch),
    )


def quaternion(rotation: Array) -> Quaternion:
    """Return a (3, 3) rotation as (x, y, z, w) with w >= 0, by the largest of the four, which is stable."""
    m = rotation
    squares = np.array(
        [
            1.0 + m[0, 0] - m[1, 1] - m[2, 2],
            1.0 - m[0, 0] + m[1, 1] - m[2, 2],
            1.0 - m[0, 0] - m[1, 1] + m[2, 2],
            1.0 + m[0, 0] + m[1, 1] + m[2, 2],
        ]
    )
    rows = np.array(
        [
            [squares[0], m[1, 0] + m[0, 1], m[0, 2] + m[2, 0], m[2, 1] - m[1, 2]],
            [m[1, 0] + m[0, 1], squares[1], m[2, 1] + m[1, 2], m[0, 2] - m[2, 0]],
            [m[0, 2] + m[2, 0], m[2, 1] + m[1, 2], squares[2], m[1, 0] - m[0, 1]],
            [m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1], squares[3]],
        ]
    )
    row = rows[int(squares.argmax())]
    x, y, z, w = (row / np.linalg.norm(row) * (1.0 if row[3] >= 0 else -1.0)).tolist()
    return x, y, z, w


def _head(face: TrackedFace) -> Iterator[OscMessage]:
    if face.pose is not None:
        yield _bone("Head", head_quaternion(face.pose))
    if face.gaze is not None:
        turned = gaze_quaternion(face.gaze)
        yield from (_bone(name, turned) for name in ("LeftEye", "RightEye"))


def _one_of_each_side(hands: tuple[TrackedHand, ...]) -> list[TrackedHand]:
    """Return the first hand of each side."""
    return list({hand.side: hand for hand in reversed(hands)}.values())


def _fingers(hand: TrackedHand) -> Iterator[OscMessage]:
    """Bend the joints of a hand that is flat, with the palm down and the fingers away from the body, at rest."""
    side, outward = ("Left", 1.0) if hand.side == "left" else ("Right", -1.0)
    for finger, angles in zip(FINGERS, bends_rad(hand).tolist(), strict=True):
        for phalanx, angle in zip(PHALANGES, angles, strict=True):
            bend, w = math.sin(outward * angle / 2.0), math.cos(angle / 2.0)
            # Fingers bend down, about z; the thumb bends towards them, about y.
            rotation = (0.0, -bend, 0.0, w) if finger == "Thumb" else (0.0, 0.0, bend, w)
            yield _bone(f"{side}{finger}{phalanx}", rotation)


def bends_rad(hand: TrackedHand) -> Array:
    """Return (5, 3) angles by which the joints of `FINGERS` are bent, in [0, π]; 0 for a straight finger."""
    names = hand.landmarks.topology.names
    points = hand.world_m[[[names[name] for name in chain] for chain in FINGERS.values()]].astype(np.float64)
    bones = np.diff(points, axis=1)  # (5, 4, 3)
    one, other = bones[:, :-1], bones[:, 1:]
    sines = np.linalg.norm(np.cross(one, other), axis=2)
    bends: Array = np.arctan2(sines, (one * other).sum(axis=2))
    return bends


def _bone(name: str, rotation: Quaternion) -> OscMessage:
    return OscMessage(BONE, (name, *ORIGIN, *rotation))
