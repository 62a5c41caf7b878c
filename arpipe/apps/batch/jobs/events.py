"""What happens to the inputs of a batch, or to pieces of them, as values that pass between processes."""

from collections.abc import Callable
from dataclasses import dataclass

from arpipe.apps.batch.jobs.identity import InputIdentity
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.io.source import SourceInfo
from arpipe.timing import TimingLog


@dataclass(frozen=True, slots=True)
class Assigned:
    """An input is about to be processed; nothing has been written for it."""

    job: Job


@dataclass(frozen=True, slots=True)
class Divided:
    """A long video is not processed at once, but in pieces.

    Attributes:
        job: The job of the whole video.
        pieces: The jobs of its pieces.
        log: How long it took to find where to cut.
    """

    job: Job
    pieces: tuple[Job, ...]
    log: TimingLog


@dataclass(frozen=True, slots=True)
class Reused:
    """Pieces of a video are not processed, as an earlier run has done them.

    Attributes:
        job: The job of the whole video.
        pieces: The jobs of these pieces.
    """

    job: Job
    pieces: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """An input was opened."""

    job: Job
    info: SourceInfo


@dataclass(frozen=True, slots=True)
class Advanced:
    """Further frames of an input are done."""

    job: Job
    frames: int


@dataclass(frozen=True, slots=True)
class Finished:
    """An input is done, and its outputs are in place.

    Attributes:
        job: The job.
        outcome: What came of it.
        log: The stage times of its frames; of a join of pieces, those of joining.
        identity: The input's identity before it was read; None if it is no file.
    """

    job: Job
    outcome: Outcome
    log: TimingLog
    identity: InputIdentity | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """An input cannot be processed; nothing of its outputs is left."""

    job: Job
    reason: str


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The process of an input ended before the input was done; the input is tried again."""

    job: Job
    reason: str


Event = Assigned | Divided | Reused | Started | Advanced | Finished | Failed | Interrupted
Emit = Callable[[Event], None]
