"""Writes pictures, together with the metadata of the file that they come from."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image

from arpipe.errors import OutputError
from arpipe.io.atomic import make_parent, replacing
from arpipe.io.encoding import ImageSinkConfig, VideoSinkConfig
from arpipe.io.image.opening import open_picture
from arpipe.io.image.pixels import has_alpha, on_white
from arpipe.io.image.reader import EXIF_ORIENTATION
from arpipe.io.orientation import orientation_from_exif
from arpipe.io.placing import open_file
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.io.writer import FileWriter
from arpipe.types import FrameResult, Pixels

WRITABLE = {
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".bmp": "BMP",
    ".avif": "AVIF",
}
"""Suffix → Pillow's name of the format."""

Options = dict[str, Any]
"""Keyword arguments of Pillow's `save`."""

_WITH_ALPHA = {"PNG", "WEBP", "TIFF", "AVIF"}
_WITH_EXIF = {"JPEG", "PNG", "WEBP", "AVIF"}  # in a TIFF the same tags also say how the pixels lie


class ImageSink(FileWriter, Sink):
    """Writes one picture.

    The picture is upright: the EXIF data of the source is copied without its orientation. An RGB colour profile is
    copied. If the format has transparency, so does the copy: changed pixels become opaque, the others stay as they
    are in the source.

    Args:
        path: The file; its suffix picks the format.
        like: The picture that the pixels come from, or None.
        config: Compression.

    Raises:
        OutputError: The file cannot be written, or arpipe does not write the format.
    """

    _errors = (OSError, ValueError)

    def __init__(
        self, path: str | Path, like: Path | None = None, config: ImageSinkConfig | None = None
    ) -> None:
        self.config = config or ImageSinkConfig()
        self._format = image_format(Path(path))
        self._like = like
        self._written = False
        super().__init__(open_file(path))

    @classmethod
    def open(cls, target: str, info: SourceInfo, config: VideoSinkConfig) -> Self:
        """Open a file; a still picture's metadata is copied."""
        like = info.path if info.fps == 0.0 else None
        return cls(target, like, ImageSinkConfig(quality=config.quality))

    @classmethod
    def check(cls, target: str, config: VideoSinkConfig) -> None:  # noqa: ARG003 - see `Sink.check`
        """Refuse an unknown suffix; see `Sink`."""
        image_format(Path(target))

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - see `Sink.write`
        """Write the picture; see `Sink`. A second one is refused."""
        self._require_open()
        if self._written:
            raise ValueError(f"ImageSink {self._file.path} is full: it holds one picture")
        metadata = _Metadata() if self._like is None else _metadata_of(self._like)
        shown: npt.NDArray[np.uint8] = pixels
        if pixels.shape[2] == 4:
            self._require_alpha()
        elif metadata.rgba is not None and self._format in _WITH_ALPHA:
            shown = _with_alpha(pixels, metadata.rgba)
        elif metadata.rgba is not None:
            self.notes += (f"{self._format} has no transparency, which became white",)
        options = {**_quality_options(self._format, self.config.quality), **metadata.options(self._format)}
        with self._writing():
            Image.fromarray(shown).save(self._file.temporary, format=self._format, **options)
        self._written = True

    def _finish(self) -> None:
        if not self._written:
            raise OutputError(f"{self._file.path}: there was no picture to write")

    def _require_alpha(self) -> None:
        if self._format not in _WITH_ALPHA:
            self.abort()
            fitting = ", ".join(suffix for suffix, name in WRITABLE.items() if name in _WITH_ALPHA)
            raise OutputError(
                f"{self._file.path}: {self._format} holds no transparency; choose one of {fitting}"
            )


def write_picture(path: Path, pixels: npt.NDArray[np.uint8], options: Options | None = None) -> None:
    """Write a picture of our own making in one step; its folder is made.

    Args:
        path: The file; its suffix picks the format.
        pixels: (h, w, 3) RGB, or (h, w, 4) RGBA where the format has transparency.
        options: For Pillow's encoder.

    Raises:
        OutputError: The file cannot be written, or arpipe writes no such format.
    """
    kind = image_format(path)
    make_parent(path)
    with replacing(path) as temporary:
        Image.fromarray(pixels).save(temporary, format=kind, **(options or {}))


def image_format(path: Path) -> str:
    """Return Pillow's name of a file's format; raises OutputError if arpipe does not write it."""
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise OutputError(
            f"{path}: arpipe writes no pictures called '{suffix}'; choose one of {', '.join(WRITABLE)}"
        )
    return WRITABLE[suffix]


@dataclass(frozen=True, slots=True, eq=False)
class _Metadata:
    """Metadata of a picture: (h, w, 4) upright pixels if it is transparent, EXIF data, colour profile."""

    rgba: npt.NDArray[np.uint8] | None = None
    exif: Image.Exif | None = None
    extra: Options = field(default_factory=dict)

    def options(self, image_format: str) -> Options:
        """Return arguments for Pillow's `save`."""
        exif = {"exif": self.exif} if self.exif and image_format in _WITH_EXIF else {}
        return {**self.extra, **exif}


def _metadata_of(path: Path) -> _Metadata:
    with open_picture(path) as image:
        stored = np.array(image.convert("RGBA"), dtype=np.uint8) if has_alpha(image) else None
        exif = image.getexif()
        orientation = orientation_from_exif(exif.get(EXIF_ORIENTATION, 1))
        rgba = None if stored is None else orientation.apply(stored)
        extra: Options = {}
        profile = image.info.get("icc_profile")
        if profile and profile[16:20] == b"RGB ":  # bytes 16 to 19 are the colour space of a profile
            extra["icc_profile"] = profile
        if "dpi" in image.info:
            extra["dpi"] = image.info["dpi"]
        exif.pop(EXIF_ORIENTATION, None)
        has_exif = len(exif) > 0 and image.format != "TIFF"
        return _Metadata(rgba, exif if has_exif else None, extra)


def _with_alpha(pixels: Pixels, rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    changed = (pixels != on_white(rgba)).any(axis=2, keepdims=True)
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, dtype=np.uint8)])
    return np.where(changed, opaque, rgba)


def _quality_options(image_format: str, quality: int) -> Options:
    if image_format == "JPEG":  # beyond 95, more bytes are not visible; 4:2:0 only where size matters more
        return {"quality": round(50 + 0.45 * quality), "subsampling": 0 if quality >= 50 else 2}
    if image_format in ("WEBP", "AVIF"):
        return {"quality": quality}
    return {"compression": "tiff_lzw"} if image_format == "TIFF" else {}
