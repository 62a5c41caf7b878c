"""Where frames come from: one protocol, one table, one function that opens what the user names."""

import glob
import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, Self, runtime_checkable

from arpipe.errors import MediaError, MediaNotFound
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.types import Frame

FileKind = Literal["images", "animation", "video"]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a source before its first frame is read.

    Attributes:
        name: For messages and file names: the file's path, "camera 0", "sample".
        width, height: Of the upright frames, px; pictures of a list may differ from the first.
        fps: Mean rate, Hz; 0.0 for still pictures.
        frame_count: As the file says, an estimate; None when unknown.
        live: Frames come when they come, and those not taken in time are lost.
        duration_s: Seconds; None when unknown.
        path: The file that frames come from; None when there is not one.
        camera: Intrinsics of the frames where the source knows them.
    """

    name: str
    width: int
    height: int
    fps: float
    frame_count: int | None
    live: bool = False
    duration_s: float | None = None
    path: Path | None = None
    camera: CameraIntrinsics | None = None


@runtime_checkable
class Source(Protocol):
    """Frames, once, in order. Who opens it closes it; iterating a closed source raises ValueError."""

    @property
    def info(self) -> SourceInfo:
        """What is known beforehand."""
        ...

    @property
    def decode_errors(self) -> int:
        """Pieces that could not be decoded so far: skipped, or shown as the decoder patched them up."""
        ...

    def __iter__(self) -> Iterator[Frame]:
        """Frames with rising `index` and `captured_s`; one pass."""
        ...

    def close(self) -> None:
        """Free file and device; may be called twice, from the thread that iterates."""
        ...

    def __enter__(self) -> Self:
        """The source itself."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close."""
        ...


SOURCES: dict[str, str] = {
    "sample": "arpipe.io.sample.source:SampleSource",
    "camera": "arpipe.io.camera.camera:Camera",
    "video": "arpipe.io.video.reader:VideoFile",
    "animation": "arpipe.io.image.animation:Animation",
    "images": "arpipe.io.image.reader:ImageFiles",
}
"""Kind of source → its class, which takes what the user named: nothing, an index, a path, several paths."""


def open_source(spec: str | int | Path) -> Source:
    """Open what the user names.

    Args:
        spec: "sample"; a camera as 0, "0", "camera:0" or "/dev/video0"; a video, an animated or a still
            picture; a folder or pattern of pictures, which are played in the order of their names.

    Raises:
        MediaNotFound: No such file, or nothing fits the pattern.
        MediaError: A file that is no picture or video that can be read.
        DeviceError: The camera cannot be opened.
    """
    text = str(spec)
    if text == "sample":
        return _source_class("sample")()
    camera = camera_index(text)
    if camera is not None:
        return _source_class("camera")(camera)
    path = Path(text)
    if path.is_dir() or (glob.has_magic(text) and not path.exists()):
        pictures = pictures_in(text)
        if not pictures:
            raise MediaNotFound(
                f"{text}: there are no pictures; give a file, a folder or a pattern like 'a/*.jpg'"
            )
        return _source_class("images")(pictures)
    kind = media_kind(path)
    return _source_class(kind)([path] if kind == "images" else path)


def media_kind(path: Path) -> FileKind:
    """Which line of `SOURCES` reads a file: "images", "animation" or "video", told by its content.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is empty, a folder, or may not be read.
    """
    from arpipe.io.image.reader import picture_kind

    require_file(path)
    return picture_kind(path) or "video"


def require_file(path: Path) -> None:
    """Raise MediaNotFound or MediaError, with the reason, unless `path` is a file that holds something."""
    if path.is_dir():
        raise MediaError(f"{path}: is a folder; give a file or a pattern like '{path}/*.jpg'")
    if not path.exists():
        raise MediaNotFound(f"{path}: there is no such file")
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise MediaError(f"{path}: the file is empty")
    except OSError as error:
        raise MediaError(f"{path}: cannot be read ({error.strerror or error})") from error


def pictures_in(spec: str) -> list[Path]:
    """Pictures of a folder or glob pattern, by name; other files are left out."""
    from arpipe.io.image.reader import picture_kind

    folder = Path(spec)
    found = folder.iterdir() if folder.is_dir() else files_matching(spec)
    return sorted(path for path in found if path.is_file() and picture_kind(path) == "images")


def files_matching(pattern: str) -> Iterator[Path]:
    """Files that fit a glob pattern; `**` stands for any depth."""
    yield from (Path(name) for name in glob.iglob(pattern, recursive=True))  # noqa: PTH207 - Path refuses absolute ones


def camera_index(text: str) -> int | None:
    """The number of the camera that a spec names; None if it names something else."""
    number = text.removeprefix("camera:").removeprefix("/dev/video")
    return int(number) if number.isdecimal() else None


def _source_class(kind: str) -> Callable[..., Source]:
    module, name = SOURCES[kind].split(":")
    made: Callable[..., Source] = getattr(importlib.import_module(module), name)
    return made
