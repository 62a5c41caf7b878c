"""The door to Pillow: every picture is opened here, with limits checked before it is decoded."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from arpipe.errors import MediaError, MissingExtra
from arpipe.io.guard import guarded
from arpipe.io.image.jpeg_scans import MAX_SCANS, count_scans
from arpipe.io.limits import DEFAULTS, limits, require_size, variable

# Recognised by their signatures, so a video is never mistaken for one of them.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM")
READERS = ("Jpeg", "Png", "WebP", "Tiff", "Bmp", "Gif", "Avif", "Jpeg2K", "Ppm")  # their modules
HEIF = "HEIF"
HEIF_BRANDS = frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"))
AVIF_BRANDS = frozenset((b"avif", b"avis"))

ADVICE = "is it cut off, damaged or another kind of file?"


class NotAPicture(MediaError):
    """The bytes have no signature of a picture that arpipe reads."""


@contextmanager
def open_picture(
    source: Path | bytes, name: str = "", formats: tuple[str, ...] = FORMATS
) -> Iterator[Image.Image]:
    """Open a picture; nothing of it is decoded yet.

    Whatever Pillow raises inside the `with` block becomes a MediaError.

    Args:
        source: A file, or its content.
        name: For messages; a file's path by default.
        formats: Pillow's names of the formats to accept.

    Raises:
        NotAPicture: The content is of none of the formats.
        MediaError: It is damaged or larger than the limits; see `arpipe.io.limits`.
        MissingExtra: It is HEIF, and the extra is not installed.
    """
    name = name or str(source)
    with guarded(MediaError, f"{name}: the picture cannot be decoded", ADVICE), _opened(source) as file:
        if FORMATS[0] in formats and is_heif(file.read(32)):
            _register_heif(name)
            formats = (*formats, HEIF)
        file.seek(0)
        _let_through(limits().picture_pixels)
        _load_readers()
        try:
            # Not by its name: Pillow would map uncompressed TIFFs into memory and garble those that lie on their side.
            image = Image.open(file, formats=formats)
        except UnidentifiedImageError as error:
            if HEIF in formats:
                raise MediaError(f"{name}: is a damaged HEIC/HEIF picture; {ADVICE}") from error
            readable = ", ".join((*formats, HEIF) if formats is FORMATS else formats)
            raise NotAPicture(f"{name}: is not a picture of a kind that arpipe reads ({readable})") from error
        except Image.DecompressionBombError as error:
            raise MediaError(
                f"{name}: the picture is too large ({error}); "
                f"make it smaller, or set {variable('picture_pixels')}"
            ) from error
        with image:
            require_size(*image.size, name, "picture_pixels")
            if image.format in ("JPEG", "MPO"):
                _require_few_scans(file, name)
            yield image


def _load_readers() -> None:
    """Import Pillow's readers of `FORMATS`: if one is missing, Pillow imports those of forty formats."""
    for name in READERS:
        import_module(f"PIL.{name}ImagePlugin")


def is_heif(start: bytes) -> bool:
    """Whether a file that begins with these bytes is HEIC or HEIF (AVIF is not: Pillow reads it itself)."""
    if start[4:8] != b"ftyp" or start[8:12] in AVIF_BRANDS:
        return False
    brands = {start[8:12], *(start[at : at + 4] for at in range(16, len(start) - 3, 4))}
    return bool(brands & HEIF_BRANDS) and not brands & AVIF_BRANDS


def _opened(source: Path | bytes) -> BinaryIO:
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _register_heif(name: str) -> None:
    if find_spec("pillow_heif") is None:
        raise MissingExtra(
            f'{name}: is a HEIC/HEIF picture; to read it: pip install "arpipe[heif]", or save it as JPEG'
        )
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _require_few_scans(file: BinaryIO, name: str) -> None:
    """Refuse a JPEG that takes much longer to decode than its size suggests; keeps the file's position."""
    position = file.tell()
    if count_scans(file, MAX_SCANS) > MAX_SCANS:
        raise MediaError(
            f"{name}: the JPEG has more than {MAX_SCANS} scans; save it again with another program"
        )
    file.seek(position)


def _let_through(pixels: int) -> None:
    """Lift Pillow's own limit to one that the user has set above the default."""
    if Image.MAX_IMAGE_PIXELS is not None and pixels > max(Image.MAX_IMAGE_PIXELS, DEFAULTS.picture_pixels):
        Image.MAX_IMAGE_PIXELS = pixels
