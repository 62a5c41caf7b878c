"""Errors over an angle as SVG, without a plotting library."""

from collections.abc import Mapping

import numpy as np

from arpipe.apps.svg import COLOURS, GRID, INK, document, text
from arpipe.geometry.transforms import Array

WIDTH, HEIGHT = 720, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 140, 34, 46
STEP_DEG = 15  # between vertical lines, and width of the windows whose means are joined


def scatter_svg(title: str, x_label: str, series: Mapping[str, tuple[Array, Array]]) -> str:
    """Draw errors over a true angle: a dot for each picture, and a line through means of windows.

    Args:
        title: Above the plot.
        x_label: Below it; the angle in degrees.
        series: Name → (n,) angles, (n,) errors, both degrees.
    """
    angles = np.concatenate([x for x, _ in series.values()] or [np.zeros(1)])
    errors = np.concatenate([y for _, y in series.values()] or [np.zeros(1)])
    low, high = _rounded(angles.min(initial=0.0), -1), _rounded(angles.max(initial=0.0), 1)
    top = max(2.0, 2.0 * np.ceil(errors.max(initial=0.0) / 2.0))
    scale = _Scale(low, max(high, low + STEP_DEG), float(top))
    parts = _axes(scale, x_label)
    for index, (name, (x, y)) in enumerate(series.items()):
        colour = COLOURS[index % len(COLOURS)]
        parts += _dots(scale, x, y, colour)
        parts.append(_line(scale, x, y, colour))
        parts.append(text(WIDTH - RIGHT + 14, TOP + 16 + 18 * index, name, colour))
    return document(WIDTH, HEIGHT, title, parts)


class _Scale:
    """Maps degrees to px of the drawing."""

    def __init__(self, low: float, high: float, top: float) -> None:
        self.low, self.high, self.top = low, high, top

    def x(self, angle: float) -> float:
        return LEFT + (angle - self.low) / (self.high - self.low) * (WIDTH - LEFT - RIGHT)

    def y(self, error: float) -> float:
        return HEIGHT - BOTTOM - error / self.top * (HEIGHT - TOP - BOTTOM)


def _axes(scale: _Scale, x_label: str) -> list[str]:
    parts = []
    for angle in np.arange(scale.low, scale.high + 1, STEP_DEG):
        x = scale.x(angle)
        parts.append(f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GRID}"/>')
        parts.append(text(x, HEIGHT - BOTTOM + 16, f"{angle:.0f}", anchor="middle"))
    for error in np.linspace(0.0, scale.top, 5):
        y = scale.y(error)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>')
        parts.append(text(LEFT - 6, y + 4, f"{error:g}", anchor="end"))
    parts.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_label, anchor="middle"))
    turned = f'transform="rotate(-90 14 {HEIGHT / 2:.0f})"'
    parts.append(
        f'<text x="14" y="{HEIGHT / 2:.0f}" fill="{INK}" text-anchor="middle" {turned}>error, degrees</text>'
    )
    return parts


def _dots(scale: _Scale, x: Array, y: Array, colour: str) -> list[str]:
    pairs = zip(x.tolist(), y.tolist(), strict=True)
    return [
        f'<circle cx="{scale.x(a):.1f}" cy="{scale.y(e):.1f}" r="2" fill="{colour}" fill-opacity="0.35"/>'
        for a, e in pairs
    ]


def _line(scale: _Scale, x: Array, y: Array, colour: str) -> str:
    points = []
    for middle in np.arange(scale.low, scale.high + 1, STEP_DEG / 2.0):
        near = np.abs(x - middle) <= STEP_DEG / 2.0
        if near.any():
            points.append(f"{scale.x(middle):.1f},{scale.y(float(y[near].mean())):.1f}")
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>'


def _rounded(angle: float, direction: int) -> float:
    """Round to the next grid line in a direction, -1 or 1."""
    return float(direction * np.ceil(direction * angle / STEP_DEG) * STEP_DEG)
