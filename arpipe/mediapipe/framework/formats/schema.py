"""Descriptors of the messages, and the classes made from them.

The classes live in a pool of their own: an installed `mediapipe` may register the same names in the same process.
Field names and numbers are MediaPipe's, so serialised messages are interchangeable.
"""

from functools import cache

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "mediapipe"

# Message → fields in the order of their numbers, from 1: "name type", with "*" for repeated, "!" for required and
# "=value" for a default. Types that are not scalar are messages or enumerations of this table.
MESSAGES = {
    "Landmark": "x float, y float, z float, visibility float, presence float",
    "LandmarkList": "landmark Landmark*",
    "LandmarkListCollection": "landmark_list LandmarkList*",
    "NormalizedLandmark": "x float, y float, z float, visibility float, presence float",
    "NormalizedLandmarkList": "landmark NormalizedLandmark*",
    "NormalizedLandmarkListCollection": "landmark_list NormalizedLandmarkList*",
    "Classification": "index int32, score float, label string, display_name string",
    "ClassificationList": "classification Classification*",
    "ClassificationListCollection": "classification_list ClassificationList*",
    "Rasterization": "interval Rasterization.Interval*",
    "Rasterization.Interval": "y int32!, left_x int32!, right_x int32!",
    "LocationData": "format LocationData.Format, bounding_box LocationData.BoundingBox, "
    "relative_bounding_box LocationData.RelativeBoundingBox, mask LocationData.BinaryMask, "
    "relative_keypoints LocationData.RelativeKeypoint*",
    "LocationData.BoundingBox": "xmin int32, ymin int32, width int32, height int32",
    "LocationData.RelativeBoundingBox": "xmin float, ymin float, width float, height float",
    "LocationData.BinaryMask": "width int32, height int32, rasterization Rasterization",
    "LocationData.RelativeKeypoint": "x float, y float, keypoint_label string, score float",
    "Detection": "label string*, label_id int32*, score float*, location_data LocationData, feature_tag string, "
    "track_id string, detection_id int64, associated_detections Detection.AssociatedDetection*, "
    "display_name string*, timestamp_usec int64",
    "Detection.AssociatedDetection": "id int32, confidence float",
    "DetectionList": "detection Detection*",
    "Rect": "x_center int32!, y_center int32!, height int32!, width int32!, rotation float=0, rect_id int64",
    "NormalizedRect": "x_center float!, y_center float!, height float!, width float!, rotation float=0, "
    "rect_id int64",
}

ENUMS = {"LocationData.Format": ("GLOBAL", "BOUNDING_BOX", "RELATIVE_BOUNDING_BOX", "MASK")}

_SCALARS = {
    "float": FieldDescriptorProto.TYPE_FLOAT,
    "int32": FieldDescriptorProto.TYPE_INT32,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "string": FieldDescriptorProto.TYPE_STRING,
}


def message_class(name: str, module: str) -> type[Message]:
    """Return the class of a message.

    Args:
        name: A key of `MESSAGES` without a dot.
        module: Name of the module that publishes it; pickles refer to it.
    """
    made: type[Message] = GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))
    made.__module__ = module
    return made


@cache
def _pool() -> DescriptorPool:
    file = FileDescriptorProto(name="arpipe/mediapipe/formats.proto", package=PACKAGE, syntax="proto2")
    messages: dict[str, DescriptorProto] = {}
    for name, fields in MESSAGES.items():
        outer, _, inner = name.rpartition(".")
        messages[name] = (
            messages[outer].nested_type.add(name=inner) if outer else file.message_type.add(name=name)
        )
        for number, field in enumerate(fields.split(", "), start=1):
            _add_field(messages[name], number, *field.split(" "))
    for name, values in ENUMS.items():
        outer, _, inner = name.rpartition(".")
        enum = messages[outer].enum_type.add(name=inner)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    pool = DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add_field(message: DescriptorProto, number: int, name: str, kind: str) -> None:
    kind, _, default = kind.partition("=")
    field = message.field.add(name=name, number=number, label=FieldDescriptorProto.LABEL_OPTIONAL)
    if kind.endswith("*"):
        field.label = FieldDescriptorProto.LABEL_REPEATED
    elif kind.endswith("!"):
        field.label = FieldDescriptorProto.LABEL_REQUIRED
    kind = kind.rstrip("*!")
    if default:
        field.default_value = default
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
        if field.label == FieldDescriptorProto.LABEL_REPEATED and kind != "string":
            field.options.packed = True
    else:
        field.type = FieldDescriptorProto.TYPE_ENUM if kind in ENUMS else FieldDescriptorProto.TYPE_MESSAGE
        field.type_name = f".{PACKAGE}.{kind}"
