"""Small plots as SVG, without a plotting library."""

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from arpipe.apps.wording import visible

FONT = 'font-family="sans-serif" font-size="12"'
GRID, INK, SOFT = "#d0d0d0", "#404040", "#808080"
COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd")

WIDTH, HEIGHT = 720, 300  # of a bar chart
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 34, 48


def document(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """Return a drawing on white, with a title in its upper left corner."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {FONT}>',
            f'<rect width="{width}" height="{height}" fill="white"/>',
            text(12, 20, title, size=14),
            *parts,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, words: str, colour: str = INK, anchor: str = "start", size: int = 12) -> str:
    """Return a line of text at the position of its baseline, px; `anchor` is start, middle or end."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(visible(words))}</text>"
    )


def rectangle(x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle, px."""
    return f'<rect x="{x:.2f}" y="{y:.2f}" width="{width:.2f}" height="{height:.2f}" fill="{colour}"/>'


def bar_chart(title: str, x_label: str, y_label: str, bars: Sequence[tuple[str, int]]) -> str:
    """Draw counts as bars.

    Args:
        title: Above the plot.
        x_label: What the bars stand for.
        y_label: What is counted.
        bars: Label below a bar, empty for none → count.
    """
    most = max((count for _, count in bars), default=0)
    most += most % 2 or 2 * (most == 0)  # so that half of it is a whole number
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(bars))
    bottom = HEIGHT - _BOTTOM
    parts = [text((_LEFT + WIDTH - _RIGHT) / 2, HEIGHT - 10, x_label, anchor="middle")]
    for share in (0.0, 0.5, 1.0):
        y = bottom - share * (bottom - _TOP)
        parts.append(f'<path d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}" stroke="{GRID}"/>')
        parts.append(text(_LEFT - 6, y + 4, f"{share * most:,.0f}", anchor="end"))
    for index, (label, count) in enumerate(bars):
        x, height = _LEFT + index * step, count / most * (bottom - _TOP)
        parts.append(rectangle(x + 1, bottom - height, step - 2, height, COLOURS[0]))
        parts.append(text(x + step / 2, bottom + 16, label, anchor="middle"))
    parts.append(text(WIDTH - _RIGHT, 20, y_label, SOFT, anchor="end"))
    return document(WIDTH, HEIGHT, title, parts)
