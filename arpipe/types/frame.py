"""One picture of a stream."""

from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.types.inline import png
from arpipe.types.pixels import Block, Part, Pixels
from arpipe.types.stored import StoredPicture, StoredRgb


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Frame:
    """One upright picture.

    Videos are stored in other colours than RGB. Their frames are converted where somebody looks at them: `part` and
    `block` convert no more than a part, and `pixels` converts the whole picture when it is first read.

    Args:
        pixels: (h, w, 3) uint8 **RGB**, C-contiguous. Shared, not copied: nobody writes into it.
        captured_s: As below.
        index: As below.
        camera: As below.
        stored: The picture instead of `pixels`; not used if these are given.

    Attributes:
        stored: The picture as its source stores it.
        captured_s: Seconds on the source's own clock, rising: device time of a camera, presentation time in
            a file.
        index: Position in the source, from 0; gaps are dropped frames.
        camera: Intrinsics of this picture, in its size, where the source knows them, else None.

    Raises:
        ValueError: Wrong shape, dtype or layout of the pixels, wrong size of the intrinsics, or `stored` is not
            a `StoredPicture`.
    """

    __match_args__ = ("pixels", "captured_s", "index", "camera")  # patterns have the order of the arguments

    stored: StoredPicture
    captured_s: float
    index: int
    camera: CameraIntrinsics | None

    def __init__(
        self,
        pixels: Pixels | None = None,
        captured_s: float = 0.0,
        index: int = 0,
        camera: CameraIntrinsics | None = None,
        *,
        stored: StoredPicture | None = None,
    ) -> None:
        if stored is None or pixels is not None:
            stored = StoredRgb(_require_contiguous(pixels))
        _require_stored(stored)
        _require_seconds(captured_s)
        height, width, _ = stored.shape
        _require_size(camera, width, height)
        for name, value in (
            ("stored", stored),
            ("captured_s", captured_s),
            ("index", index),
            ("camera", camera),
        ):
            object.__setattr__(self, name, value)

    @classmethod
    def from_rgb(
        cls,
        pixels: npt.ArrayLike,
        captured_s: float = 0.0,
        index: int = 0,
        camera: CameraIntrinsics | None = None,
    ) -> "Frame":
        """Make a frame of an RGB array, which is copied only if it is not C-contiguous.

        Args:
            pixels: (h, w, 3) uint8 RGB; views such as `pixels[::2, ::-1]` are fine.
            captured_s: As in `Frame`.
            index: As in `Frame`.
            camera: As in `Frame`.

        Raises:
            ValueError: Wrong shape or dtype.
        """
        return cls(np.ascontiguousarray(_require_pixels("from_rgb", pixels)), captured_s, index, camera)

    @classmethod
    def from_bgr(
        cls,
        pixels: npt.ArrayLike,
        captured_s: float = 0.0,
        index: int = 0,
        camera: CameraIntrinsics | None = None,
    ) -> "Frame":
        """Make a frame of a BGR array, as OpenCV gives it; copies.

        Args:
            pixels: (h, w, 3) uint8 BGR.
            captured_s: As in `Frame`.
            index: As in `Frame`.
            camera: As in `Frame`.

        Raises:
            ValueError: Wrong shape or dtype.
        """
        return cls(
            np.ascontiguousarray(_require_pixels("from_bgr", pixels)[..., ::-1]), captured_s, index, camera
        )

    @property
    def pixels(self) -> Pixels:
        """(h, w, 3) uint8 **RGB**, C-contiguous. Shared, not copied: nobody writes into it."""
        return self.stored.pixels()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(h, w, 3) of the pixels."""
        return self.stored.shape

    @property
    def width(self) -> int:
        """Width, px."""
        return self.stored.shape[1]

    @property
    def height(self) -> int:
        """Height, px."""
        return self.stored.shape[0]

    def part(self, part: Part) -> Pixels:
        """Return a view of the pixels of some rows and columns, to read.

        Args:
            part: Rows and columns, with starts and stops within the picture.
        """
        return self.stored.block(part).cut(part)

    def block(self, part: Part) -> Block:
        """Return pixels that include some rows and columns, C-contiguous, to read.

        Args:
            part: Rows and columns, with starts and stops within the picture.
        """
        return self.stored.block(part)

    def sampled(self, step: int) -> Pixels:
        """Return a view of every `step`-th pixel of every `step`-th row, to read."""
        return self.stored.sampled(step)

    def __repr__(self) -> str:
        return f"Frame({self.width}x{self.height}, index={self.index}, captured_s={self.captured_s:.3f})"

    def _repr_png_(self) -> bytes:
        """Show it in notebooks."""
        return png(self.pixels)


def _require_contiguous(pixels: object) -> Pixels:
    if not isinstance(pixels, np.ndarray):
        raise ValueError(f"Frame.pixels: expected (h, w, 3) uint8, got {type(pixels).__name__}")
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
        raise ValueError(f"Frame.pixels: expected (h, w, 3) uint8, got {pixels.shape} {pixels.dtype}")
    if not pixels.flags.c_contiguous:
        raise ValueError("Frame.pixels: expected a C-contiguous array; use Frame.from_rgb, which copies")
    return pixels


def _require_stored(stored: object) -> None:
    if not isinstance(stored, StoredPicture):
        hint = "; give an array as pixels: Frame(pixels)" if isinstance(stored, np.ndarray) else ""
        raise ValueError(f"Frame.stored: expected a StoredPicture, got {type(stored).__name__}{hint}")


def _require_seconds(captured_s: object) -> None:
    # NaN is the time of a damaged file, which is no reason to lose the frame.
    if not isinstance(captured_s, Real):
        raise ValueError(f"Frame.captured_s: expected seconds, got {captured_s!r}")


def _require_size(camera: CameraIntrinsics | None, width: int, height: int) -> None:
    if camera is not None and (camera.width, camera.height) != (width, height):
        raise ValueError(
            f"Frame.camera: expected intrinsics of {width}x{height} px, got {camera.width}x{camera.height}; "
            "CameraIntrinsics.resized converts them"
        )


def _require_pixels(caller: str, pixels: object) -> Pixels:
    """Check the usual mistakes, and say how to mend them."""
    if pixels is None or isinstance(pixels, str | bytes | Path):
        raise ValueError(
            f"Frame.{caller}: expected (h, w, 3) uint8, got {pixels!r}; {_missing_picture(pixels)}"
        )
    array = np.asarray(pixels)
    if array.ndim != 3 or array.shape[2] != 3:
        hint = _shape_hint(array.shape)
    elif array.dtype != np.uint8:
        hint = _dtype_hint(array.dtype)
    else:
        return array
    got = f"Frame.{caller}: expected (h, w, 3) uint8, got {array.shape} {array.dtype}"
    raise ValueError(f"{got}; {hint}" if hint else got)


def _missing_picture(pixels: object) -> str:
    if pixels is None:
        return "OpenCV gives None for a picture or frame that it could not read"
    return "open a file by arpipe.open_source, which yields frames"


def _shape_hint(shape: tuple[int, ...]) -> str:
    match shape:
        case (_, _) | (_, _, 1):
            return "for a grey picture: np.dstack([pixels] * 3)"
        case (_, _, 4):
            return "drop the alpha channel: pixels[..., :3]"
        case (3, _, _):
            return "move the channels to the end: pixels.transpose(1, 2, 0)"
        case (_, _, _, 3):
            return "give one picture at a time: pixels[0]"
    return ""


def _dtype_hint(dtype: np.dtype[Any]) -> str:
    if np.issubdtype(dtype, np.floating):
        return "for values in [0, 1]: (pixels * 255).round().astype(np.uint8)"
    if np.issubdtype(dtype, np.integer):
        return "for values from 0 to 255: pixels.astype(np.uint8)"
    return ""
