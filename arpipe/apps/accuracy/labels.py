"""Labelled pictures: a JSON file with the camera and the true poses, beside the pictures or the clip.

    {
      "camera_K": [[fx, 0, cx], [0, fy, cy], [0, 0, 1]],   px, of an image of "size"
      "dist": [k1, k2, p1, p2, k3],                        optional, OpenCV's order
      "size": [width, height],
      "frames": {
        "picture.jpg": {
          "R_cv": [[…], […], […]],                         rotation, camera (x right, y down, z forward) from head
          "t_cv_mm": [x, y, z],                            optional: place of the head's origin, mm
          "camera_K": …, "size": …                         optional: another camera for this picture
        }
      }
    }

For a clip, `frames` is a list with one entry per frame. Axes and origin of the head follow any convention: a constant
rotation and a constant offset are removed before the comparison. The file is called `labels.json` in a folder of
pictures, and `NAME.labels.json` beside `NAME.mp4`.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array
from arpipe.io.files import read_whole, shown
from arpipe.io.image.reader import ImageFiles
from arpipe.io.sources import open_source
from arpipe.types import Frame

FOLDER_FILE = "labels.json"
CLIP_SUFFIX = ".labels.json"
MAX_FILE_BYTES = 1 << 28

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]


class FrameLabel(BaseModel):
    """The true pose and camera of one picture; see the module."""

    model_config = ConfigDict(frozen=True)

    rotation: Matrix = Field(alias="R_cv")
    place_mm: tuple[float, float, float] | None = Field(default=None, alias="t_cv_mm")
    matrix: Matrix | None = Field(default=None, alias="camera_K")
    size: tuple[int, int] | None = None


class LabelFile(BaseModel):
    """The content of a label file; see the module."""

    model_config = ConfigDict(frozen=True)

    matrix: Matrix = Field(alias="camera_K")
    distortion: tuple[float, float, float, float, float] = Field(
        default=(0.0, 0.0, 0.0, 0.0, 0.0), alias="dist"
    )
    size: tuple[int, int]
    frames: dict[str, FrameLabel] | list[FrameLabel]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The true pose of a head, with the axes and origin of the labels.

    Attributes:
        rotation: (3, 3) `camera_from_head`.
        place_mm: (3,) in the camera frame, or None.
    """

    rotation: Array
    place_mm: Array | None


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Pictures with true poses.

    Attributes:
        name: For tables and file names.
        media: A folder of pictures or a clip.
        labels: Content of the label file.
    """

    name: str
    media: Path
    labels: LabelFile

    @property
    def is_clip(self) -> bool:
        """Whether the pictures are consecutive frames."""
        return isinstance(self.labels.frames, list)

    def __iter__(self) -> Iterator[tuple[Frame, Truth]]:
        """Read the pictures in the order of the labels, with the labels' intrinsics."""
        frames = self.labels.frames
        if isinstance(frames, list):
            source, labels = open_source(self.media), frames
        else:
            names = sorted(frames)
            source, labels = (
                ImageFiles([self.media / name for name in names]),
                [frames[name] for name in names],
            )
        with source:
            for frame, label in zip(source, labels, strict=False):
                camera = _camera(self.labels, label).resized(frame.width, frame.height)
                place = None if label.place_mm is None else np.array(label.place_mm)
                yield replace(frame, camera=camera), Truth(np.array(label.rotation), place)


def read_set(media: Path, file: Path) -> LabelledSet:
    """Read a label file.

    Raises:
        ConfigError: It cannot be read, or is not a label file.
    """
    try:
        labels = LabelFile.model_validate(json.loads(read_whole(file, MAX_FILE_BYTES)))
    except OSError as error:
        raise ConfigError(f"labels {shown(file)} cannot be read ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigError(
            f"labels {file}: {where}: {first['msg']}; docs/accuracy.md shows the format"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"labels {file} are not JSON ({error}); docs/accuracy.md shows the format"
        ) from error
    return LabelledSet(media.stem, media, labels)


def find_labels(media: Path) -> Path | None:
    """Return the label file of a folder of pictures or of a clip; None if there is none."""
    file = media / FOLDER_FILE if media.is_dir() else media.with_name(media.stem + CLIP_SUFFIX)
    return file if file.is_file() else None


def _camera(file: LabelFile, label: FrameLabel) -> CameraIntrinsics:
    (fx, _, cx), (_, fy, cy), _ = label.matrix or file.matrix
    width, height = label.size or file.size
    return CameraIntrinsics(fx, fy, cx, cy, width, height, file.distortion)
