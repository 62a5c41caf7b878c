"""Tensors of a source, for networks that run elsewhere."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from arpipe.geometry.affine2d import Affine2D
from arpipe.io.image.path_table import listed_pictures
from arpipe.io.image.reader import ImageFiles
from arpipe.io.source import Source
from arpipe.io.sources import open_source
from arpipe.io.validation import check
from arpipe.models.face_mesh import next_roi
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.preprocess.fit import Fit, FittedPicture, crop_square, fit_picture
from arpipe.preprocess.scaling import (
    IMAGENET_HIGH,
    IMAGENET_LOW,
    ColorOrder,
    InputType,
    Layout,
    Level,
    Scaling,
    Tensor,
    TensorSpec,
)
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame

Crop = Fit | Literal["face"]
Scale = tuple[Level, Level] | Literal["imagenet"]
Side = Annotated[int, Field(ge=1, le=4096)]


@dataclass(frozen=True, slots=True, eq=False)
class TensorBatch:
    """Pictures as a network takes them.

    Attributes:
        values: (n, height, width, channels), or (n, channels, height, width) for "nchw"; owned by the caller.
        frames: n frames that the rows show; a frame with two faces occurs twice.
        image_from_tensor: n maps from px of a row to px of its frame.
    """

    values: Tensor
    frames: tuple[Frame, ...]
    image_from_tensor: tuple[Affine2D, ...]

    def __len__(self) -> int:
        return len(self.frames)


class TensorOptions(BaseModel):
    """Arguments of `tensors`, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: tuple[Side, Side]
    scale: tuple[Level, Level] | Literal["imagenet"]
    layout: Layout
    crop: Crop
    batch: int = Field(ge=1, le=4096)
    color: ColorOrder
    dtype: InputType
    share: float = Field(gt=0, le=1)
    max_faces: int = Field(ge=1)

    @field_validator("size", mode="before")
    @classmethod
    def _square(cls, size: object) -> object:
        return (size, size) if isinstance(size, int) else size

    @model_validator(mode="after")
    def _faces_are_squares(self) -> Self:
        if self.crop == "face" and self.size[0] != self.size[1]:
            raise ValueError(f"crop='face' gives squares, got the size {self.size}; give one side")
        return self

    @property
    def spec(self) -> TensorSpec:
        """What is written."""
        low, high = (IMAGENET_LOW, IMAGENET_HIGH) if self.scale == "imagenet" else self.scale
        return TensorSpec(*self.size, low, high, self.layout, self.color, self.dtype)


def tensors(
    source: str | int | Path | Source,
    size: int | tuple[int, int] = 224,
    *,
    layout: Layout = "nchw",
    scale: Scale = (-1.0, 1.0),
    crop: Crop = "center",
    batch: int = 8,
    color: ColorOrder = "rgb",
    dtype: InputType = "float32",
    share: float = 1.0,
    max_faces: int = 1,
) -> Iterator[TensorBatch]:
    """Yield the frames of a source as batches of NumPy tensors, each pixel written once, into its place in the batch.

    Args:
        source: Anything that `open_source` takes, an open source, which stays open, or a CSV file that lists pictures.
        size: Side of the tensors, or (width, height), px.
        layout: "nchw" as in PyTorch, or "nhwc" as in TensorFlow.
        scale: Values of black and white, or "imagenet" for torchvision's normalisation.
        crop: "center" cuts the largest centred part, "letterbox" pads, "stretch" changes the proportions, and "face"
            crops each face with its eyes level; frames without a face are then left out.
        batch: Rows per batch; the last batch may have fewer.
        color: Order of the channels; "gray" has one.
        dtype: "float32", "float16", or "uint8" for unscaled pixels.
        share: Part of the centred part's sides that "center" keeps, in (0, 1].
        max_faces: Most faces per frame for the crop "face".

    Yields:
        Batches in the order of the frames.

    Raises:
        ConfigError: An argument is wrong.
        MediaError, DeviceError: The source cannot be opened.
        WeightsError: The networks that find faces cannot be obtained.
    """
    given: dict[str, object] = {
        "size": size,
        "layout": layout,
        "scale": scale,
        "crop": crop,
        "batch": batch,
        "color": color,
    }
    given |= {"dtype": dtype, "share": share, "max_faces": max_faces}
    return _batches(source, check(TensorOptions, given, "tensors"))


def _batches(source: str | int | Path | Source, options: TensorOptions) -> Iterator[TensorBatch]:
    spec = options.spec
    scaling = Scaling(spec)
    with ExitStack() as stack:
        opened = source if isinstance(source, Source) else stack.enter_context(_open(source))
        rows = (
            _faces(opened, options, stack)
            if options.crop == "face"
            else _wholes(opened, options, options.crop)
        )
        values, frames, maps = spec.empty(options.batch), list[Frame](), list[Affine2D]()
        for frame, picture in rows:
            scaling.write(picture.pixels, values[len(frames)])
            frames.append(frame)
            maps.append(picture.image_from_tensor)
            if len(frames) == options.batch:
                yield TensorBatch(values, tuple(frames), tuple(maps))
                values, frames, maps = spec.empty(options.batch), [], []
        if frames:
            yield TensorBatch(values[: len(frames)], tuple(frames), tuple(maps))


def _open(source: str | int | Path) -> Source:
    if str(source).lower().endswith(".csv"):
        return ImageFiles(listed_pictures(Path(str(source))))
    return open_source(source)


def _wholes(source: Source, options: TensorOptions, fit: Fit) -> Iterator[tuple[Frame, FittedPicture]]:
    for frame in source:
        yield frame, fit_picture(frame.pixels, *options.size, fit, options.share)


def _faces(source: Source, options: TensorOptions, stack: ExitStack) -> Iterator[tuple[Frame, FittedPicture]]:
    """Yield every face of every frame; photos are searched one by one, streams are followed."""
    face = FaceTrackerConfig(max_faces=options.max_faces)
    config = PerceptionConfig(face=face)
    if isinstance(source, ImageFiles):
        config = config.in_mode("image")
    perception = stack.enter_context(Perception(config))
    for frame in source:
        for found in perception.detect(frame).faces:
            roi = next_roi(found.landmarks)
            if roi is not None:
                yield frame, crop_square(frame, roi, options.size[0])
