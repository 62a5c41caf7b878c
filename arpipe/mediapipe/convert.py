"""arpipe's results as MediaPipe's messages."""

from collections.abc import Sequence

import numpy as np
from google.protobuf.message import Message

from arpipe.geometry.transforms import Array
from arpipe.mediapipe.framework.formats.classification_pb2 import ClassificationList
from arpipe.mediapipe.framework.formats.detection_pb2 import Detection as DetectionMessage
from arpipe.mediapipe.framework.formats.landmark_pb2 import LandmarkList, NormalizedLandmarkList
from arpipe.mediapipe.framework.formats.location_data_pb2 import LocationData
from arpipe.models.hands import HandObservation
from arpipe.tracking.mediapipe.body import Body
from arpipe.types import Detection, Frame, Landmarks, Points

# Solutions take pictures for mirrored ones: what they call left is the person's right. Index 0 is the latter.
LABELS = ("Left", "Right")

# One landmark within a serialised list: its tag and length, then tag and value of each field. Python would take 1 µs
# per field to set them one by one.
_LANDMARK_TAG, _FIELD_TAGS = 0x0A, (0x0D, 0x15, 0x1D, 0x25)  # x, y, z, visibility
_FIELD = np.dtype([("tag", np.uint8), ("value", "<f4")])


def normalized_landmarks(landmarks: Landmarks, frame: Frame, visibility: Points | None = None) -> Message:
    """Return a `NormalizedLandmarkList`: x over the frame's width, y over its height, z over its width.

    Args:
        landmarks: In image px.
        frame: The picture.
        visibility: (n,) set as it is; left out if None.
    """
    sizes = np.array([frame.width, frame.height, frame.width], np.float64)
    return _parse(NormalizedLandmarkList, landmarks.points_px / sizes, visibility)


def world_landmarks(world_m: Points, visibility: Points | None = None) -> Message:
    """Return a `LandmarkList` of (n, 3) points in metres."""
    return _parse(LandmarkList, world_m, visibility)


def handedness(hand: HandObservation) -> Message:
    """Return a `ClassificationList` with the likelier side."""
    index, score = side_of(hand)
    made = ClassificationList()
    made.classification.add(index=index, score=score, label=LABELS[index])
    return made


def side_of(hand: HandObservation) -> tuple[int, float]:
    """Return MediaPipe's index of the likelier side, and its score in [0.5, 1]."""
    return (0, hand.right_score) if hand.right_score > 0.5 else (1, 1.0 - hand.right_score)


def body_outputs(body: Body | None, frame: Frame) -> dict[str, object]:
    """Return the outputs of `mp.solutions.pose.Pose` by name."""
    if body is None:
        return {"pose_landmarks": None, "pose_world_landmarks": None, "segmentation_mask": None}
    landmarks, mask = body.observation.landmarks, body.mask
    if mask is not None:
        mask.setflags(write=False)  # it goes into the next one
    return {
        "pose_landmarks": normalized_landmarks(landmarks, frame, landmarks.visibility),
        "pose_world_landmarks": world_landmarks(body.observation.world_m, landmarks.visibility),
        "segmentation_mask": mask,
    }


def detection(found: Detection, frame: Frame) -> Message:
    """Return a `Detection` with box and key points in sizes of the frame."""
    size = np.array([frame.width, frame.height], np.float64)
    low, high = found.box_px[:2] / size, found.box_px[2:] / size
    width, height = high - low
    return DetectionMessage(
        label_id=[0],
        score=[found.score],
        location_data=LocationData(
            format=LocationData.RELATIVE_BOUNDING_BOX,
            relative_bounding_box={"xmin": low[0], "ymin": low[1], "width": width, "height": height},
            relative_keypoints=[{"x": x, "y": y} for x, y in found.keypoints_px / size],
        ),
    )


def _parse(kind: type[Message], points: Array | Points, visibility: Points | None) -> Message:
    columns: Sequence[Array | Points] = [*points.T] if visibility is None else [*points.T, visibility]
    rows = np.empty(
        len(points), np.dtype([("tag", np.uint8), ("length", np.uint8), ("fields", _FIELD, (len(columns),))])
    )
    rows["tag"], rows["length"] = _LANDMARK_TAG, _FIELD.itemsize * len(columns)
    rows["fields"]["tag"] = _FIELD_TAGS[: len(columns)]
    rows["fields"]["value"] = np.stack(columns, axis=1)
    made = kind()
    made.ParseFromString(rows.tobytes())
    return made
