"""Still pictures of every common kind as upright 8-bit RGB."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

from PIL import Image

from arpipe.errors import MediaError, MediaNotFound
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.files import files_matching, is_folder, is_pattern, require_file
from arpipe.io.image.counting import count_pictures
from arpipe.io.image.lens import camera_from_exif
from arpipe.io.image.motion_jpeg import is_motion_jpeg
from arpipe.io.image.opening import NotAPicture, open_picture
from arpipe.io.image.pixels import SIXTEEN_BIT_MODES, has_sixteen_bit_colors, rgb_pixels
from arpipe.io.limits import limits
from arpipe.io.orientation import UPRIGHT, Orientation, orientation_from_exif
from arpipe.io.source import Source, SourceInfo
from arpipe.types import Frame, Pixels

EXIF_ORIENTATION = 274

# Formats whose further pictures follow each other in time; in the others they are pages or views.
_ANIMATED = {"GIF", "WEBP", "PNG", "AVIF"}

# Formats that Pillow turns upright by itself, so that a stored orientation must not be applied again.
_TURNED_BY_PILLOW = {"TIFF"}


def picture_kind(path: Path) -> Literal["images", "animation"] | None:
    """Detect from its content whether a file is a still picture, an animation, or neither (None).

    Damaged pictures count as pictures: reading them raises.
    """
    try:
        with open_picture(path) as image:
            if image.format in _ANIMATED:
                return "animation" if getattr(image, "is_animated", False) else "images"
            return None if image.format == "JPEG" and is_motion_jpeg(path) else "images"
    except NotAPicture:
        return None
    except MediaError:
        return "images"


class ImageFiles(Source):
    """Pictures in order; `captured_s` is the index over `fps`.

    Grey, 16-bit, CMYK and palette pictures become 8-bit RGB, transparent ones are composited over white; a profile of
    CMYK colours is applied, one of RGB colours is not: it is copied to the output instead. EXIF orientation is
    applied, and the EXIF focal length gives the intrinsics.

    Args:
        paths: The files, or one.
        fps: Frame rate, Hz.

    Raises:
        ValueError: The frame rate is not above 0.
        MediaNotFound: The first file does not exist.
        MediaError: The first file is not a picture.
    """

    def __init__(self, paths: str | Path | Sequence[str | Path], fps: float = 25.0) -> None:
        if not (math.isfinite(fps) and fps > 0):
            raise ValueError(f"ImageFiles: expected a frame rate above 0 Hz, got {fps}")
        if isinstance(paths, str | Path):
            paths = (paths,)
        if not paths:
            raise MediaError("ImageFiles: expected at least one file, got none")
        self.paths = tuple(Path(path) for path in paths)
        self._closed = False
        self._fps = fps
        first = self.paths[0]
        width, height, camera = self._look_at(first)
        count = len(self.paths)
        self.info = SourceInfo(
            name=str(first) if count == 1 else str(first.parent),
            width=width,
            height=height,
            fps=fps if count > 1 else 0.0,
            frame_count=count,
            duration_s=count / fps if count > 1 else None,
            path=first if count == 1 else None,
            camera=camera,
        )

    @classmethod
    def open(cls, target: str) -> Self:
        """Open one file, or the pictures of a folder or glob pattern in the order of their names."""
        return cls(_pictures_in(target))

    def __iter__(self) -> Iterator[Frame]:
        for index, path in enumerate(self.paths):
            if self._closed:
                raise ValueError(f"ImageFiles {self.info.name} is closed")
            yield read_photo(path, index / self._fps, index)

    def close(self) -> None:
        """Close the source; iterating afterwards is an error. No file stays open between frames."""
        self._closed = True

    def _look_at(self, path: Path) -> tuple[int, int, CameraIntrinsics | None]:
        """Return the upright width, height and intrinsics of a picture; record which parts of it are not read."""
        require_file(path)
        with open_picture(path) as image:
            if image.mode in SIXTEEN_BIT_MODES:
                self.notes += ("16 bits per grey value became 8",)
            elif has_sixteen_bit_colors(image):
                self.notes += ("16 bits per colour became 8",)
            most = limits().animation_frames
            count = count_pictures(image, most)
            if count > 1 and image.format == "MPO":
                self.notes += (f"the first of {count} views is read",)
            elif count > 1:
                counted = str(count) if count <= most else f"more than {most}"
                self.losses += (f"only the first of {counted} pictures in the file is read",)
            width, height = _orientation(image).size(image.width, image.height)
            return width, height, camera_from_exif(image, width, height)


def read_image(path: Path) -> Pixels:
    """Return (h, w, 3) uint8 RGB of a picture, upright.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is not a picture, cut off, larger than the limits, or of a kind that arpipe does not read.
    """
    return read_photo(path).pixels


def read_photo(path: Path, captured_s: float = 0.0, index: int = 0) -> Frame:
    """Return a picture as a frame, with the intrinsics that its EXIF data hold; errors as in `read_image`.

    Args:
        path: The file.
        captured_s: As in `Frame`.
        index: As in `Frame`.
    """
    require_file(path)
    with open_picture(path) as image:
        pixels = rgb_pixels(image)
        orientation = orientation_from_exif(image.getexif().get(EXIF_ORIENTATION, 1))
        size = orientation.size(pixels.shape[1], pixels.shape[0])
        camera = camera_from_exif(image, *size)
    return Frame(orientation.apply(pixels), captured_s, index, camera)


def _orientation(image: Image.Image) -> Orientation:
    """Return how a decoded picture must be rotated, beyond what Pillow does."""
    if image.format in _TURNED_BY_PILLOW:
        return UPRIGHT
    return orientation_from_exif(image.getexif().get(EXIF_ORIENTATION, 1))


def _pictures_in(target: str) -> list[Path]:
    """List one file, or all still pictures of a folder or pattern by name; other files are left out."""
    path = Path(target)
    if not is_folder(target) and not is_pattern(target):
        return [path]
    found = path.iterdir() if is_folder(target) else files_matching(target)
    pictures = sorted(path for path in found if path.is_file() and picture_kind(path) == "images")
    if not pictures:
        raise MediaNotFound(
            f"{target}: there are no pictures; give a file, a folder or a pattern like 'a/*.jpg'"
        )
    return pictures
