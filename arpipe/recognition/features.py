"""What a recogniser sees of a person in a frame: one vector, made of blocks that can be chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from arpipe.needs import Need
from arpipe.types import FrameResult, Landmarks, Points, TrackedBody, TrackedFace, TrackedHand
from arpipe.types.expressions import EXPRESSION_NAMES
from arpipe.types.gestures import EMBEDDING_SIZE

FeatureName = Literal["hand", "hands", "face", "body", "expressions"]

FINGERS = ("thumb", "index", "middle", "ring", "pinky")
ANGLE_DEG = 30.0  # becomes 1
EMBEDDING_SCALE = 4.0  # typical length of an entry of the embedding, becomes 1
LEAST_VISIBILITY = 0.5  # of a body's landmark


@dataclass(frozen=True, slots=True)
class Feature:
    """A block of the vector. It begins with 1, or is all zeros for a frame that does not show what it describes.

    Attributes:
        size: Length.
        needs: What perception must detect for it.
        describe: Returns the rest of the block, or None for nothing to describe.
    """

    size: int
    needs: frozenset[Need]
    describe: Callable[[FrameResult], Points | None]


def describe(result: FrameResult, features: Sequence[FeatureName]) -> Points | None:
    """Return the vector of a frame, (`vector_size`,) float32; None if the frame shows nothing of what is asked for."""
    blocks = [_block(FEATURES[name], result) for name in features]
    if not any(block[0] for block in blocks):
        return None
    return np.concatenate(blocks)


def vector_size(features: Sequence[FeatureName]) -> int:
    """Return the length of the vector."""
    return sum(FEATURES[name].size for name in features)


def needs_of(features: Sequence[FeatureName]) -> frozenset[Need]:
    """Return what perception must detect."""
    return frozenset[Need]().union(*(FEATURES[name].needs for name in features))


def _block(feature: Feature, result: FrameResult) -> Points:
    block = np.zeros(feature.size, np.float32)
    described = feature.describe(result)
    if described is not None:
        block[0], block[1:] = 1.0, described
    return block


def _hand(result: FrameResult) -> Points | None:
    """Describe the shape of the largest hand, wherever it is."""
    described = [hand for hand in result.hands if hand.embedding is not None]
    if not described:
        return None
    largest = max(described, key=lambda hand: _palm_px(hand.landmarks)).embedding
    return None if largest is None else largest / np.float32(EMBEDDING_SCALE)


def _hands(result: FrameResult) -> Points | None:
    """Describe where both hands are, from the face if there is one, and how they are held."""
    if not result.hands:
        return None
    origin, unit = _reference(result)
    sides = {hand.side: hand for hand in sorted(result.hands, key=lambda hand: hand.side_score)}
    return np.concatenate([_held(sides.get(side), origin, unit) for side in ("left", "right")])


def _held(hand: TrackedHand | None, origin: Points, unit: float) -> Points:
    held = np.zeros(HELD_SIZE, np.float32)
    if hand is None:
        return held
    landmarks, palm = hand.landmarks, max(_palm_px(hand.landmarks), 1.0)
    wrist, middle = landmarks["wrist"][:2], landmarks["middle_mcp"][:2]
    reaches = [float(np.hypot(*(landmarks[f"{finger}_tip"][:2] - wrist))) / palm / 2.0 for finger in FINGERS]
    held[0] = 1.0
    held[1:3] = (middle - origin) / unit
    held[3:5] = (middle - wrist) / palm
    held[5:] = reaches
    return held


HELD_SIZE = 5 + len(FINGERS)


def _face(result: FrameResult) -> Points | None:
    """Describe how the head is turned, and where it is in the picture."""
    face = _largest_face(result)
    if face is None or face.pose is None:
        return None
    angles = face.pose.angles
    x0, y0, x1, y1 = face.landmarks.box_px
    size = max(x1 - x0, y1 - y0)
    center = ((x0 + x1) / 2.0 - result.frame.width / 2.0, (y0 + y1) / 2.0 - result.frame.height / 2.0)
    turned = [angle / ANGLE_DEG for angle in (angles.yaw_deg, angles.pitch_deg, angles.roll_deg)]
    return np.array([*turned, center[0] / size, center[1] / size], np.float32)


def _body(result: FrameResult) -> Points | None:
    """Describe the posture of the largest body: its visible joints, from the shoulders, in widths of the shoulders."""
    if not result.bodies:
        return None
    body = max(result.bodies, key=_body_px)
    points = body.landmarks.points_px[:, :2]
    left, right = body.landmarks["left_shoulder"][:2], body.landmarks["right_shoulder"][:2]
    # Seen from the side, shoulders coincide; then the trunk gives the scale.
    trunk = np.hypot(*(body.landmarks["left_hip"][:2] - left))
    unit = max(float(np.hypot(*(left - right))), float(trunk) / 2.0, 1.0)
    placed = (points - (left + right) / 2.0) / unit
    visibility = body.landmarks.visibility
    if visibility is not None:
        placed[visibility < LEAST_VISIBILITY] = 0.0
    flat: Points = placed.astype(np.float32).ravel()
    return flat


def _expressions(result: FrameResult) -> Points | None:
    face = _largest_face(result)
    if face is None or face.expressions is None:
        return None
    return np.array([face.expressions[name] for name in EXPRESSION_NAMES], np.float32)


def _reference(result: FrameResult) -> tuple[Points, float]:
    """Return a place and a length, px: those of the largest face, or those of the picture."""
    face = _largest_face(result)
    if face is None:
        frame = result.frame
        return np.array([frame.width / 2.0, frame.height / 2.0], np.float32), frame.height / 4.0
    x0, y0, x1, y1 = face.landmarks.box_px
    center = np.array([(x0 + x1) / 2.0, (y0 + y1) / 2.0], np.float32)
    return center, max(float(max(x1 - x0, y1 - y0)), 1.0)


def _largest_face(result: FrameResult) -> TrackedFace | None:
    return max(result.faces, key=lambda face: _box_px(face.landmarks), default=None)


def _body_px(body: TrackedBody) -> float:
    return _box_px(body.landmarks)


def _box_px(landmarks: Landmarks) -> float:
    x0, y0, x1, y1 = landmarks.box_px
    return float(max(x1 - x0, y1 - y0))


def _palm_px(landmarks: Landmarks) -> float:
    return float(np.hypot(*(landmarks["middle_mcp"] - landmarks["wrist"])[:2]))


_HANDS_AND_FACE = frozenset({Need.HANDS, Need.FACE})

FEATURES: dict[FeatureName, Feature] = {
    "hand": Feature(1 + EMBEDDING_SIZE, frozenset({Need.GESTURES}), _hand),
    "hands": Feature(1 + 2 * HELD_SIZE, _HANDS_AND_FACE, _hands),
    "face": Feature(1 + 5, frozenset({Need.FACE}), _face),
    "body": Feature(1 + 2 * 33, frozenset({Need.BODY}), _body),
    "expressions": Feature(1 + len(EXPRESSION_NAMES), frozenset({Need.EXPRESSIONS}), _expressions),
}
"""Name → block: the shape of the largest hand, where both hands are, the head's pose, the posture, the expression."""
