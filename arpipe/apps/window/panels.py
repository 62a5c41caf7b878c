"""Panels that report: pills, notices, tables, figures and questions."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arpipe.apps.stream.figures import StageMean
from arpipe.apps.window.canvas import (
    ACCENT,
    CALM,
    FAINT,
    KEY_BACK,
    ON_ACCENT,
    TEXT,
    TRACK,
    Color,
    Panel,
    PanelCanvas,
    printable,
    shortened,
    text_width,
)
from arpipe.apps.window.placement import Hotspot, Sheet
from arpipe.controls.actions import Action
from arpipe.timing import FRAME_STAGE

BAR_WIDTH, PROFILE_WIDTH = 150, 396
FULL_BAR_MS = 20.0
LINE_LENGTH = 84
ALWAYS = 0.95  # share of frames from which on a stage is taken to run in every frame

DRAWING = ("upload", "draw", "readback", "present")
"""Stages of drawing; all others are of perception."""
QUESTION_BACK = (24, 27, 33, 240)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question: its text, the key that gives it, and what it does."""

    label: str
    key: str
    action: Action


def pill(text: str, scale: float, dot: Color | None = None) -> Panel:
    """Draw a short text in a rounded panel, after a coloured dot; long texts are wrapped."""
    lines = [part for line in text.splitlines() for part in textwrap.wrap(printable(line), LINE_LENGTH)]
    lead = 34.0 if dot else 18.0
    width = max(text_width(line, 16, scale) for line in lines)
    canvas = PanelCanvas(lead + width + 18, 16 + 22 * len(lines), scale, 19)
    if dot:
        canvas.rounded((16, 14, 26, 24), 5, dot)
    for row, line in enumerate(lines):
        canvas.text((lead, 19 + 22 * row), line, 16)
    return canvas.finish()


def notice(title: str, lines: Sequence[str], scale: float) -> Panel:
    """Draw a message: a title, and below what to do."""
    width = max([text_width(title, 24, scale), *(text_width(line, 15, scale) for line in lines)]) + 64
    canvas = PanelCanvas(width, 76 + 24 * len(lines), scale, 18)
    canvas.text((width / 2, 38), title, 24, TEXT, "mm")
    for row, line in enumerate(lines):
        canvas.text((width / 2, 74 + 24 * row), line, 15, FAINT, "mm")
    return canvas.finish()


def no_picture(problem: str, scale: float) -> Panel:
    """Draw why there is no picture from the camera, and what to do."""
    return notice("No picture from the camera", problem.strip().splitlines(), scale)


def key_table(title: str, rows: Sequence[tuple[str, str]], scale: float) -> Panel:
    """Draw a table of keys and their actions."""
    keys = max(text_width(key, 15, scale) for key, _ in rows) + 22
    width = keys + max(text_width(what, 15, scale) for _, what in rows) + 62
    canvas = PanelCanvas(width, 72 + 30 * len(rows), scale, 18)
    canvas.text((24, 32), title, 20)
    for row, (key, what) in enumerate(rows):
        y = 70 + 30 * row
        canvas.rounded((22, y - 12, 22 + keys, y + 12), 6, KEY_BACK)
        canvas.text((22 + keys / 2, y), key, 15, ACCENT, "mm")
        canvas.text((38 + keys, y), what, 15)
    return canvas.finish()


def question(title: str, text: str, answers: Sequence[Answer], scale: float) -> Sheet:
    """Draw a question with a button for each answer, the first one highlighted."""
    widths = [
        text_width(answer.label, 16, scale) + text_width(answer.key, 13, scale) + 58 for answer in answers
    ]
    texts = max(text_width(title, 22, scale), text_width(text, 15, scale))
    width = max(texts + 64, sum(widths) + 12 * (len(widths) - 1) + 48)
    canvas = PanelCanvas(width, 148, scale, 20, QUESTION_BACK)
    canvas.text((width / 2, 34), title, 22, TEXT, "mm")
    canvas.text((width / 2, 64), text, 15, FAINT, "mm")
    hotspots = []
    left = (width - sum(widths) - 12 * (len(widths) - 1)) / 2
    for answer, button in zip(answers, widths, strict=True):
        is_first = answer is answers[0]
        box = (left, 90, left + button, 130)
        canvas.rounded(box, 14, ACCENT if is_first else KEY_BACK)
        canvas.text((left + 18, 110), answer.label, 16, ON_ACCENT if is_first else TEXT)
        canvas.text((left + button - 18, 110), answer.key, 13, ON_ACCENT if is_first else FAINT, "rm")
        hotspots.append(Hotspot(box, answer.action, radius=14))
        left += button + 12
    return Sheet(canvas.finish(), tuple(hotspots))


def profile(
    stages: Mapping[str, StageMean], head: str, quality: str, foot: Sequence[str], scale: float
) -> Panel:
    """Draw the mean duration of each stage per frame, one bar per stage, and how often the stage runs."""
    drawing = [name for name in DRAWING if name in stages]
    rows = [name for name in stages if name not in DRAWING and name != FRAME_STAGE] + drawing
    canvas = PanelCanvas(PROFILE_WIDTH, 82 + 22 * len(rows) + 20 * len(foot), scale, 16)
    canvas.text((18, 26), head, 20)
    canvas.text((18, 50), f"quality: {quality}", 13, FAINT)
    canvas.text((PROFILE_WIDTH - 18, 50), "mean per frame", 13, FAINT, "rm")
    for row, name in enumerate(rows):
        _stage(canvas, name, stages[name], 78 + 22 * row)
    for row, line in enumerate(foot):
        canvas.text((18, 84 + 22 * len(rows) + 20 * row), line, 13, FAINT)
    return canvas.finish()


def _stage(canvas: PanelCanvas, name: str, mean: StageMean, y: float) -> None:
    """Draw the row of a stage."""
    canvas.text((18, y), name, 14, FAINT)
    canvas.rounded((108, y - 5, 108 + BAR_WIDTH, y + 5), 5, TRACK)
    length = min(1.0, mean.mean_ms / FULL_BAR_MS) * BAR_WIDTH
    if length >= 1.0:
        color = ACCENT if name in DRAWING else CALM
        canvas.rounded((108, y - 5, 108 + max(length, 6.0), y + 5), 5, color)
    canvas.text((326, y), f"{mean.mean_ms:.1f} ms", 14, TEXT, "rm")
    if mean.share < ALWAYS:
        canvas.text((PROFILE_WIDTH - 18, y), f"{mean.share:.0%}", 13, FAINT, "rm")


def scores(title: str, rows: Sequence[tuple[str, float]], lines: Sequence[str], scale: float) -> Panel:
    """Draw values in [0, 1] as bars, and lines of text below."""
    width = 360
    canvas = PanelCanvas(width, 54 + 22 * (len(rows) + len(lines)), scale, 16)
    canvas.text((18, 24), title, 15)
    for row, (name, value) in enumerate(rows):
        y = 52 + 22 * row
        canvas.text((18, y), shortened(name, 14, 132, scale), 14, FAINT)
        canvas.rounded((160, y - 5, 160 + BAR_WIDTH, y + 5), 5, TRACK)
        if value * BAR_WIDTH >= 1.0:
            canvas.rounded((160, y - 5, 160 + max(value * BAR_WIDTH, 6.0), y + 5), 5, CALM)
        canvas.text((width - 14, y), f"{value:.2f}", 14, TEXT, "rm")
    for row, line in enumerate(lines):
        canvas.text((18, 52 + 22 * (len(rows) + row)), line, 14)
    return canvas.finish()
