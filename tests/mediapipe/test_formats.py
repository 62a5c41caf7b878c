import copy
import pickle

import pytest
from google.protobuf import json_format, text_format

from arpipe.mediapipe.framework.formats import (
    classification_pb2,
    detection_pb2,
    landmark_pb2,
    location_data_pb2,
    rect_pb2,
)
from arpipe.mediapipe.framework.formats.schema import MESSAGES


def triangle():
    made = landmark_pb2.NormalizedLandmarkList()
    made.landmark.extend([landmark_pb2.NormalizedLandmark(x=0.25 * i, y=0.5, z=-1.0) for i in range(3)])
    return made


def test_lists_are_extended_indexed_sliced_and_iterated():
    made = triangle()
    made.landmark.add(x=0.75)
    assert len(made.landmark) == 4
    assert [point.x for point in made.landmark[1:]] == [0.25, 0.5, 0.75]
    assert made.landmark[-1].x == 0.75
    del made.landmark[0]
    assert [point.x for point in made.landmark] == [0.25, 0.5, 0.75]


def test_fields_know_whether_they_are_set():
    point = landmark_pb2.NormalizedLandmark(x=0.0)
    assert point.HasField("x")
    assert not point.HasField("visibility")
    assert point.visibility == 0.0
    point.visibility = 0.5
    point.ClearField("x")
    assert point.HasField("visibility")
    assert not point.HasField("x")


def test_copies_are_deep():
    made = triangle()
    other = landmark_pb2.NormalizedLandmarkList()
    other.CopyFrom(made)
    for twin in (other, copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - our own bytes
        assert twin == made
        twin.landmark[0].x = 9.0
        assert made.landmark[0].x == 0.0


def test_text_format_is_parsed_and_printed():
    text = "landmark {\n  x: 0.5\n  y: 0.25\n}\n"
    made = text_format.Parse(text, landmark_pb2.NormalizedLandmarkList())
    assert str(made) == text


def test_text_format_reaches_nested_messages_and_enumerations():
    made = text_format.Parse(
        'label: "face" label_id: 3 score: 0.5 location_data { format: RELATIVE_BOUNDING_BOX '
        "relative_bounding_box { xmin: 0.5 } relative_keypoints { x: 1 keypoint_label: 'nose' } }",
        detection_pb2.Detection(),
    )
    assert made.location_data.format == location_data_pb2.LocationData.RELATIVE_BOUNDING_BOX
    assert made.location_data.relative_bounding_box == location_data_pb2.LocationData.RelativeBoundingBox(
        xmin=0.5
    )
    assert made.location_data.relative_keypoints[0].keypoint_label == "nose"
    assert list(made.label_id) == [3]


def test_the_wire_format_is_mediapipe_s():
    # Serialised by MediaPipe 0.10.21: a DetectionList and a ClassificationList.
    detection = detection_pb2.DetectionList.FromString(
        bytes.fromhex("0a2312010a1a040000003f221808021a140d0000803e150000003f1d0000803e250000003f")
    ).detection[0]
    assert list(detection.label_id) == [10]
    assert detection.location_data.relative_bounding_box.height == 0.5
    sides = classification_pb2.ClassificationList.FromString(bytes.fromhex("0a0d0801150000403f1a044c656674"))
    assert (sides.classification[0].index, sides.classification[0].label) == (1, "Left")
    assert rect_pb2.NormalizedRect().rotation == 0.0


def test_messages_become_dictionaries_and_back():
    made = triangle()
    values = json_format.MessageToDict(made)
    assert values["landmark"][1] == {"x": 0.25, "y": 0.5, "z": -1.0}
    assert json_format.ParseDict(values, landmark_pb2.NormalizedLandmarkList()) == made


def test_required_fields_are_required():
    with pytest.raises(Exception, match="x_center"):
        rect_pb2.Rect(y_center=1).SerializeToString()


def test_every_message_of_the_table_can_be_made():
    published = vars(landmark_pb2) | vars(classification_pb2) | vars(detection_pb2) | vars(rect_pb2)
    published |= vars(location_data_pb2)
    for name in MESSAGES:
        if "." not in name and name != "Rasterization":
            assert published[name]().DESCRIPTOR.full_name == f"mediapipe.{name}"
