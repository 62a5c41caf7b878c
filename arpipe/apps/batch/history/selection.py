"""Outputs that exist already: refused, replaced, skipped, or continued by the manifest of the run that wrote them."""

import os
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from arpipe.apps.batch.config import Policy
from arpipe.apps.batch.history.attempt import Attempt, attempt_key
from arpipe.apps.batch.jobs.identity import InputIdentity, Listings, Look, absolute, identify, output_sizes
from arpipe.apps.batch.jobs.job import Job
from arpipe.errors import OutputError
from arpipe.io.object_store import address_of, text_of

IsThere = Callable[[Path], bool]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is left to do.

    Attributes:
        jobs: Inputs to process.
        skipped: Number of inputs that are done.
        notes: Sentences for the user.
    """

    jobs: tuple[Job, ...]
    skipped: int = 0
    notes: tuple[str, ...] = ()


class History(Protocol):
    """What is known of earlier runs, and of this one.

    Attributes:
        attempts: The last attempt at every input, by its `key`.
        arpipe: Version of arpipe.
        settings: Digest of the settings.
    """

    @property
    def attempts(self) -> Mapping[str, Attempt]: ...  # noqa: D102

    @property
    def arpipe(self) -> str: ...  # noqa: D102

    @property
    def settings(self) -> str: ...  # noqa: D102


def select(
    jobs: Sequence[Job], policy: Policy, history: History | None, existing: Container[str]
) -> Selection:
    """Decide which inputs are processed.

    Args:
        jobs: All inputs.
        policy: What happens to outputs that exist: "refuse" ends the batch, "overwrite" replaces them, "skip" leaves
            out inputs of which all outputs exist, "resume" those that the manifest records as done and whole, and
            replaces outputs of inputs that it records as begun.
        history: The manifest; None where there is none.
        existing: Paths of outputs that exist already, without those in object stores.

    Raises:
        OutputError: An output exists and must not be replaced.
    """
    if policy == "overwrite":
        return Selection(tuple(jobs))
    look = Listings()
    is_there = partial(_exists, existing, look)
    if policy == "resume" and history is not None:
        return _resumed(jobs, history, look, is_there)
    left = [job for job in jobs if policy != "skip" or not _exist_all(job, is_there)]
    _refuse_existing(left, is_there, history)
    return Selection(tuple(left), len(jobs) - len(left))


def is_piece_done(job: Job, policy: Policy, history: History | None) -> bool:
    """Whether an earlier run that is continued has done a piece of a video with the same settings."""
    if policy != "resume" or history is None or job.piece is None:
        return False
    attempt = history.attempts.get(attempt_key(absolute(job.spec), job.piece.key))
    return attempt is not None and _is_done(job, attempt, identify) and _is_current(attempt, history)


def _refuse_existing(jobs: Sequence[Job], is_there: IsThere, history: History | None) -> None:
    taken = [file.path for job in jobs for file in job.files() if is_there(file.path)]
    if taken:
        number = "it" if len(taken) == 1 else f"{len(taken)} outputs"
        resume = "" if history is None else ", or --resume to continue an interrupted run"
        raise OutputError(
            f"{text_of(taken[0])}: {number} would be replaced; add --overwrite to replace, or --skip-existing to "
            f"leave out inputs whose outputs are complete{resume}"
        )


def _resumed(jobs: Sequence[Job], history: History, look: Look, is_there: IsThere) -> Selection:
    done = [job for job in jobs if _is_done(job, history.attempts.get(absolute(job.spec)), look)]
    changed = {job for job in done if not _is_current(history.attempts[absolute(job.spec)], history)}
    skipped = set(done) - changed
    left = [job for job in jobs if job not in skipped]
    _refuse_existing([job for job in left if absolute(job.spec) not in history.attempts], is_there, history)
    return Selection(tuple(left), len(skipped), _notes(len(changed)))


def _notes(changed: int) -> tuple[str, ...]:
    """Return what to say about a number of inputs that were done with other settings."""
    if not changed:
        return ()
    inputs = "1 input is" if changed == 1 else f"{changed} inputs are"
    return (f"{inputs} done again, because the settings or arpipe have changed",)


def _is_done(job: Job, attempt: Attempt | None, look: Look) -> bool:
    return attempt is not None and attempt.state == "done" and _is_whole(job, attempt, look)


def _is_current(attempt: Attempt, history: History) -> bool:
    """Whether an attempt had the settings and the version of this run."""
    return (attempt.arpipe, attempt.settings) == (history.arpipe, history.settings)


def _is_whole(job: Job, attempt: Attempt, look: Look) -> bool:
    """Whether the input has not changed since an attempt, and its outputs are those that were written."""
    identity = look(job.spec)
    before = (
        None if attempt.size is None else InputIdentity(attempt.size, attempt.mtime_ns or 0, attempt.etag)
    )
    return identity == before and output_sizes(job, look) == attempt.outputs


def _exist_all(job: Job, is_there: IsThere) -> bool:
    return all(is_there(file.path) for file in job.files())


def _exists(existing: Container[str], look: Look, path: Path) -> bool:
    """Whether anything is at a place, links without a target included."""
    text = os.fspath(path)
    return text in existing or (address_of(text) is not None and look(text) is not None)
