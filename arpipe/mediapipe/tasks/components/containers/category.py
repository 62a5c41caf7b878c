"""Labels with scores."""

from dataclasses import dataclass


@dataclass
class Category:
    """A label and how sure it is, in [0, 1]."""

    index: int | None = None
    score: float | None = None
    display_name: str | None = None
    category_name: str | None = None
