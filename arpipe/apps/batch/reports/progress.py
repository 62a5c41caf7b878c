"""How much of a batch is done, and how long the rest will take."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from arpipe.timing import Clock


@dataclass(slots=True)
class _Running:
    """An input, or a piece of one, that a worker is processing.

    Attributes:
        spec: The input.
        expected: Number of frames; 0 if unknown.
        share: Share of its input.
        frames: Number of frames that are done.
    """

    spec: str
    expected: int
    share: float
    frames: int = 0

    @property
    def done(self) -> float:
        """The part of its input that is done."""
        return self.share * min(self.frames / self.expected, 1.0) if self.expected else 0.0


class Progress:
    """Counts inputs, pieces of them and frames.

    Args:
        total: Number of inputs.
        durations: Input → how long it takes, relative to others; 1 for those that are not in it.
        clock: Monotonic seconds.
    """

    def __init__(
        self, total: int, durations: Mapping[str, float] | None = None, clock: Clock = time.monotonic
    ) -> None:
        self._durations = durations or {}
        self._total = sum(self._durations.values()) + total - len(self._durations)
        self._clock = clock
        self._start_s: float | None = None  # of the first input that was opened
        # What was done before that, and by earlier runs, as relative time: it says nothing of this one's speed.
        self._before = 0.0
        self._ended = 0
        self._ended_time = 0.0
        self._pieces: defaultdict[str, float] = defaultdict(float)  # input → share of it that is done
        self._running: dict[int, _Running] = {}

    @property
    def done(self) -> float:
        """Number of inputs that are done or have failed, with the shares of those that are not complete."""
        return self._ended + sum(share for _, share in self._shares())

    @property
    def ordinal(self) -> int:
        """Number of the input that is started next, from 1."""
        return self._ended + len(self._running) + 1

    def start(self, worker: int, spec: str, expected: int, share: float) -> None:
        """Count an input that a worker has opened, or a piece of one.

        Args:
            worker: The worker.
            spec: The input.
            expected: Number of frames; 0 if unknown.
            share: Share of the input, 0 for a join of pieces.
        """
        if self._start_s is None:
            self._start_s, self._before = self._clock(), self._time_done()
        self._running[worker] = _Running(spec, expected, share)

    def advance(self, worker: int, frames: int) -> int:
        """Count further frames of a worker's input, and return how many of them are done."""
        running = self._running[worker]
        running.frames += frames
        return running.frames

    def stop(self, worker: int) -> None:
        """Forget what a worker was processing: it has ended one way or another, or is repeated."""
        self._running.pop(worker, None)

    def end_piece(self, spec: str, share: float) -> None:
        """Count a piece of an input that is done."""
        self._pieces[spec] += share

    def reuse_pieces(self, spec: str, share: float) -> None:
        """Count pieces of an input that an earlier run has done."""
        self._pieces[spec] += share
        self._before += share * self._duration(spec)

    def end_input(self, spec: str) -> None:
        """Count an input that is done."""
        self._pieces.pop(spec, None)
        self._ended += 1
        self._ended_time += self._duration(spec)

    def drop_input(self, spec: str) -> None:
        """Count an input that has failed: no time is left for it, and how long it took says nothing of the others."""
        self._pieces.pop(spec, None)
        self._ended += 1
        self._total -= self._duration(spec)

    def remaining_s(self) -> float | None:
        """Estimate the time until all inputs are done, s, at the speed until now; None before any progress."""
        done = self._time_done()
        made = done - self._before
        if self._start_s is None or made <= 0.0:
            return None
        return (self._clock() - self._start_s) * max(self._total - done, 0.0) / made

    def _shares(self) -> Iterator[tuple[str, float]]:
        """Iterate over inputs that have not ended and the shares of them that are done."""
        yield from self._pieces.items()
        yield from ((each.spec, each.done) for each in self._running.values())

    def _time_done(self) -> float:
        return self._ended_time + sum(share * self._duration(spec) for spec, share in self._shares())

    def _duration(self, spec: str) -> float:
        return self._durations.get(spec, 1.0)
