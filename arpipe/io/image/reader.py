"""Still pictures of every common kind as upright 8-bit RGB."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, UnidentifiedImageError

from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.files import files_matching, is_pattern, require_file
from arpipe.io.orientation import orientation_from_exif
from arpipe.io.source import Source, SourceInfo
from arpipe.types import Frame, Pixels

EXIF_ORIENTATION = 274

# Told by their signatures, so a video is never mistaken for one of them.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM")

# Formats whose further pictures follow each other in time; in the others they are pages or views.
_ANIMATED = {"GIF", "WEBP", "PNG", "AVIF"}

_SIXTEEN_BIT_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def picture_kind(path: Path) -> Literal["images", "animation"] | None:
    """What a file holds: "images" for a still picture, "animation" for a moving one, None for others."""
    try:
        with open_picture(path) as image:
            moving = image.format in _ANIMATED and getattr(image, "n_frames", 1) > 1
            return "animation" if moving else "images"
    except Image.DecompressionBombError:
        return "images"
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return None


class ImageFiles(Source):
    """Pictures in order; `captured_s` is the index over `fps`.

    Grey, 16-bit, CMYK and palette pictures become 8-bit RGB, transparent ones are laid on white; a profile of
    CMYK colours is applied, one of RGB colours is not: it travels to the output instead. EXIF orientation is
    applied.

    Args:
        paths: The files.
        fps: Pace at which they are played, Hz.

    Raises:
        MediaNotFound: The first file does not exist.
        MediaError: The first file is no picture.
    """

    def __init__(self, paths: Sequence[str | Path], fps: float = 25.0) -> None:
        if not paths:
            raise MediaError("ImageFiles: expected at least one file, got none")
        self.paths = tuple(Path(path) for path in paths)
        self._closed = False
        self._fps = fps
        first = self.paths[0]
        width, height = _upright_size(first)
        count = len(self.paths)
        self.info = SourceInfo(
            name=str(first) if count == 1 else str(first.parent),
            width=width,
            height=height,
            fps=fps if count > 1 else 0.0,
            frame_count=count,
            duration_s=count / fps if count > 1 else None,
            path=first if count == 1 else None,
        )

    @classmethod
    def open(cls, target: str) -> Self:
        """Open one file, or the pictures of a folder or glob pattern in the order of their names."""
        return cls(_pictures_in(target))

    def __iter__(self) -> Iterator[Frame]:
        if self._closed:
            raise ValueError(f"ImageFiles {self.info.name} is closed")
        for index, path in enumerate(self.paths):
            yield Frame(read_image(path), index / self._fps, index)

    def close(self) -> None:
        """No file stays open between frames; iterating afterwards is an error."""
        self._closed = True


def read_image(path: Path) -> Pixels:
    """(h, w, 3) uint8 RGB of a picture, upright.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is no picture, cut off, or of a kind that arpipe does not read.
    """
    require_file(path)
    try:
        with open_picture(path) as image:
            pixels = rgb_pixels(image)
            return orientation_from_exif(image.getexif().get(EXIF_ORIENTATION, 1)).apply(pixels)
    except UnidentifiedImageError as error:
        raise MediaError(
            f"{path}: is no picture of a kind that arpipe reads ({', '.join(_FORMATS)})"
        ) from error
    except Image.DecompressionBombError as error:
        raise MediaError(f"{path}: is too large a picture ({error}); make it smaller") from error
    except (OSError, ValueError, SyntaxError) as error:
        raise MediaError(
            f"{path}: the picture cannot be decoded ({error}); is it cut off or damaged?"
        ) from error


@contextmanager
def open_picture(path: Path) -> Iterator[Image.Image]:
    """An open picture; raises what Pillow does."""
    # Not by its name: Pillow would map uncompressed TIFFs into memory and garble those that lie on their side.
    with path.open("rb") as file, Image.open(file, formats=_FORMATS) as image:
        yield image


def rgb_pixels(image: Image.Image) -> Pixels:
    """(h, w, 3) uint8 RGB of an open picture as it is stored, transparency laid on white."""
    if image.mode in _SIXTEEN_BIT_MODES:
        grey = (np.array(image).astype(np.uint32) * 255 + 32767) // 65535
        return np.repeat(np.minimum(grey, 255).astype(np.uint8)[..., None], 3, axis=2)
    if image.mode == "F":
        raise MediaError("pictures of floating-point numbers have no agreed white; save it with 8 or 16 bits")
    if has_alpha(image):
        return on_white(np.array(image.convert("RGBA")))
    if image.mode == "CMYK":
        image = _cmyk_to_rgb(image)
    return np.array(image.convert("RGB"), dtype=np.uint8)


def has_alpha(image: Image.Image) -> bool:
    """Whether a picture can be transparent: an alpha channel, or a palette or colour that is marked so."""
    return image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info


def on_white(rgba: npt.NDArray[np.uint8]) -> Pixels:
    """(h, w, 3) of (h, w, 4) straight-alpha pixels over white."""
    alpha = rgba[..., 3:].astype(np.uint16)
    mixed = (rgba[..., :3] * alpha + 255 * (255 - alpha) + 127) // 255
    return np.ascontiguousarray(mixed.astype(np.uint8))


def _pictures_in(target: str) -> list[Path]:
    """List one file, or all still pictures of a folder or pattern by name; other files are left out."""
    path = Path(target)
    if not path.is_dir() and not is_pattern(target):
        return [path]
    found = path.iterdir() if path.is_dir() else files_matching(target)
    pictures = sorted(path for path in found if path.is_file() and picture_kind(path) == "images")
    if not pictures:
        raise MediaNotFound(
            f"{target}: there are no pictures; give a file, a folder or a pattern like 'a/*.jpg'"
        )
    return pictures


def _cmyk_to_rgb(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    if not profile:
        return image
    try:
        source = ImageCms.getOpenProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (
        ImageCms.PyCMSError,
        OSError,
    ):  # a damaged profile: the plain formula is what viewers then use too
        return image
    return image if converted is None else converted


def _upright_size(path: Path) -> tuple[int, int]:
    require_file(path)
    try:
        with open_picture(path) as image:
            turned = image.format == "TIFF"  # Pillow turns these upright by itself and says the upright size
            tag = 1 if turned else image.getexif().get(EXIF_ORIENTATION, 1)
            return orientation_from_exif(tag).size(image.width, image.height)
    except (Image.DecompressionBombError, UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise MediaError(f"{path}: is no picture that can be read ({error})") from error
