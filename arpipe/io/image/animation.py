"""Animated GIF, WebP, PNG and AVIF, played once like a video."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from PIL import Image

from arpipe.errors import MediaError
from arpipe.io.files import require_file
from arpipe.io.guard import guarded
from arpipe.io.image.counting import count_pictures
from arpipe.io.image.opening import ADVICE, open_picture
from arpipe.io.image.pixels import is_transparent, rgb_pixels
from arpipe.io.limits import limits, require_size, variable
from arpipe.io.source import Source, SourceInfo
from arpipe.types import Frame, Pixels

_ON_WHITE = "transparency is composited over white"

DEFAULT_FRAME_MS = 100.0  # what browsers show for a frame that says 0


class Animation(Source):
    """Pictures of an animated file, each shown for its own duration; transparency is composited over white.

    Args:
        path: The file.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is not a picture, damaged, or larger than the limits.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._closed = False
        require_file(self.path)
        with ExitStack() as opened:
            self._image = opened.enter_context(open_picture(self.path))
            require_size(*self._image.size, str(self.path), "frame_pixels")
            most = limits().animation_frames
            count = count_pictures(self._image, most)
            if count > most:
                raise MediaError(
                    f"{self.path}: has more frames than the {most} that are read; "
                    f"cut it, or set {variable('animation_frames')}"
                )
            step_ms = _duration_ms(self._image)
            self._opened = opened.pop_all()
        self.info = SourceInfo(
            name=str(self.path),
            width=self._image.width,
            height=self._image.height,
            fps=1000.0 / step_ms,
            frame_count=count,
            duration_s=count * step_ms / 1000.0,
            path=self.path,
        )

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the file at a path."""
        return cls(target)

    def __iter__(self) -> Iterator[Frame]:
        shown_ms = 0.0
        for index in range(self.info.frame_count or 1):
            if self._closed:
                raise ValueError(f"Animation {self.path} is closed")
            try:
                pixels, duration_ms = self._decode(index)
            except MediaError:  # the rest of a cut-off file
                self.decode_errors += 1
                return
            start_s, shown_ms = shown_ms / 1000.0, shown_ms + duration_ms
            self.end_s = shown_ms / 1000.0
            yield Frame(pixels, start_s, index)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._closed = True
        self._opened.close()

    def _decode(self, index: int) -> tuple[Pixels, float]:
        """Return the pixels and the duration, ms, of one frame."""
        with guarded(MediaError, f"{self.path}: frame {index} cannot be decoded", ADVICE):
            self._image.seek(index)
            if not self.notes and is_transparent(self._image):
                self.notes = (_ON_WHITE,)
            return rgb_pixels(self._image), _duration_ms(self._image)


def _duration_ms(image: Image.Image) -> float:
    return float(image.info.get("duration") or DEFAULT_FRAME_MS)
