"""What every source of frames has in common."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from arpipe.closing import Closing
from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.audio.sound import Sound
from arpipe.io.traits import VideoTraits
from arpipe.types import Frame


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """Properties of a source, known before its first frame is read.

    Attributes:
        name: For messages and file names: the file's path, "camera 0", "sample".
        width, height: Size of the upright frames, px; in a list of pictures, the size of the first one.
        fps: Mean frame rate, Hz; 0.0 for still pictures.
        frame_count: Number of frames according to the file, an estimate; None if unknown.
        live: Whether frames arrive in real time and are lost if they are not read in time.
        duration_s: Seconds; None if unknown.
        path: The file that the frames come from; None if there is none or more than one.
        camera: Intrinsics of the frames, if the source knows them.
        traits: Properties that a recording of the frames inherits; None for anything but a video.
        sound: Sound of a live source, which a recording of the frames contains; None for none.
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
    traits: VideoTraits | None = None
    sound: Sound | None = None


class Source(Closing):
    """Base class of sources: frames in order, in one pass.

    Whoever opens a source closes it, or uses it as a context manager. Iterating a closed source raises ValueError, also
    when the iteration began before.

    Attributes:
        info: Set by the constructor.
        decode_errors: Number of damaged pieces so far, skipped or concealed by the decoder.
        dropped: Number of frames so far that were lost because they were not read in time.
        end_s: When the last frame read so far ends, on the clock of `captured_s`; None if the source does not know.
        notes: Sentences on how the frames differ from the input, such as a conversion.
        losses: Sentences on content of the input that the frames lack, and that its owner will miss.
    """

    info: SourceInfo
    decode_errors: int = 0
    dropped: int = 0
    end_s: float | None = None
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the source that a user names as `name:target`.

        Args:
            target: The text after the colon; empty if the name stands alone.

        Raises:
            ConfigError: The target makes no sense for this source.
            MediaError, DeviceError: The target cannot be opened.
        """
        raise ConfigError(
            f"{cls.__name__} cannot be opened by name (target {target!r}); construct it in code"
        )

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]:
        """Yield frames with increasing `index` and `captured_s`."""

    @abstractmethod
    def close(self) -> None:
        """Release the file or device. May be called twice, from the thread that iterates."""

    def __repr__(self) -> str:
        info = self.info
        rate = f", {info.fps:g} fps" if info.fps else ""
        count = "" if info.frame_count is None else f", {info.frame_count} frames"
        return f"{type(self).__name__}({info.name!r}, {info.width}x{info.height}{rate}{count})"
