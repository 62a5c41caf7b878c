"""Tables of profiles for the terminal."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from arpipe.apps.profile.compare import StageComparison
from arpipe.apps.profile.record import Measurement
from arpipe.apps.profile.report import Distribution, ProfileReport, quality_path
from arpipe.apps.profile.sweep import SweepPoint
from arpipe.timing import FRAME_STAGE

COLUMNS = ("p50", "p90", "p95", "p99", "max")
SWEEP_COLUMNS = ("p50", "p95", "p99")  # beside the axes, in 80 characters
COLORS = {"slower": "red", "faster": "green", "same": "dim", "too short to judge": "dim"}


def report_table(report: ProfileReport) -> Table:
    """Build the table of all stages, the whole frame last, with rate and load in the caption."""
    run = report.run
    pace = " live" if run.get("live") else ""
    table = _stage_table(
        f"{run['source']}{pace} {run['width']}x{run['height']}, {_effects_text(run['effects'])}"
    )
    for stage, durations in report.stages.items():
        _add(table, stage, durations)
    table.add_section()
    _add(table, FRAME_STAGE, report.frame_ms)
    table.caption = "\n".join(_caption(report))
    return table


def _caption(report: ProfileReport) -> Iterator[str]:
    rate, latency = report.intervals, report.latency_ms
    lost = ", ".join(f"{count} at {place}" for place, count in report.dropped.items() if count) or "none"
    yield (
        f"{rate.fps:.1f} FPS over wall time, 1 % low {rate.low_1_percent_fps:.1f}, jitter {rate.jitter_ms:.1f} ms, "
        f"{rate.jank} stutters; CPU {report.cpu_percent:.0f} %, {report.rss_mb:.0f} MiB"
    )
    if report.run.get("live"):
        yield f"capture to present {latency.p50:.1f} ms, p95 {latency.p95:.1f}; dropped: {lost}"
        yield f"quality: {quality_path(report)}"
    yield f"networks on {report.run.get('provider')}, drawn by {report.run.get('renderer')}"


def live_table(measurement: Measurement) -> Table:
    """Build the table of a running measurement."""
    count = len(measurement.samples.get(FRAME_STAGE, ()))
    table = _stage_table(f"{count} frames")
    for stage in sorted(measurement.samples, key=lambda name: name == FRAME_STAGE):
        _add(table, stage, Distribution.of(measurement.samples[stage][-200:]))
    return table


def compare_table(comparisons: Sequence[StageComparison]) -> Table:
    """Build the table of a comparison, one row per stage."""
    table = Table(title="Before and after, medians in ms")
    for column in ("stage", "before", "after", "ratio", "95 % interval", "verdict"):
        table.add_column(column, justify="left" if column in {"stage", "verdict"} else "right")
    for stage in comparisons:
        table.add_row(
            stage.stage,
            f"{stage.before_ms:.2f}",
            f"{stage.after_ms:.2f}",
            f"{stage.ratio:.3f}",
            f"{stage.low:.3f} to {stage.high:.3f}",
            f"[{COLORS[stage.verdict]}]{stage.verdict}[/]",
        )
    return table


def sweep_table(points: Sequence[SweepPoint], budget_ms: float | None) -> Table:
    """Build the table of a sweep, one row per combination, with those over the budget marked."""
    table = Table(title="Frame, ms" + (f"; budget {budget_ms:g} ms at p95" if budget_ms else ""))
    for axis in points[0].values:
        longest = max(len(point.values[axis]) for point in points)
        table.add_column(axis, justify="right", min_width=max(longest, len(axis)))
    for column in (*SWEEP_COLUMNS, "FPS", "ratio"):
        table.add_column(column, justify="right")
    if budget_ms:
        table.add_column("budget")
    first = points[0].report.frame_ms.p50
    for point in points:
        frame = point.report.frame_ms
        cells = [f"{getattr(frame, column):.2f}" for column in SWEEP_COLUMNS]
        cells += [f"{1000.0 / frame.p50:.0f}", f"{frame.p50 / first:.2f}"]
        if budget_ms:
            cells.append("ok" if frame.p95 <= budget_ms else "[red]over[/]")
        table.add_row(*point.values.values(), *cells)
    return table


def _stage_table(title: str) -> Table:
    table = Table(title=title)
    table.add_column("stage")
    for column in (*COLUMNS, "FPS"):
        table.add_column(column, justify="right")
    return table


def _add(table: Table, stage: str, durations: Distribution) -> None:
    cells = [f"{getattr(durations, column):.2f}" for column in COLUMNS]
    table.add_row(stage, *cells, f"{1000.0 / max(durations.p50, 1e-6):.0f}")


def _effects_text(effects: Sequence[str]) -> str:
    return ", ".join(effects) if effects else "no effect"
