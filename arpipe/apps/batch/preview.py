"""`arpipe batch --dry-run`: what a batch would do with each input."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from arpipe import __version__
from arpipe.apps.batch.config import BatchConfig, ReportStyle
from arpipe.apps.batch.history.attempt import Attempt
from arpipe.apps.batch.history.manifest import read_attempts
from arpipe.apps.batch.history.recorder import settings_digest
from arpipe.apps.batch.history.selection import Selection, select
from arpipe.apps.batch.history.stored_manifest import read_stored_attempts
from arpipe.apps.batch.planning.plan import Plan, plan_batch, require_folder, share
from arpipe.apps.batch.reports.results import places
from arpipe.apps.wording import visible
from arpipe.io.object_store import address_of, text_of

_NOUNS = {"images": "photo", "animation": "animation", "video": "video", "sample": "sample"}


def preview(config: BatchConfig, console: Console | None = None) -> int:
    """Print what `batch` would do with each input; nothing is written, and no input is decoded.

    Whether the outputs can be written is not checked.

    Args:
        config: Settings.
        console: Where to print; standard output by default.

    Returns:
        Exit code: 0, or 1 if an input cannot be used.

    Raises:
        ConfigError: Nothing to do, the configuration is wrong, or the manifest is none of this version.
        MediaNotFound: No input exists.
        OutputError: An output exists and must not be replaced, or is an input.
    """
    plan = plan_batch(config)
    require_folder(config, plan)
    jobs = share(config, plan)
    selection = select(jobs, config.existing, _history(config, plan), plan.existing)
    say = partial((console or Console()).out, highlight=False)
    for line in _LINES[config.report](plan, selection):
        say(line)
    return int(bool(plan.refusals))


@dataclass(frozen=True, slots=True)
class _PastRuns:
    """The runs that wrote into a folder; see `arpipe.apps.batch.history.selection.History`."""

    attempts: Mapping[str, Attempt]
    settings: str
    arpipe: str = __version__


def _history(config: BatchConfig, plan: Plan) -> _PastRuns | None:
    if plan.folder is None:
        return None
    return _PastRuns(_attempts_in(plan.folder), settings_digest(config))


def _attempts_in(folder: Path) -> Mapping[str, Attempt]:
    address = address_of(folder)
    return read_attempts(folder) if address is None else read_stored_attempts(address)


def _lines(plan: Plan, selection: Selection) -> Iterator[str]:
    for job in selection.jobs:
        yield visible(f"{job.spec} -> {', '.join(places(job))}")
    yield from map(visible, (*plan.notes, *selection.notes))
    yield from _failures(plan, selection)
    counts = Counter(_NOUNS[job.kind] for job in selection.jobs)
    kinds = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in sorted(counts.items()))
    yield (
        f"to process: {kinds or 'nothing'}; done already: {selection.skipped}; "
        f"cannot be used: {len(plan.refusals)}; nothing was written"
    )


def _failures(plan: Plan, selection: Selection) -> Iterator[str]:
    del selection
    return (visible(f"failed: {refusal.spec}: {refusal.reason}") for refusal in plan.refusals)


def _events(plan: Plan, selection: Selection) -> Iterator[str]:
    """Yield events as docs/batch.md describes them."""
    for job in selection.jobs:
        outputs = [text_of(file.path) for file in job.files()]
        yield json.dumps({"event": "planned", "input": job.spec, "kind": job.kind, "outputs": outputs})
    for note in (*plan.notes, *selection.notes):
        yield json.dumps({"event": "note", "text": note})
    for refusal in plan.refusals:
        yield json.dumps({"event": "failed", "input": refusal.spec, "reason": refusal.reason})
    counts = {"total": len(selection.jobs), "failed": len(plan.refusals), "skipped": selection.skipped}
    yield json.dumps({"event": "finished", **counts, "done": 0})


_LINES: Mapping[ReportStyle, Callable[[Plan, Selection], Iterator[str]]] = {
    "console": _lines,
    "quiet": _failures,
    "json": _events,
}
