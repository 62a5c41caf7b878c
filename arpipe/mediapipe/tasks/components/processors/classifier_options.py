"""Which labels a classifier answers with."""

from dataclasses import dataclass


@dataclass
class ClassifierOptions:
    """Options of a classifier.

    Attributes:
        display_names_locale: Accepted; there are no display names.
        max_results: Accepted; a hand has one gesture, as in MediaPipe.
        score_threshold: Score in [0, 1] that a label needs.
        category_allowlist: Labels that are allowed; all if None or empty. Excludes a denylist.
        category_denylist: Labels that are not allowed.
    """

    display_names_locale: str | None = None
    max_results: int | None = -1
    score_threshold: float | None = None
    category_allowlist: list[str] | None = None
    category_denylist: list[str] | None = None
