"""Where pictures go: one protocol and one table."""

import importlib
from collections.abc import Callable
from typing import Protocol, Self, runtime_checkable

from arpipe.types import FrameResult, Pixels


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
