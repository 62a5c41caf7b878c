"""`arpipe profile`: measure, print, write."""

import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.live import Live

from arpipe.apps.profile.measure import measure
from arpipe.apps.profile.page import page_html
from arpipe.apps.profile.record import Measurement
from arpipe.apps.profile.report import ProfileReport
from arpipe.apps.profile.sweep import SweepPoint, parse_sweep, sweep
from arpipe.apps.profile.tables import live_table, report_table, sweep_table
from arpipe.apps.profile.trace import trace_json
from arpipe.apps.run_files import check_outputs, config_files, control_files, source_files
from arpipe.config import RunConfig
from arpipe.io.atomic import write_text
from arpipe.io.outputs import named_files
from arpipe.timing import FRAME_STAGE

STDOUT = "-"
REFRESH_FRAMES = 15  # updating the table takes a few ms between frames


@dataclass(frozen=True, slots=True)
class Outputs:
    """Files to write, or None; `json` may be "-" for standard output."""

    json: Path | None = None
    html: Path | None = None
    trace: Path | None = None


def run(
    config: RunConfig,
    outputs: Outputs,
    sweeps: list[str],
    budget_ms: float | None,
    config_file: Path | None = None,
    controls_file: str | Path | None = None,
) -> int:
    """Measure, print the tables and write the reports.

    Args:
        config: What to measure.
        outputs: Files to write; checked before the measurement.
        sweeps: Axes as `size=640x480,1280x720`; empty for a single run.
        budget_ms: What a frame may take at p95, ms; None for no limit.
        config_file: File that `config` was read from, which no output may overwrite.
        controls_file: File that its controls were read from.

    Returns:
        Exit code: 1 if something takes longer than the budget at p95, else 0.
    """
    to_stdout = outputs.json is not None and str(outputs.json) == STDOUT
    console = Console(file=sys.stderr if to_stdout else sys.stdout)
    check_outputs(
        named_files(
            {
                "--json": None if to_stdout else outputs.json,
                "--html": outputs.html,
                "--trace": outputs.trace,
                "--output": config.profile.output,
            }
        ),
        [
            *source_files([config.profile.source]),
            *config_files(config, config_file),
            *control_files(
                config.controls, config.recognizer, None if controls_file is None else Path(controls_file)
            ),
        ],
        console,
    )
    if sweeps:
        return _sweep(config, sweeps, budget_ms, console)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        report, measurement = measure(config.profile, config, lambda measurement: _refresh(live, measurement))
    console.print(report_table(report))
    _write(report, outputs, to_stdout)
    if outputs.trace is not None:
        write_text(outputs.trace, trace_json(measurement.spans, measurement.marks))
    over = budget_ms is not None and report.frame_ms.p95 > budget_ms
    if over:
        console.print(
            f"[red]over the budget[/]: {report.frame_ms.p95:.1f} ms at p95, {budget_ms:g} ms allowed"
        )
    return int(over)


def _write(report: ProfileReport, outputs: Outputs, to_stdout: bool) -> None:
    if to_stdout:
        sys.stdout.write(report.to_json())
    elif outputs.json is not None:
        write_text(outputs.json, report.to_json())
    if outputs.html is not None:
        write_text(outputs.html, page_html(report))


def _sweep(config: RunConfig, sweeps: list[str], budget_ms: float | None, console: Console) -> int:
    def say(point: SweepPoint) -> None:
        named = ", ".join(f"{axis} {value}" for axis, value in point.values.items())
        console.print(f"[dim]{named}: {point.report.frame_ms.p50:.2f} ms[/]")

    points = sweep(parse_sweep(sweeps), config.profile, config, say)
    console.print(sweep_table(points, budget_ms))
    return int(budget_ms is not None and any(point.report.frame_ms.p95 > budget_ms for point in points))


def _refresh(live: Live, measurement: Measurement) -> None:
    if live.console.is_terminal and len(measurement.samples[FRAME_STAGE]) % REFRESH_FRAMES == 0:
        live.update(live_table(measurement), refresh=True)
