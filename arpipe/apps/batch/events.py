"""What happens to the inputs of a batch, as values that pass between processes."""

from collections.abc import Callable
from dataclasses import dataclass

from arpipe.apps.batch.job import Outcome
from arpipe.apps.batch.plan import Job
from arpipe.io.source import SourceInfo
from arpipe.timing import TimingLog


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
    """An input is done, and its outputs are in place."""

    job: Job
    outcome: Outcome
    log: TimingLog


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


Event = Started | Advanced | Finished | Failed | Interrupted
Emit = Callable[[Event], None]
