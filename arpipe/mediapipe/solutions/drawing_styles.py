"""The colours in which the parts of faces, hands and bodies are drawn."""

from collections.abc import Iterable, Mapping

from arpipe.mediapipe.solutions import face_mesh_connections as face
from arpipe.mediapipe.solutions import hands_connections as hand
from arpipe.mediapipe.solutions.drawing_utils import Color, DrawingSpec
from arpipe.mediapipe.solutions.hands import HandLandmark
from arpipe.mediapipe.solutions.pose import PoseLandmark

Connection = tuple[int, int]

# B, G, R
RED = (48, 48, 255)
GREEN = (48, 255, 48)
BLUE = (192, 101, 21)
YELLOW = (0, 204, 255)
GRAY = (128, 128, 128)
PURPLE = (128, 64, 128)
PEACH = (180, 229, 255)
WHITE = (224, 224, 224)
CYAN = (192, 255, 48)
MAGENTA = (192, 48, 255)
ORANGE = (0, 138, 255)
TURQUOISE = (231, 217, 0)

FINGERS: Mapping[str, Color] = {
    "THUMB": PEACH,
    "INDEX_FINGER": PURPLE,
    "MIDDLE_FINGER": YELLOW,
    "RING_FINGER": GREEN,
    "PINKY": BLUE,
}
PALM = (
    HandLandmark.WRIST,
    HandLandmark.THUMB_CMC,
    HandLandmark.INDEX_FINGER_MCP,
    HandLandmark.MIDDLE_FINGER_MCP,
    HandLandmark.RING_FINGER_MCP,
    HandLandmark.PINKY_MCP,
)
FILLED = -1
HAND_RADIUS = 5

CONTOURS: Mapping[frozenset[Connection], Color] = {
    face.FACEMESH_LIPS: WHITE,
    face.FACEMESH_LEFT_EYE: GREEN,
    face.FACEMESH_LEFT_EYEBROW: GREEN,
    face.FACEMESH_RIGHT_EYE: RED,
    face.FACEMESH_RIGHT_EYEBROW: RED,
    face.FACEMESH_FACE_OVAL: WHITE,
}
COLORFUL_CONTOURS: Mapping[frozenset[Connection], Color] = {
    face.FACEMESH_LIPS: BLUE,
    face.FACEMESH_LEFT_EYE: CYAN,
    face.FACEMESH_LEFT_EYEBROW: GREEN,
    face.FACEMESH_RIGHT_EYE: MAGENTA,
    face.FACEMESH_RIGHT_EYEBROW: RED,
    face.FACEMESH_FACE_OVAL: WHITE,
    face.FACEMESH_NOSE: YELLOW,
}
IRISES: Mapping[frozenset[Connection], Color] = {
    face.FACEMESH_LEFT_IRIS: GREEN,
    face.FACEMESH_RIGHT_IRIS: RED,
}


def get_default_hand_landmarks_style() -> dict[HandLandmark, DrawingSpec]:
    """Return how each landmark of a hand is drawn: the palm red, each finger in its colour."""
    style = {landmark: DrawingSpec(RED, FILLED, HAND_RADIUS) for landmark in PALM}
    for finger, color in FINGERS.items():
        spec = DrawingSpec(color, FILLED, HAND_RADIUS)
        style |= {each: spec for each in HandLandmark if each.name.startswith(finger) and each not in style}
    return style


def get_default_hand_connections_style() -> dict[Connection, DrawingSpec]:
    """Return how each line of a hand is drawn."""
    style = _style([(hand.HAND_PALM_CONNECTIONS, GRAY)], thickness=3)
    parts = [
        hand.HAND_THUMB_CONNECTIONS,
        hand.HAND_INDEX_FINGER_CONNECTIONS,
        hand.HAND_MIDDLE_FINGER_CONNECTIONS,
        hand.HAND_RING_FINGER_CONNECTIONS,
        hand.HAND_PINKY_FINGER_CONNECTIONS,
    ]
    return style | _style(zip(parts, FINGERS.values(), strict=True), thickness=2)


def get_default_face_mesh_contours_style(i: int = 0) -> dict[Connection, DrawingSpec]:
    """Return how each line of a face's contours is drawn.

    Args:
        i: 1 for a style with a colour for each part and the nose's lines; any other for the usual one.
    """
    return _style((COLORFUL_CONTOURS if i == 1 else CONTOURS).items(), thickness=2)


def get_default_face_mesh_tesselation_style() -> DrawingSpec:
    """Return how the lines of a face's triangles are drawn."""
    return DrawingSpec(GRAY, 1)


def get_default_face_mesh_iris_connections_style() -> dict[Connection, DrawingSpec]:
    """Return how each line of the irises is drawn."""
    return _style(IRISES.items(), thickness=2)


def get_default_pose_landmarks_style() -> dict[PoseLandmark, DrawingSpec]:
    """Return how each landmark of a body is drawn: left orange, right turquoise, the nose white."""
    left, right = DrawingSpec(ORANGE), DrawingSpec(TURQUOISE)
    style = {each: left if "LEFT" in each.name else right for each in PoseLandmark}
    return style | {PoseLandmark.NOSE: DrawingSpec(WHITE)}


def _style(
    parts: Iterable[tuple[Iterable[Connection], Color]], thickness: int
) -> dict[Connection, DrawingSpec]:
    return {pair: DrawingSpec(color, thickness) for pairs, color in parts for pair in pairs}
