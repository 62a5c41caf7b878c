"""Pictures into files of the kind they came from, with what else those carried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import OutputError
from arpipe.io.atomic import AtomicFile, make_parent, replacing
from arpipe.io.image.reader import EXIF_ORIENTATION, has_alpha, on_white, open_picture
from arpipe.io.orientation import orientation_from_exif
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

_WITH_ALPHA = {"PNG", "WEBP", "TIFF", "AVIF"}
_WITH_EXIF = {"JPEG", "PNG", "WEBP", "AVIF"}  # in a TIFF the same tags also say how the pixels lie


class ImageSinkConfig(BaseModel):
    """How a picture is compressed.

    Attributes:
        quality: 0 (small) to 100; formats without loss ignore it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quality: int = Field(default=80, ge=0, le=100)


class ImageSink:
    """Writes one picture, a `Sink`.

    The picture is upright: EXIF data of the source come along without their orientation. A profile of RGB
    colours comes along. Where the format can, transparency does too: changed pixels become opaque, the others
    are those of the source.

    Args:
        path: The file; its suffix picks the format.
        like: The picture that the pixels come from, or None.
        config: How it is compressed.

    Raises:
        OutputError: The file cannot be written, or arpipe writes no such format.
    """

    def __init__(
        self, path: str | Path, like: Path | None = None, config: ImageSinkConfig | None = None
    ) -> None:
        self.config = config or ImageSinkConfig()
        self._format = image_format(Path(path))
        self._like = like
        self._finished = False
        self._written = False
        self._file = AtomicFile(path)

    def write(self, pixels: Pixels, result: FrameResult) -> None:  # noqa: ARG002 - the protocol's signature
        """Write the picture; see `Sink`. A second one is refused."""
        if self._finished or self._written:
            state = "closed" if self._finished else "full: it holds one picture"
            raise ValueError(f"ImageSink {self._file.path} is {state}")
        luggage = _Luggage() if self._like is None else _luggage_of(self._like)
        shown: npt.NDArray[np.uint8] = pixels
        if pixels.shape[2] == 4:
            self._require_alpha()
        elif luggage.rgba is not None and self._format in _WITH_ALPHA:
            shown = _with_alpha(pixels, luggage.rgba)
        options = {**_quality_options(self._format, self.config.quality), **luggage.options(self._format)}
        try:
            Image.fromarray(shown).save(self._file.temporary, format=self._format, **options)
        except (OSError, ValueError) as error:
            self.abort()
            raise self._file.failure(error) from error
        self._written = True

    def close(self) -> None:
        """Move the picture to its place; see `Sink`."""
        if self._finished:
            return
        self._finished = True
        if not self._written:
            self._file.discard()
            raise OutputError(f"{self._file.path}: there was no picture to write")
        self._file.commit()

    def abort(self) -> None:
        """Drop the picture; see `Sink`."""
        if not self._finished:
            self._finished = True
            self._file.discard()

    def _require_alpha(self) -> None:
        if self._format not in _WITH_ALPHA:
            self.abort()
            fitting = ", ".join(suffix for suffix, name in WRITABLE.items() if name in _WITH_ALPHA)
            raise OutputError(
                f"{self._file.path}: {self._format} holds no transparency; choose one of {fitting}"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def write_picture(
    path: Path, pixels: npt.NDArray[np.uint8], options: Mapping[str, Any] | None = None
) -> None:
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
    """Pillow's name of the format that a file name asks for; OutputError when arpipe does not write it."""
    suffix = path.suffix.lower()
    if suffix not in WRITABLE:
        raise OutputError(
            f"{path}: arpipe writes no pictures called '{suffix}'; choose one of {', '.join(WRITABLE)}"
        )
    return WRITABLE[suffix]


@dataclass(frozen=True, slots=True, eq=False)
class _Luggage:
    """What a picture carries besides its colours: (h, w, 4) upright pixels if it is transparent, metadata."""

    rgba: npt.NDArray[np.uint8] | None = None
    exif: Image.Exif | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def options(self, image_format: str) -> dict[str, Any]:
        """What Pillow's `save` takes."""
        exif = {"exif": self.exif} if self.exif and image_format in _WITH_EXIF else {}
        return {**self.extra, **exif}


def _luggage_of(path: Path) -> _Luggage:
    with open_picture(path) as image:
        stored = np.array(image.convert("RGBA"), dtype=np.uint8) if has_alpha(image) else None
        exif = image.getexif()
        orientation = orientation_from_exif(exif.get(EXIF_ORIENTATION, 1))
        rgba = None if stored is None else orientation.apply(stored)
        extra: dict[str, Any] = {}
        profile = image.info.get("icc_profile")
        if profile and profile[16:20] == b"RGB ":  # bytes 16 to 19 of a profile name its colours
            extra["icc_profile"] = profile
        if "dpi" in image.info:
            extra["dpi"] = image.info["dpi"]
        exif.pop(EXIF_ORIENTATION, None)
        tells = len(exif) > 0 and image.format != "TIFF"
        return _Luggage(rgba, exif if tells else None, extra)


def _with_alpha(pixels: Pixels, rgba: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    changed = (pixels != on_white(rgba)).any(axis=2, keepdims=True)
    opaque = np.dstack([pixels, np.full(pixels.shape[:2], 255, dtype=np.uint8)])
    return np.where(changed, opaque, rgba)


def _quality_options(image_format: str, quality: int) -> dict[str, Any]:
    if image_format == "JPEG":  # 95 is where more bytes stop to show; 4:2:0 only where size matters more
        return {"quality": round(50 + 0.45 * quality), "subsampling": 0 if quality >= 50 else 2}
    if image_format in ("WEBP", "AVIF"):
        return {"quality": quality}
    return {"compression": "tiff_lzw"} if image_format == "TIFF" else {}
