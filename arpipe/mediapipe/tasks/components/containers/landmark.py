"""Landmarks as plain objects; `to_pb2` and `create_from_pb2` exchange them for messages."""

from dataclasses import asdict, dataclass
from typing import Self

from google.protobuf.message import Message

from arpipe.mediapipe.framework.formats import landmark_pb2

_FIELDS = ("x", "y", "z", "visibility", "presence")


@dataclass
class Landmark:
    """A point in metres; what is not known is None."""

    x: float | None = None
    y: float | None = None
    z: float | None = None
    visibility: float | None = None
    presence: float | None = None

    def to_pb2(self) -> Message:
        """Return the point as a message."""
        return landmark_pb2.Landmark(**asdict(self))

    @classmethod
    def create_from_pb2(cls, pb2_obj: Message) -> Self:
        """Return the point of a message."""
        return cls(**{name: getattr(pb2_obj, name) for name in _FIELDS if pb2_obj.HasField(name)})


@dataclass
class NormalizedLandmark(Landmark):
    """A point of an image: x over its width, y over its height, z over its width."""

    def to_pb2(self) -> Message:
        """Return the point as a message."""
        return landmark_pb2.NormalizedLandmark(**asdict(self))
