"""Which classes are taken for which."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """How often samples of each class were recognised as each class.

    Attributes:
        classes: Names.
        counts: (k, k), actual by recognised class.
    """

    classes: tuple[str, ...]
    counts: np.ndarray

    @property
    def accuracy(self) -> float | None:
        """Share of right answers, every class of equal weight; None if nothing could be left out for the test."""
        totals = self.counts.sum(axis=1)
        if not totals.all():
            return None
        return float((np.diag(self.counts) / totals).mean())

    def rows(self) -> list[tuple[str, ...]]:
        """Return a table as text: a header, then a row per actual class."""
        header = ("actual \\ recognised", *self.classes)
        pairs = zip(self.classes, self.counts.tolist(), strict=True)
        return [header, *((name, *(str(count) for count in row)) for name, row in pairs)]
