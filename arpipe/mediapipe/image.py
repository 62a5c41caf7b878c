"""Pictures as tasks take them: `mp.Image`."""

import enum
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from arpipe.io.image.reader import read_image


class ImageFormat(enum.IntEnum):
    """Channels and depth of an image."""

    SRGB = 1
    SRGBA = 2
    GRAY8 = 3
    GRAY16 = 4
    SRGB48 = 7
    SRGBA64 = 8
    VEC32F1 = 9
    SBGRA = 11
    VEC32F2 = 12


# Channels and element type.
LAYOUTS: dict[ImageFormat, tuple[int, npt.DTypeLike]] = {
    ImageFormat.SRGB: (3, np.uint8),
    ImageFormat.SRGBA: (4, np.uint8),
    ImageFormat.SBGRA: (4, np.uint8),
    ImageFormat.GRAY8: (1, np.uint8),
    ImageFormat.GRAY16: (1, np.uint16),
    ImageFormat.SRGB48: (3, np.uint16),
    ImageFormat.SRGBA64: (4, np.uint16),
    ImageFormat.VEC32F1: (1, np.float32),
    ImageFormat.VEC32F2: (2, np.float32),
}


class Image:
    """A picture with the meaning of its channels; the pixels are copied.

    Args:
        image_format: What the channels are.
        data: (h, w, channels), or (h, w) for one channel.

    Raises:
        ValueError: The array has another shape or type than the format.
    """

    def __init__(self, image_format: ImageFormat, data: npt.NDArray[np.generic]) -> None:
        self.image_format = ImageFormat(image_format)
        channels, dtype = LAYOUTS[self.image_format]
        shape = (*data.shape[:2], channels) if channels > 1 else data.shape[:2]
        fits = data.ndim in (2, 3) and (data.shape == shape or (channels == 1 and data.shape == (*shape, 1)))
        if not fits or data.dtype != dtype:
            raise ValueError(
                f"mp.Image: {self.image_format.name} needs (h, w, {channels}) {np.dtype(dtype).name}, "
                f"got {data.shape} {data.dtype}"
            )
        self._data = np.array(data.reshape(shape), order="C")
        self._data.setflags(write=False)

    @classmethod
    def create_from_file(cls, file_name: str | Path) -> Self:
        """Read a picture file as SRGB.

        Raises:
            MediaError: It cannot be read.
        """
        return cls(ImageFormat.SRGB, read_image(Path(file_name)))

    @property
    def width(self) -> int:
        """Width, px."""
        return int(self._data.shape[1])

    @property
    def height(self) -> int:
        """Height, px."""
        return int(self._data.shape[0])

    @property
    def channels(self) -> int:
        """Number of channels."""
        return LAYOUTS[self.image_format][0]

    @property
    def step(self) -> int:
        """Bytes from one row to the next."""
        return int(self._data.strides[0])

    def numpy_view(self) -> npt.NDArray[np.generic]:
        """Return the pixels, read-only: (h, w, channels), or (h, w) for one channel."""
        return self._data

    def is_contiguous(self) -> bool:
        """Whether rows follow each other without gaps; they always do."""
        return True

    def is_empty(self) -> bool:
        """Whether there are no pixels."""
        return self._data.size == 0

    def uses_gpu(self) -> bool:
        """Whether the pixels are on a GPU; they never are."""
        return False

    def __getitem__(self, place: tuple[int, ...]) -> object:
        return self._data[place].item()


ImageFrame = Image
