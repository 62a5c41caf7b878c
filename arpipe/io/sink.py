"""What every output for pictures has in common."""

from abc import abstractmethod
from typing import ClassVar, Self

from arpipe.errors import ConfigError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.source import SourceInfo
from arpipe.io.writer import Writer
from arpipe.types import FrameResult, Picture, Pixels


class Sink(Writer):
    """Base class of outputs that take pictures in order; `close` and `abort` do nothing unless overridden.

    Attributes:
        end_s: When the last picture ends, on the clock of the frames; None if unknown. Set by the caller, if at all,
            before `close`.
        notes: Sentences on how the output differs from the pictures, such as a conversion.
        losses: Sentences on content that the output lacks, and that its owner will miss.
        takes_sound: Whether outputs of this class contain `SourceInfo.sound`.
    """

    takes_sound: ClassVar[bool] = False
    end_s: float | None = None
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:  # noqa: ARG003 - for subclasses
        """Open the output that a user names as `name:target`.

        Args:
            target: The text after the colon; empty if the name stands alone.
            info: Properties of the source of the pictures, such as their size.
            config: Compression.

        Raises:
            ConfigError: The target makes no sense for this output.
            OutputError, DeviceError: The target cannot be opened.
        """
        raise ConfigError(
            f"{cls.__name__} cannot be opened by name (target {target!r}); construct it in code"
        )

    @classmethod
    def check(cls, target: str, config: VideoSinkConfig) -> None:
        """Refuse a target whose name alone makes `open` fail; called before there are pictures.

        Args:
            target: As for `open`.
            config: As for `open`.

        Raises:
            OutputError: The suffix is not an output format, or the format cannot hold the codec.
        """

    @abstractmethod
    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Write one picture.

        Args:
            pixels: (h, w, 3) uint8 RGB, or (h, w, 4) with straight alpha; may be reused once this returns.
            result: Result of the picture's frame; its time is the picture's.

        Raises:
            OutputError: The picture cannot be written, or the output holds no transparency. Only `abort` makes sense
                afterwards.
        """

    def write_picture(self, picture: Picture) -> None:
        """Write one picture, of which an output may look at no more than it needs; errors as for `write`.

        Args:
            picture: The picture; may be reused once this returns.
        """
        self.write(picture.with_alpha, picture.result)

    def close(self) -> None:
        """Complete the output; see `Writer`."""

    def abort(self) -> None:
        """Drop the output; see `Writer`."""


class NullSink(Sink):
    """Counts pictures and discards them."""

    def __init__(self) -> None:
        self.count = 0

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:  # noqa: ARG003
        """Make one; target and source do not matter."""
        return cls()

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - see `Sink.write`
        """Count one picture."""
        self.count += 1
