"""Animated GIF, WebP, PNG and AVIF, played once like a video."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from PIL import Image

from arpipe.errors import MediaError
from arpipe.io.files import require_file
from arpipe.io.image.reader import rgb_pixels
from arpipe.io.source import Source, SourceInfo
from arpipe.types import Frame

DEFAULT_FRAME_MS = 100.0  # what browsers show for a frame that says 0


class Animation(Source):
    """Pictures of an animated file, each shown for its own duration; transparency is composited over white.

    Args:
        path: The file.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is no picture.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._closed = False
        require_file(self.path)
        try:
            self._image = Image.open(self.path)
        except (OSError, ValueError, SyntaxError) as error:
            raise MediaError(f"{self.path}: is no picture that can be read ({error})") from error
        try:
            count = getattr(self._image, "n_frames", 1)
            step_ms = _duration_ms(self._image)
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            self._image.close()
            raise MediaError(f"{self.path}: the animation is damaged ({error})") from error
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
        if self._closed:
            raise ValueError(f"Animation {self.path} is closed")
        shown_ms = 0.0
        for index in range(self.info.frame_count or 1):
            try:
                self._image.seek(index)
                pixels = rgb_pixels(self._image)
            except (OSError, ValueError, SyntaxError, EOFError):  # the rest of a cut-off file
                self.decode_errors += 1
                return
            yield Frame(pixels, shown_ms / 1000.0, index)
            shown_ms += _duration_ms(self._image)

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._closed = True
        self._image.close()


def _duration_ms(image: Image.Image) -> float:
    return float(image.info.get("duration") or DEFAULT_FRAME_MS)
