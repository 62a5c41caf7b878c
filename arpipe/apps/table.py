"""Stage timings as a table and as JSON."""

import json
import os
import platform
from pathlib import Path

from rich.table import Table

from arpipe.io.atomic import write_text
from arpipe.timing import FRAME_STAGE, Summary, TimingLog

TIMINGS_SCHEMA = 1


def timing_table(log: TimingLog, title: str = "time per frame") -> Table:
    """Build a table with one row per stage: count, p50, p95 and max in ms, and the rate of the stage alone."""
    table = Table(title=title, title_justify="left")
    table.add_column("stage")
    for column in ("count", "p50 ms", "p95 ms", "max ms", "FPS"):
        table.add_column(column, justify="right")
    for stage, summary in log.summaries().items():
        if stage == FRAME_STAGE:
            table.add_section()
        table.add_row(stage, str(summary.count), *_cells(summary))
    return table


def timing_record(log: TimingLog, wall_s: float) -> dict[str, object]:
    """Return the timings as plain values for JSON.

    Args:
        log: The timings of all frames.
        wall_s: Duration of the whole run, s.
    """
    return {
        "schema": TIMINGS_SCHEMA,
        "frames": log.frames,
        "wall_s": round(wall_s, 3),
        "fps": round(log.frames / wall_s, 2) if wall_s > 0 else 0.0,
        "stages": {stage: _record(summary) for stage, summary in log.summaries().items()},
        "machine": {
            "system": platform.platform(),
            "processor": platform.processor() or platform.machine(),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
    }


def write_timings(path: Path, record: dict[str, object]) -> None:
    """Write a record as JSON; raises OutputError."""
    write_text(path, json.dumps(record, indent=2) + "\n")


def _cells(summary: Summary) -> tuple[str, ...]:
    return (
        f"{summary.p50_ms:.2f}",
        f"{summary.p95_ms:.2f}",
        f"{summary.max_ms:.2f}",
        f"{summary.fps:.0f}" if summary.fps < 10000 else "-",
    )


def _record(summary: Summary) -> dict[str, float]:
    return {
        "count": summary.count,
        "mean_ms": round(summary.mean_ms, 3),
        "p50_ms": round(summary.p50_ms, 3),
        "p90_ms": round(summary.p90_ms, 3),
        "p95_ms": round(summary.p95_ms, 3),
        "p99_ms": round(summary.p99_ms, 3),
        "max_ms": round(summary.max_ms, 3),
        "fps": round(min(summary.fps, 1e6), 2),
    }
