"""Boxes in pixels."""

from dataclasses import dataclass


@dataclass
class BoundingBox:
    """An upright box, px."""

    origin_x: int
    origin_y: int
    width: int
    height: int
