"""What `arpipe live` prints: how it went."""

from rich.console import Console

from arpipe.apps.live.run import live
from arpipe.apps.live.session import LiveReport
from arpipe.config import RunConfig


def show(run: RunConfig, console: Console | None = None) -> None:
    """Run live and say in the end what it was like."""
    console = console or Console()
    console.print(summary(live(run=run)), markup=False, highlight=False, soft_wrap=True)


def summary(report: LiveReport) -> str:
    """One or two lines."""
    if not report.frames:
        return "nothing was shown"
    lost = ", ".join(f"{count} at {place}" for place, count in report.dropped.items() if count)
    text = (
        f"{report.frames} pictures, {report.fps:.1f} FPS (slowest hundredth {report.low_fps:.1f}), "
        f"{report.latency_p50_ms:.0f} ms from camera to picture (p95 {report.latency_p95_ms:.0f}), "
        f"dropped: {lost or 'none'}"
    )
    if report.decisions:
        text += f"\nquality: {' → '.join([report.decisions[0].from_level, *(d.to_level for d in report.decisions)])}"
    return text
