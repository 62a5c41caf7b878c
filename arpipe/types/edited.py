"""Pictures of which a part was drawn on, and what differs between two pictures."""

from collections.abc import Sequence
from threading import RLock

import numpy as np
import numpy.typing as npt

from arpipe.types.pixels import Block, Part, Pixels
from arpipe.types.stored import StoredPicture, StoredRgb

BAND_PX = 64


class EditedPicture(StoredPicture):
    """A picture with blocks that were drawn on; the rest is only converted if somebody asks for all of it.

    Args:
        base: The picture without them.
        blocks: The blocks, disjoint; nobody writes into them any more.

    Attributes:
        base: As given.
    """

    def __init__(self, base: StoredPicture, blocks: Sequence[Block]) -> None:
        self.base = base
        self._blocks = tuple(blocks)
        self._lock = RLock()
        self._whole: Pixels | None = None
        self._changes: tuple[Part | None] | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return StoredRgb, (self.pixels(),)

    @property
    def shape(self) -> tuple[int, int, int]:  # noqa: D102
        return self.base.shape

    @property
    def has_pixels(self) -> bool:  # noqa: D102
        return self._whole is not None

    def pixels(self) -> Pixels:  # noqa: D102
        with self._lock:
            if self._whole is None:
                self._whole = self._edit(Block(self.base.pixels().copy())).pixels
            return self._whole

    def block(self, part: Part) -> Block:  # noqa: D102
        with self._lock:
            if self._whole is not None:
                return Block(self._whole)
            rows, columns = part
            return self._edit(Block(self.base.block(part).cut(part).copy(), columns.start, rows.start))

    def sampled(self, step: int) -> Pixels:  # noqa: D102
        return self.pixels()[::step, ::step]

    def changes(self) -> Part | None:
        """Return the smallest part that holds all pixels that differ from the base; None without any."""
        with self._lock:
            if self._changes is None:
                found = (
                    _moved(find_changes(self.base.block(each.part).cut(each.part), each.pixels), each)
                    for each in self._blocks
                )
                self._changes = (_around([part for part in found if part is not None]),)
            return self._changes[0]

    def _edit(self, block: Block) -> Block:
        """Copy what was drawn into a block without it."""
        for drawn in self._blocks:
            common = block.common(drawn)
            if common is not None:
                block.cut(common)[:] = drawn.cut(common)
        return block


def differ(before: Pixels, after: Pixels) -> bool:
    """Whether two pictures of one size differ in a pixel; stops at the first rows that do."""
    if before is after:
        return False
    bands = (slice(top, top + BAND_PX) for top in range(0, len(before), BAND_PX))
    return any(not np.array_equal(before[band], after[band]) for band in bands)


def find_changes(before: Pixels, after: Pixels) -> Part | None:
    """Return the smallest part of a picture that holds all differences to another one; None without any.

    Args:
        before: (h, w, 3) uint8.
        after: (h, w, 3) uint8.
    """
    if before is after:
        return None
    rows = _span(_differs_by_row(before, after))
    if rows is None:
        return None
    differs = (before[rows] != after[rows]).any(axis=0)
    columns = _span(differs.any(axis=1))
    return None if columns is None else (rows, columns)


def _differs_by_row(before: Pixels, after: Pixels) -> npt.NDArray[np.bool_]:
    """Return (h,) whether rows differ; compares eight bytes at once where rows are made of them."""
    ours, theirs = (np.ascontiguousarray(pixels).reshape(len(pixels), -1) for pixels in (before, after))
    if ours.shape[1] % 8 == 0:
        ours, theirs = ours.view(np.uint64), theirs.view(np.uint64)
    return np.asarray((ours != theirs).any(axis=1))


def _span(marked: npt.NDArray[np.bool_]) -> slice | None:
    """Return from the first to the last mark."""
    places = np.flatnonzero(marked)
    return slice(int(places[0]), int(places[-1]) + 1) if len(places) else None


def _moved(part: Part | None, block: Block) -> Part | None:
    """Return a part of a block as one of the picture."""
    if part is None:
        return None
    rows, columns = part
    return (
        slice(rows.start + block.top, rows.stop + block.top),
        slice(columns.start + block.left, columns.stop + block.left),
    )


def _around(parts: Sequence[Part]) -> Part | None:
    """Return the smallest part around others."""
    if not parts:
        return None
    rows, columns = (
        slice(min(side.start for side in sides), max(side.stop for side in sides))
        for sides in zip(*parts, strict=True)
    )
    return rows, columns
