"""Plots of a dataset: when each clip shows a face, how heads are turned, and how long faces are missing."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from arpipe.apps.dataset.summary import ClipSummary
from arpipe.apps.svg import COLOURS, GRID, SOFT, bar_chart, document, rectangle, text
from arpipe.apps.wording import percent
from arpipe.io.atomic import make_parent, write_text

MOST_CLIPS = 60  # in the plot; those with the lowest share of frames with a face
YAW_STEP_DEG, YAW_LIMIT_DEG = 5, 90
GAP_LIMITS_S = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

_WIDTH, _ROW, _TOP, _LEFT, _RIGHT = 900, 18, 44, 260, 70
_NAME_CHARACTERS = 38


def write_plots(
    folder: Path, clips: Sequence[ClipSummary], yaws_deg: Iterable[Sequence[float]]
) -> list[Path]:
    """Write all plots into a folder, which is made.

    Returns:
        The files.

    Raises:
        OutputError: One cannot be written.
    """
    drawn = {"clips": clips_svg(clips), "yaw": yaw_svg(yaws_deg), "gaps": gaps_svg(clips)}
    paths = {name: folder / f"{name}.svg" for name in drawn}
    make_parent(paths["clips"])
    for name, path in paths.items():
        write_text(path, drawn[name])
    return list(paths.values())


def clips_svg(clips: Sequence[ClipSummary]) -> str:
    """Draw a line per clip, as long as the clip, with the times without a face in another colour."""
    shown = clips
    if len(clips) > MOST_CLIPS:
        shown = sorted(clips, key=lambda clip: clip.found / max(1, clip.frames))[:MOST_CLIPS]
    longest_s = max((clip.duration_s for clip in shown), default=0.0) or 1.0
    scale = (_WIDTH - _LEFT - _RIGHT) / longest_s
    parts = [
        text(_LEFT, _TOP - 6, "0 s", SOFT),
        text(_WIDTH - _RIGHT, _TOP - 6, f"{longest_s:.1f} s", SOFT, anchor="end"),
    ]
    for row, clip in enumerate(shown):
        y = _TOP + row * _ROW
        parts.append(text(_LEFT - 8, y + 13, _shortened(clip.source), anchor="end"))
        parts.append(rectangle(_LEFT, y + 3, clip.duration_s * scale, _ROW - 6, COLOURS[0]))
        parts += (
            rectangle(_LEFT + gap.start_s * scale, y + 3, gap.duration_s * scale, _ROW - 6, GRID)
            for gap in clip.gaps
        )
        parts.append(text(_WIDTH - 12, y + 13, percent(clip.found, max(1, clip.frames)), anchor="end"))
    which = f"the {MOST_CLIPS} of {len(clips)} clips with the fewest faces" if shown is not clips else "clips"
    title = f"{which}: with a face (blue) and without (grey), share of the frames with a face"
    return document(_WIDTH, _TOP + len(shown) * _ROW + 12, title, parts)


def yaw_svg(yaws_deg: Iterable[Sequence[float]]) -> str:
    """Draw a histogram of all heads' yaw."""
    steps = 2 * YAW_LIMIT_DEG // YAW_STEP_DEG
    counts = Counter(
        min(steps - 1, max(0, int((yaw + YAW_LIMIT_DEG) // YAW_STEP_DEG)))
        for clip in yaws_deg
        for yaw in clip
    )
    starts = [-YAW_LIMIT_DEG + YAW_STEP_DEG * step for step in range(steps)]
    bars = [(str(start) if start % 30 == 0 else "", counts[step]) for step, start in enumerate(starts)]
    label = "yaw, degrees, in steps of 5; positive where the nose turns to the viewer's right"
    return bar_chart("yaw of all heads", label, "faces in frames", bars)


def gaps_svg(clips: Sequence[ClipSummary]) -> str:
    """Draw a histogram of the durations of gaps."""
    durations_s = [gap.duration_s for clip in clips for gap in clip.gaps]
    counts = Counter(bisect_right(GAP_LIMITS_S, duration_s) - 1 for duration_s in durations_s)
    ends = [f"{end:g}" for end in GAP_LIMITS_S[1:]]
    labels = [f"{start:g} to {end}" for start, end in zip(GAP_LIMITS_S, ends, strict=False)]
    bars = [(label, counts[step]) for step, label in enumerate([*labels, f"{GAP_LIMITS_S[-1]:g} or more"])]
    title = f"{len(durations_s)} gap{'s' * (len(durations_s) != 1)}: times without a face"
    return bar_chart(title, "duration, s", "gaps", bars)


def _shortened(source: str) -> str:
    return source if len(source) <= _NAME_CHARACTERS else f"…{source[1 - _NAME_CHARACTERS :]}"
