"""The trackers of a stream: opened when they are first needed, and run on each frame, some at the same time."""

import importlib
from collections.abc import Callable, Sequence
from concurrent.futures import wait
from dataclasses import dataclass, replace
from typing import Any, Protocol

from arpipe.inference.runtime import Runtime
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.schedule import Rates
from arpipe.subjects import Subject, find_subject
from arpipe.tracking.context import FrameContext
from arpipe.tracking.tracker import Tracker


class SubjectTracker(Protocol):
    """A tracker of `arpipe.subjects.SUBJECTS`."""

    def update(self, context: FrameContext) -> object:
        """Return the results of the next frame."""

    def reset(self) -> None:
        """Forget the stream."""


class Seen:
    """What is known of a frame while it is processed.

    Args:
        context: The frame, without results.

    Attributes:
        context: What the next tracker receives.
        results: Results by field of `FrameResult`, or by name.
    """

    def __init__(self, context: FrameContext) -> None:
        self.context = context
        self.results: dict[str, Any] = {}

    def take(self, name: str, results: Any) -> None:
        """Add the results of a tracker."""
        self.results[name] = results
        if name == "faces":
            self.context = replace(self.context, faces=results)
        elif name == "hands":
            self.context = replace(self.context, hands=results)
        elif name == "occlusion":
            self.context = replace(self.context, occlusion=results)

    def beside(self) -> "Seen":
        """Return the same frame for another thread; `join` it once that is done."""
        return Seen(replace(self.context, timer=self.context.timer.beside()))

    def join(self, beside: "Seen") -> None:
        """Add what was found on another thread, and its stages."""
        self.context.timer.include(beside.context.timer)
        for name, results in beside.results.items():
            self.take(name, results)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Names of subjects, in the order in which they are detected.

    Attributes:
        beside: Those that run on another thread.
        first: Those that run meanwhile.
        last: Those that run after both and may read their results.
    """

    beside: tuple[str, ...]
    first: tuple[str, ...]
    last: tuple[str, ...]

    @classmethod
    def of(cls, names: Sequence[str]) -> "Lanes":
        """Divide subjects, given in the order of the table: hands and bodies run beside faces."""
        beside = tuple(name for name in names if find_subject(name).is_independent)
        first = tuple(names[: names.index(beside[0])]) if beside else ()
        if not first:
            return cls((), (), tuple(names))
        return cls(beside, first, tuple(name for name in names if name not in (*beside, *first)))


class SubjectTrackers:
    """The trackers of a stream.

    Args:
        config: What is detected, and how.
        runtime: Owns the networks.
        reconsider: Called with what is seen of each frame once its faces are known.
    """

    def __init__(
        self, config: PerceptionConfig, runtime: Runtime, reconsider: Callable[[Seen], None]
    ) -> None:
        self._config, self._runtime, self._reconsider = config, runtime, reconsider
        self._trackers: dict[str, SubjectTracker] = {}

    @property
    def faces_left_out(self) -> int:
        """As `left_out` of the tracker of faces; 0 without one."""
        tracker = self._trackers.get("face")
        return tracker.left_out if isinstance(tracker, Tracker) else 0

    def load(self, names: Sequence[str]) -> None:
        """Open the trackers of subjects that are not open yet.

        Raises:
            WeightsError: A network that one needs cannot be obtained.
        """
        config = self._config
        if "expressions" in names:
            config = config.model_copy(update={"face": config.face.with_all_scores()})
        for name in names:
            if name not in self._trackers:
                self._trackers[name] = _open(find_subject(name), config, self._runtime)

    def update(self, names: Sequence[str], seen: Seen, every: Rates) -> None:
        """Detect subjects, given in the order of the table, in the next frame.

        Args:
            names: Loaded subjects.
            seen: The frame; receives the results.
            every: How often each network runs.
        """
        lanes = Lanes.of(names)
        if lanes.beside:
            beside = seen.beside()
            running = self._runtime.background.submit(self._run, lanes.beside, beside, every)
            try:
                self._run(lanes.first, seen, every)
            finally:
                wait([running])
            running.result()
            seen.join(beside)
        self._run(lanes.last, seen, every)

    def track_again(self, name: str, seen: Seen) -> None:
        """Detect a subject of a photo once more, because its context has changed."""
        seen.take(find_subject(name).results, self._trackers[name].update(seen.context))

    def reset(self) -> None:
        """Forget the stream."""
        for tracker in self._trackers.values():
            tracker.reset()

    def learn_neutral(self) -> None:
        """Learn the neutral expressions of all faces anew."""
        from arpipe.tracking.expressions.tracker import (
            ExpressionTracker,  # imported with the first expressions
        )

        for tracker in self._trackers.values():
            if isinstance(tracker, ExpressionTracker):
                tracker.learn_neutral()

    def _run(self, names: Sequence[str], seen: Seen, every: Rates) -> None:
        for name in names:
            context = replace(seen.context, every=every.of(name))
            seen.take(find_subject(name).results, self._trackers[name].update(context))
            if name == "face":
                self._reconsider(seen)


def _open(subject: Subject, config: PerceptionConfig, runtime: Runtime) -> SubjectTracker:
    module, _, name = subject.tracker.partition(":")
    tracker = getattr(importlib.import_module(module), name)
    settings = (getattr(config, key) for key in subject.settings)
    opened: SubjectTracker = tracker.open(runtime, *settings, *subject.arguments)
    return opened
