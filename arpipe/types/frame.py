"""One picture of a stream."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.geometry.camera import CameraIntrinsics

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright picture.

    Attributes:
        pixels: (h, w, 3) uint8 **RGB**, C-contiguous. Shared, not copied: nobody writes into it.
        captured_s: Seconds on the source's own clock, rising: device time of a camera, presentation time in
            a file.
        index: Position in the source, from 0; gaps are dropped frames.
        camera: Intrinsics of this picture where the source knows them, else None.
    """

    pixels: Pixels
    captured_s: float
    index: int
    camera: CameraIntrinsics | None = None

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
            raise ValueError(f"Frame.pixels: expected (h, w, 3) uint8, got {pixels.shape} {pixels.dtype}")
        if not pixels.flags.c_contiguous:
            raise ValueError("Frame.pixels: expected a C-contiguous array; use Frame.from_rgb, which copies")

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
    def width(self) -> int:
        """Width, px."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height, px."""
        return int(self.pixels.shape[0])

    def __repr__(self) -> str:
        return f"Frame({self.width}x{self.height}, index={self.index}, captured_s={self.captured_s:.3f})"


def _require_pixels(caller: str, pixels: npt.ArrayLike) -> Pixels:
    """Check the usual mistakes, and say how to mend them."""
    array = np.asarray(pixels)
    got = f"Frame.{caller}: expected (h, w, 3) uint8, got {array.shape} {array.dtype}"
    if array.ndim == 2:
        raise ValueError(f"{got}; for a grey picture: np.repeat(pixels[..., None], 3, axis=2)")
    if array.ndim != 3 or array.shape[2] != 3:
        hint = "; drop the alpha channel: pixels[..., :3]" if array.shape[2:] == (4,) else ""
        raise ValueError(got + hint)
    if array.dtype != np.uint8:
        is_float = np.issubdtype(array.dtype, np.floating)
        hint = "; for values in [0, 1]: (pixels * 255).round().astype(np.uint8)" if is_float else ""
        raise ValueError(got + hint)
    return array
