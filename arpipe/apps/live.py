"""`arpipe live`: a camera with effects, in a window or without one."""

from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.hotkeys import Hotkeys
from arpipe.apps.reactions.live import Links, LiveReactions
from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.stream.figures import LiveReport
from arpipe.apps.stream.headless import ControlledPresenter
from arpipe.apps.stream.loop import LiveLoop, Watch
from arpipe.apps.stream.selection import check_controls
from arpipe.apps.stream.setup import LiveParts, open_session
from arpipe.config import LiveConfig, RunConfig
from arpipe.io.sink import Sink
from arpipe.render.layer import Layer


def live(
    config: LiveConfig | None = None,
    run: RunConfig | None = None,
    watch: Watch | None = None,
    sinks: Sequence[Sink] = (),
    layers: Sequence[Layer] = (),
) -> LiveReport:
    """Show a camera with effects until the window is closed, the source ends, a limit is reached, or Ctrl-C.

    Args:
        config: Source, window and outputs; None for `run.live`.
        run: Pipeline, effects and governor; None for the defaults.
        watch: Called with each presented picture on the drawing thread; returning False ends the run.
        sinks: Receive every picture, each on a thread of its own; closed at the end.
        layers: Custom effects; closed at the end.

    Raises:
        DeviceError: The window cannot be opened; without a window, the camera cannot be opened.
        ArpipeError: As for `Pipeline` and the sinks.
    """
    run = run or RunConfig()
    run = run.model_copy(update={"live": config or run.live})
    parts = LiveParts(watch, sinks, layers)
    if not run.live.window:
        return run_headless(run, parts)
    from arpipe.apps.window.app import run_window

    return run_window(run, parts)


def run_headless(run: RunConfig, parts: LiveParts) -> LiveReport:
    """Run without a window: pictures go to outlets and callbacks only."""
    with ExitStack() as stack:
        stack.enter_context(interrupt_on_termination())
        failures = Failures()
        check_controls(run.controls)
        reactions = LiveReactions(run, stack.enter_context(Links(run, failures)))
        hotkeys = stack.enter_context(Hotkeys(run.live.hotkeys))
        session = open_session(stack, run, parts, failures=failures)
        presenter = ControlledPresenter(session, run, reactions, hotkeys)
        return LiveLoop(session, presenter, run.live, parts.watch).run()


def show(run: RunConfig, console: Console | None = None) -> int:
    """Run live, then print a summary.

    Returns:
        Exit code: 1 if the source never worked or anything failed beside the picture, else 0.
    """
    console = console or Console()
    report = live(run=run)
    console.print(summary(report), markup=False, highlight=False, soft_wrap=True)
    return int(bool(report.problems))


def summary(report: LiveReport) -> str:
    """Summarize a report in a few lines."""
    if not report.frames:
        return "\n".join(("nothing was shown", *report.problems))
    lost = ", ".join(f"{count} at {place}" for place, count in report.dropped.items() if count)
    shown = "1 picture" if report.frames == 1 else f"{report.frames} pictures"
    text = (
        f"{shown}, {report.fps:.1f} FPS (1 % low {report.low_fps:.1f}), "
        f"{report.latency_p50_ms:.0f} ms from camera to picture (p95 {report.latency_p95_ms:.0f}), "
        f"dropped: {lost or 'none'}"
    )
    if report.decisions:
        levels = [report.decisions[0].from_level, *(decision.to_level for decision in report.decisions)]
        text += f"\nquality: {' → '.join(levels)}"
    for recording in report.recordings:
        text += f"\nrecorded {recording}"
    for problem in report.problems:
        text += f"\n{problem}"
    return text
