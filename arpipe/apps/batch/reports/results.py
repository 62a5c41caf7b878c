"""What became of the inputs of a batch, as lines and as the table of the summary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.apps.wording import percent, visible
from arpipe.io.object_store import text_of
from arpipe.subjects import exported

MAX_ROWS, SLOWEST = 40, 10  # of the table


@dataclass(frozen=True, slots=True)
class _Row:
    """An input that is done."""

    spec: str
    outcome: Outcome


class Results:
    """What became of the inputs so far.

    Attributes:
        failed: Number of inputs that failed.
        problems: Lines on inputs that failed or whose outputs lack content.
        incomplete: Number of inputs whose outputs lack content.
    """

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self.problems: list[str] = []
        self.failed = self.incomplete = 0

    def done(self, job: Job, outcome: Outcome) -> str:
        """Add an input that is done, and return the line on it."""
        self._rows.append(_Row(job.spec, outcome))
        losses = [f"LOST: {loss}" for loss in outcome.losses]
        if losses:
            self.incomplete += 1
            self.problems.append(f"{job.spec}: {', '.join(losses)}")
        facts = [found(outcome), *_drawn(outcome), _speed(outcome)]
        if outcome.decode_errors:
            facts.append(f"{outcome.decode_errors} damaged parts skipped")
        facts += (*outcome.notes, *losses)
        return f"{job.spec}: {', '.join(facts)} -> {', '.join(places(job))}"

    def failure(self, spec: str, reason: str) -> str:
        """Add an input that failed, and return the line on it."""
        line = f"failed: {spec}: {reason.removeprefix(f'{spec}: ')}"
        self.failed += 1
        self.problems.append(line)
        return line

    def summary(self, total: int, skipped: int) -> Group:
        """Return what became of all inputs, and a table of those that are done, of many inputs the slowest.

        Args:
            total: Number of inputs.
            skipped: Number of further inputs that were done already.
        """
        rows = self._rows if len(self._rows) <= MAX_ROWS else _slowest(self._rows)
        chosen = "" if rows is self._rows else "; the slowest"
        title = Text(f"{self._counts(total, skipped)}{chosen}")
        return Group(title, _table(rows)) if rows else Group(title)

    def _counts(self, total: int, skipped: int) -> str:
        already = f"{skipped} {'was' if skipped == 1 else 'were'} done already"
        if not total:
            return f"nothing to do; {already}" if skipped else "nothing to do"
        lost = f", {self.incomplete} of them with losses" if self.incomplete else ""
        counts = f"{len(self._rows)} of {total} done{lost}, {self.failed} failed"
        return f"{counts}, {already}" if skipped else counts


def found(outcome: Outcome) -> str:
    """Describe what was found: "3 faces" in a photo, "98 %, up to 3 faces" of a video's frames."""
    counts = [
        f"{outcome.most[subject.results]} {subject.kind if outcome.most[subject.results] == 1 else subject.results}"
        for subject in exported()
        if subject.results in outcome.most
    ]
    most = ", ".join(counts) or "nobody"
    if outcome.frames <= 1:
        return most if outcome.frames else "-"
    share = percent(outcome.frames_found, outcome.frames)
    return f"{share}, up to {most}" if counts else share


def places(job: Job) -> Iterator[str]:
    """Yield the outputs of a job; `*` stands for the folders of a dataset's tables."""
    if job.output is not None:
        yield text_of(job.output)
    if job.export is not None:
        is_dataset = job.export_format == "dataset"
        yield text_of(job.export.parent / "*" / job.export.name if is_dataset else job.export)
    if job.events is not None:
        yield text_of(job.events)


def _drawn(outcome: Outcome) -> Iterator[str]:
    """Say on how many frames of a video effects show; a note or a loss says if there are none."""
    if outcome.frames > 1 and outcome.frames_drawn:
        yield f"effects on {percent(outcome.frames_drawn, outcome.frames)}"


def _fps(outcome: Outcome) -> float:
    return outcome.frames / outcome.seconds if outcome.seconds > 0 else 0.0


def _speed(outcome: Outcome) -> str:
    if outcome.frames == 1:
        return f"{outcome.seconds:.1f} s"
    return f"{outcome.frames} frames, {_fps(outcome):.1f} FPS"


def _slowest(rows: Sequence[_Row]) -> list[_Row]:
    return sorted(rows, key=lambda row: row.outcome.seconds, reverse=True)[:SLOWEST]


def _table(rows: Sequence[_Row]) -> Table:
    table = Table()
    table.add_column("input", overflow="fold")
    for column in ("frames", "found", "seconds", "FPS"):
        table.add_column(column, justify="right", no_wrap=True)
    for row in rows:
        outcome = row.outcome
        figures = (str(outcome.frames), found(outcome), f"{outcome.seconds:.1f}", f"{_fps(outcome):.1f}")
        table.add_row(escape(visible(row.spec)), *figures)
    return table
