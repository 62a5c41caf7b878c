"""Heat maps of any classifier: parts of the picture are covered, and the score is watched.

Sources: M. D. Zeiler, R. Fergus, ECCV 2014 (occlusion); V. Petsiuk et al., BMVC 2018 (RISE).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import cv2
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.types import Pixels, Points

Score: TypeAlias = Callable[[Sequence[Pixels]], Array]
"""Returns the scores (n,) of one class for pictures of the network's size."""

BATCH = 16
PATCHES = 7  # side of the picture over that of the cover
STEPS = 13  # places of the cover across the picture, half a cover apart
RISE_CELLS = 7
RISE_MASKS = 512
RISE_SHOWN = 0.5  # part of the cells of a mask that show the picture
SEED = 0


def occlusion(score: Score, picture: Pixels) -> Points:
    """Return how much the score falls where a cover in the picture's mean colour lies.

    Args:
        score: Of the class.
        picture: (h, w, 3) RGB of the network's size.

    Returns:
        (13, 13) float32, ≥ 0 where the class depends on the place.
    """
    height, width = picture.shape[:2]
    colour = picture.reshape(-1, 3).mean(axis=0).astype(np.uint8)
    boxes = [
        (slice(*_span(row, height)), slice(*_span(column, width)))
        for row in range(STEPS)
        for column in range(STEPS)
    ]

    def covered() -> Iterator[Pixels]:
        for box in boxes:
            copy = picture.copy()
            copy[box] = colour
            yield copy

    whole = float(score([picture])[0])
    scores = np.concatenate([score(batch) for batch in _batches(covered())])
    return (whole - scores).reshape(STEPS, STEPS).astype(np.float32)


def rise(score: Score, picture: Pixels, masks: int = RISE_MASKS, seed: int = SEED) -> Points:
    """Return the mean of random smooth masks, weighted by the score of what each shows.

    Args:
        score: Of the class.
        picture: (h, w, 3) RGB of the network's size.
        masks: Number of masks; noise falls with its square root.
        seed: Of the masks.

    Returns:
        (h, w) float32, about 0 where the class does not depend on the place.
    """
    height, width = picture.shape[:2]
    rng = np.random.default_rng(seed)
    total, sum_of_masks = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    sum_of_scores = 0.0
    for start in range(0, masks, BATCH):
        chosen = [_smooth_mask(rng, height, width) for _ in range(min(BATCH, masks - start))]
        scores = score([(picture * mask[..., None]).astype(np.uint8) for mask in chosen])
        for mask, value in zip(chosen, scores.tolist(), strict=True):
            total += np.float32(value) * mask
            sum_of_masks += mask
            sum_of_scores += value
    # Subtracting what masks that know nothing of the picture give removes their uneven cover, which else is noise.
    return np.asarray((total - sum_of_masks * np.float32(sum_of_scores / masks)) / masks, np.float32)


def _span(step: int, length: int) -> tuple[int, int]:
    center, half = (step + 0.5) * length / STEPS, length / PATCHES / 2.0
    return max(round(center - half), 0), min(round(center + half), length)


def _smooth_mask(rng: np.random.Generator, height: int, width: int) -> Points:
    """Return a coarse random grid, enlarged smoothly and shifted by a part of a cell: (h, w) in [0, 1]."""
    cells = (rng.random((RISE_CELLS + 1, RISE_CELLS + 1)) < RISE_SHOWN).astype(np.float32)
    cell_height, cell_width = -(-height // RISE_CELLS), -(-width // RISE_CELLS)
    size = (cell_width * (RISE_CELLS + 1), cell_height * (RISE_CELLS + 1))
    large = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR)
    top, left = int(rng.integers(cell_height)), int(rng.integers(cell_width))
    return np.asarray(large[top : top + height, left : left + width], np.float32)


def _batches(pictures: Iterator[Pixels]) -> Iterator[list[Pixels]]:
    batch: list[Pixels] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
