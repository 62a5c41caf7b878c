"""Decoded frames as pictures, which are converted to RGB where somebody looks at them, and can be written again."""

from threading import Lock

import av

from arpipe.io.traits import ColorTags
from arpipe.io.video.planes import PlanesToRgb
from arpipe.types import Block, Part, Pixels, StoredPicture, StoredRgb

MARGIN_PX = 8  # around parts that are converted, for others that reach a little farther


class DecodedPicture(StoredPicture):
    """A decoded frame that has the size and orientation of its pixels.

    Args:
        original: The frame, which the decoder may still need: nobody changes it.
        tags: How its numbers stand for colours.

    Attributes:
        original: As given.
        tags: As given.
    """

    def __init__(self, original: av.VideoFrame, tags: ColorTags) -> None:
        self.original, self.tags = original, tags

    @property
    def shape(self) -> tuple[int, int, int]:  # noqa: D102
        return self.original.height, self.original.width, 3

    def __reduce__(self) -> tuple[object, ...]:
        return StoredRgb, (self.pixels(),)


class ConvertedPicture(DecodedPicture):
    """A decoded frame whose pixels are known.

    Args:
        original: As for `DecodedPicture`.
        tags: As for `DecodedPicture`.
        pixels: (h, w, 3) uint8 RGB, C-contiguous.
    """

    def __init__(self, original: av.VideoFrame, tags: ColorTags, pixels: Pixels) -> None:
        super().__init__(original, tags)
        self._pixels = pixels

    @property
    def has_pixels(self) -> bool:  # noqa: D102
        return True

    def pixels(self) -> Pixels:  # noqa: D102
        return self._pixels

    def block(self, part: Part) -> Block:  # noqa: ARG002, D102
        return Block(self._pixels)

    def sampled(self, step: int) -> Pixels:  # noqa: D102
        return self._pixels[::step, ::step]


class PlanarPicture(DecodedPicture):
    """A decoded frame of which no more is converted than somebody looks at.

    Args:
        original: As for `DecodedPicture`.
        tags: As for `DecodedPicture`.
        to_rgb: Converts parts of it.
    """

    def __init__(self, original: av.VideoFrame, tags: ColorTags, to_rgb: PlanesToRgb) -> None:
        super().__init__(original, tags)
        self._to_rgb = to_rgb
        self._lock = Lock()
        self._whole: Pixels | None = None
        self._blocks: list[Block] = []

    @property
    def has_pixels(self) -> bool:  # noqa: D102
        return self._whole is not None

    def pixels(self) -> Pixels:  # noqa: D102
        with self._lock:
            return self._convert_all()

    def block(self, part: Part) -> Block:  # noqa: D102
        with self._lock:
            if self._whole is not None:
                return Block(self._whole)
            found = next((block for block in self._blocks if block.holds(part)), None)
            return found or self._convert(part)

    def sampled(self, step: int) -> Pixels:  # noqa: D102
        if self._whole is not None:
            return self._whole[::step, ::step]
        height, width, _ = self.shape
        rows = self._to_rgb(self.original, (slice(0, height, step), slice(0, width)))
        return rows[:, ::step]

    def _convert(self, part: Part) -> Block:
        """Convert a part and a margin around it, or everything if that is less than all parts so far."""
        height, width, _ = self.shape
        rows, columns = _widened(part[0], height), _widened(part[1], width)
        converted = sum(block.pixels.size // 3 for block in self._blocks)
        if converted + _area((rows, columns)) > height * width:
            return Block(self._convert_all())
        block = Block(self._to_rgb(self.original, (rows, columns)), columns.start, rows.start)
        self._blocks.append(block)
        return block

    def _convert_all(self) -> Pixels:
        if self._whole is None:
            height, width, _ = self.shape
            self._whole = self._to_rgb(self.original, (slice(0, height), slice(0, width)))
            self._blocks = []
        return self._whole


def _widened(side: slice, end: int) -> slice:
    return slice(max(0, side.start - MARGIN_PX), min(end, side.stop + MARGIN_PX))


def _area(part: Part) -> int:
    rows, columns = part
    return int((rows.stop - rows.start) * (columns.stop - columns.start))
