"""Dimensions, texts and colours of a pair of glasses, from `styles/styles.toml` and `styles/presets.toml`."""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from glasses.front import Front

STYLES = Path(__file__).parent / "styles"

Point = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Temple:
    """An acetate temple.

    Attributes:
        hinge: Flat point of the left hinge.
        width, height: Keys (fraction of length, mm) of its profile, see `bar`.
        start: Flat point of the front in whose tangent plane it starts; None for that of the hinge.
        corner: See `bar`.
        cap: Rounding radius of the tip, mm.
    """

    hinge: tuple[float, float, float]
    width: list[Point]
    height: list[Point]
    start: Point | None = None
    corner: float = 0.38
    cap: float = 1.4


@dataclass(frozen=True, eq=False)
class Style:
    """A pair of glasses before it is modelled.

    Attributes:
        name: Name of folder and effect.
        title: Name in menus.
        description: One sentence.
        tags: Words to search for.
        front: Dimensions of the front.
        temple_mm: Length of a temple along its centre line.
        opening: Control points of the left lens opening, flat.
        half_outline: Control points of the left half of the outline, from top to bottom of the mid-plane.
        temple: The temples; None if they are of metal.
        vertex_distance_mm: Distance from lens to cornea that the model is designed for.
        presets: The colours that it comes in, from `styles/presets.toml`, by name.
    """

    name: str
    title: str
    description: str
    tags: list[str]
    front: Front
    temple_mm: float
    opening: list[Point]
    half_outline: list[Point]
    temple: Temple | None = None
    vertex_distance_mm: float = 13.0
    presets: dict[str, dict[str, Any]] = field(default_factory=dict)


def load_style(name: str) -> Style:
    """Return a style by name."""
    table = {"opening": [], "half_outline": [], **_table("styles")[name]}
    table["front"] = Front(**table["front"])
    if "temple" in table:
        table["temple"] = Temple(**table["temple"])
    return Style(name=name, presets=_table("presets")[name], **table)


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((STYLES / f"{name}.toml").read_text(encoding="utf-8"))
