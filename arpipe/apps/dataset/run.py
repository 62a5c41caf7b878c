"""`arpipe dataset summary`: a table of the clips of a dataset, and plots."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arpipe.apps.batch.history.manifest import read_attempts
from arpipe.apps.dataset.plots import write_plots
from arpipe.apps.dataset.summary import ClipSummary, summaries, yaws_deg
from arpipe.apps.wording import percent, visible


def run(folder: Path, plots: Path | None = None, console: Console | None = None) -> int:
    """Print a table of all inputs of a dataset, and the inputs that failed.

    Args:
        folder: The dataset.
        plots: Folder for plots as SVG, which is made; None for none.
        console: Where to print; standard output by default.

    Returns:
        Exit code: 0.

    Raises:
        MediaError: It is not a dataset, or a file of it is damaged.
        ConfigError: Its manifest is of another version of arpipe, or no manifest.
        MissingExtra: The extra `parquet` is not installed.
        OutputError: A plot cannot be written.
    """
    console = console or Console()
    clips = list(summaries(folder))
    table = Table(title=_total(clips), title_justify="left")
    table.add_column("input", overflow="fold")
    for column in ("frames", "seconds", "with\na face", "most\nfaces", "gaps", "longest\ngap, s"):
        table.add_column(column, justify="right", no_wrap=True)
    for clip in clips:
        share = percent(clip.found, clip.frames, digits=1) if clip.frames else "-"
        figures = (str(clip.frames), f"{clip.duration_s:.1f}", share, str(clip.most), str(len(clip.gaps)))
        table.add_row(escape(visible(clip.source)), *figures, f"{clip.longest_gap_s:.1f}")
    console.print(table)
    for line in _failures(folder):
        _say(console, line)
    for path in () if plots is None else write_plots(plots, clips, yaws_deg(folder)):
        _say(console, f"wrote {path}")
    return 0


def _failures(folder: Path) -> Iterator[str]:
    """Yield a line for every input that failed, or one if that is not known."""
    attempts = read_attempts(folder)
    if not attempts:
        yield f"{folder}: has no manifest, which is in the folder of --output, so failed inputs are not known"
    for attempt in attempts.values():
        if attempt.state != "done" and not attempt.piece:
            yield f"{attempt.state}: {attempt.input}: {_without_name(attempt.reason, attempt.input)}"


def _say(console: Console, text: str) -> None:
    console.print(visible(text), markup=False, highlight=False, soft_wrap=True)


def _total(clips: Sequence[ClipSummary]) -> str:
    frames = sum(clip.frames for clip in clips)
    found = sum(clip.found for clip in clips)
    share = f", {percent(found, frames, digits=1)} of them with a face" if frames else ""
    seconds = sum(clip.duration_s for clip in clips)
    duration = f"{_duration(seconds)}, " if seconds else ""
    return (
        f"{len(clips)} input{'s' * (len(clips) != 1)}, {duration}{frames} frame{'s' * (frames != 1)}{share}"
    )


def _duration(seconds: float) -> str:
    """Return a duration in the unit that suits it."""
    if seconds < 60.0:
        return f"{seconds:.1f} seconds"
    return f"{seconds / 60.0:.1f} minutes" if seconds < 3600.0 else f"{seconds / 3600.0:.2f} hours"


def _without_name(reason: str, spec: str) -> str:
    """Return why an input failed without its name, which may be relative in the reason and absolute in the spec."""
    name, colon, rest = reason.partition(": ")
    return rest if colon and spec.endswith(name) else reason
