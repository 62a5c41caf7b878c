"""Which classes are taken for which."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

MIXED_UP_SHARE = 0.2  # of held-out samples; fewer are taken for another class in recordings that work well


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

    def mixed_up(self, least_share: float = MIXED_UP_SHARE) -> list[tuple[str, str, float]]:
        """Return pairs of classes that are taken for each other.

        Args:
            least_share: Of the samples of both classes that must have been taken for the other one.

        Returns:
            The names of both classes and that share, the largest first.
        """
        pairs = list[tuple[str, str, float]]()
        for one, other in combinations(range(len(self.classes)), 2):
            total = self.counts[[one, other]].sum()
            share = float((self.counts[one, other] + self.counts[other, one]) / max(total, 1))
            if share >= least_share:
                pairs.append((self.classes[one], self.classes[other], share))
        return sorted(pairs, key=lambda pair: -pair[2])

    def rows(self) -> list[tuple[str, ...]]:
        """Return a table as text: a header, then a row per actual class."""
        header = ("actual \\ recognised", *self.classes)
        pairs = zip(self.classes, self.counts.tolist(), strict=True)
        return [header, *((name, *(str(count) for count in row)) for name, row in pairs)]
