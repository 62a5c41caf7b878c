"""Where pictures go: one protocol, one table, and files that appear only when they are whole."""

import importlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self, runtime_checkable

from arpipe.errors import OutputError
from arpipe.types import FrameResult, Pixels

PART_SUFFIX = ".part"


@runtime_checkable
class Sink(Protocol):
    """Takes pictures in order. Who opens it closes or aborts it; an error that ends a `with` block aborts."""

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Take one picture.

        Args:
            pixels: (h, w, 3) uint8 RGB, or (h, w, 4) with straight alpha; free to be reused once this returns.
            result: What is known of the frame; its time is the picture's.

        Raises:
            OutputError: It cannot be written, or cannot be transparent; what was written so far is only good for
                `abort`.
        """
        ...

    def close(self) -> None:
        """Finish: the output is whole and in its place. May be called twice.

        Raises:
            OutputError: The rest cannot be written; nothing is left behind.
        """
        ...

    def abort(self) -> None:
        """Drop what was written; does nothing after `close`."""
        ...

    def __enter__(self) -> Self:
        """The sink itself."""
        ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close, or abort when an error ends the block."""
        ...


SINKS: dict[str, str] = {
    "video": "arpipe.io.video.writer:VideoSink",
    "image": "arpipe.io.image.writer:ImageSink",
    "virtual_camera": "arpipe.io.camera.virtual_camera:VirtualCameraSink",
    "null": "arpipe.io.sink:NullSink",
}
"""Kind of sink → its class; each says itself what it is built from."""


def sink_class(kind: str) -> Callable[..., Sink]:
    """The class of a line of `SINKS`; KeyError for other names."""
    module, name = SINKS[kind].split(":")
    made: Callable[..., Sink] = getattr(importlib.import_module(module), name)
    return made


class NullSink:
    """Counts pictures and keeps none."""

    def __init__(self) -> None:
        self.count = 0

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - the protocol's signature
        """Count one picture."""
        self.count += 1

    def close(self) -> None:
        """Nothing is held."""

    def abort(self) -> None:
        """Nothing was written."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class PartFile:
    """A file under way: written beside its place under another name, moved there when it is whole.

    Args:
        path: The place.

    Raises:
        OutputError: Its folder is missing or cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.part = self.path.with_name(self.path.name + PART_SUFFIX)
        try:
            self.part.touch()
        except OSError as error:
            raise OutputError(
                f"{self.path}: cannot be written ({reason(error)}){_advice(self.path)}"
            ) from error

    def commit(self) -> None:
        """Move the file to its place, in one step."""
        try:
            self.part.replace(self.path)
        except OSError as error:
            self.discard()
            raise self.failure(error) from error

    def discard(self) -> None:
        """Remove what was written."""
        with suppress(OSError):
            self.part.unlink(missing_ok=True)

    def failure(self, error: Exception) -> OutputError:
        """The error to raise when writing failed."""
        return OutputError(f"{self.path}: writing failed ({reason(error)}); nothing is left of it")


class GrowingFile(PartFile):
    """A file written straight into its place, of use at any moment.

    Args:
        path: The place; nothing may be there yet.

    Raises:
        OutputError: Something is, or its folder is missing or cannot be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = self.part = Path(path)
        try:
            self.part.touch(exist_ok=False)
        except OSError as error:
            raise OutputError(
                f"{self.path}: cannot be written ({reason(error)}){_advice(self.path)}"
            ) from error

    def commit(self) -> None:
        """Nothing to do: it is in its place."""

    def discard(self) -> None:
        """Remove it if nothing was written; what was stays."""
        with suppress(OSError):
            if self.path.stat().st_size == 0:
                self.path.unlink()

    def failure(self, error: Exception) -> OutputError:
        """The error to raise when writing failed."""
        return OutputError(f"{self.path}: writing failed ({reason(error)}); what was recorded before is kept")


def reason(error: Exception) -> str:
    """The operating system's or library's words, without class names and numbers."""
    return str(getattr(error, "strerror", None) or error)


def _advice(path: Path) -> str:
    folder = path.parent
    if path.is_dir():
        return "; a folder has this name"
    if not folder.is_dir():
        return f"; there is no folder {folder}"
    return f"; may you write into {folder}?"
