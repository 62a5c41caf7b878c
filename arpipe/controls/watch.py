"""Follows conditions over a stream of results and reports when they begin and end."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from typing import Protocol, get_args, runtime_checkable

from arpipe.controls.condition import Condition, parse_condition
from arpipe.controls.signals import ClassLabel, ConditionInput
from arpipe.controls.trigger import Edge, Trigger, TriggerTimes
from arpipe.errors import ConfigError
from arpipe.needs import AnyNeed, Need
from arpipe.types import FrameResult
from arpipe.types.rounding import DEG_DIGITS, SECONDS_DIGITS, Record, rounded_or_none


@dataclass(frozen=True, slots=True, eq=False)
class ControlEvent:
    """A condition has begun or ended.

    Attributes:
        name: Name of the control.
        edge: "start" or "end".
        time_s: Time of the frame, on the clock of `Frame.captured_s`.
        frame: Index of the frame.
        level: Average level of the condition, in [0, 1].
        duration_s: How long it lasted, s; 0 at the start.
        result: What was found in the frame; its durations are not known yet.
    """

    name: str
    edge: Edge
    time_s: float
    frame: int
    level: float
    duration_s: float
    result: FrameResult = field(repr=False)

    def to_dict(self) -> Record:
        """Return everything but the result as JSON-ready values."""
        return {
            "event": self.name,
            "edge": self.edge,
            "time_s": rounded_or_none(self.time_s, SECONDS_DIGITS),
            "frame": self.frame,
            "level": rounded_or_none(self.level, DEG_DIGITS),
            "duration_s": rounded_or_none(self.duration_s, SECONDS_DIGITS),
        }


EventHandler = Callable[[ControlEvent], object]
"""Called with an event, on the thread that detects."""


def on_edge(edge: Edge, handler: EventHandler) -> EventHandler:
    """Return a handler that passes on only the beginnings, or only the ends, of conditions."""

    def passed(event: ControlEvent) -> None:
        if event.edge == edge:
            handler(event)

    return passed


def check_edge(edge: object) -> None:
    """Raise ConfigError for anything but "start" and "end"."""
    if edge not in get_args(Edge):
        raise ConfigError(f"edge: expected 'start' or 'end', got {edge!r}")


def check_handler(handler: object) -> None:
    """Raise ConfigError for anything but a plain function, which need not be called through an event loop."""
    if not callable(handler):
        raise ConfigError(f"expected a function that takes the event, got {handler!r}")
    if iscoroutinefunction(handler):
        raise ConfigError(
            f"{handler!r} is a coroutine function, which nobody would await; use a plain function, and "
            "asyncio.run_coroutine_threadsafe in it to start a coroutine"
        )


class StreamClassifier(Protocol):
    """Classifies the moments of a stream."""

    def update(self, result: FrameResult) -> ClassLabel:
        """Take the next frame into account and classify the moment."""
        ...


@runtime_checkable
class ClassSource(Protocol):
    """Knows classes of one's own: a `Recognizer`."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes."""
        ...

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect for it."""
        ...

    def stream(self) -> StreamClassifier:
        """Return a classifier for a stream."""
        ...

    def photos(self) -> StreamClassifier:
        """Return a classifier that takes every picture by itself."""
        ...


@dataclass(slots=True, eq=False)
class _Watched:
    """A condition that is followed."""

    name: str
    condition: Condition
    trigger: Trigger
    handler: EventHandler
    began_s: float = 0.0

    def observe(self, moment: ConditionInput) -> None:
        frame, trigger = moment.result.frame, self.trigger
        if moment.result.begins_stream:
            trigger.reset()
        edge = trigger.update(self.condition.level(moment), frame.captured_s)
        if edge is None:
            return
        if edge == "start":
            self.began_s = frame.captured_s
        lasted_s = frame.captured_s - self.began_s
        event = ControlEvent(
            self.name, edge, frame.captured_s, frame.index, trigger.level, lasted_s, moment.result
        )
        self.handler(event)


class ConditionWatch:
    """Follows conditions; attach it to a `Perception`.

    Args:
        recognizer: Knows the classes of conditions on `class`; None for none.
        needs: What else perception must detect.
        follows: Whether frames follow each other; photos are classified by themselves.
    """

    def __init__(
        self,
        recognizer: ClassSource | None = None,
        needs: frozenset[AnyNeed] = frozenset(),
        *,
        follows: bool = True,
    ) -> None:
        self._recognizer = recognizer
        self._follows = follows
        self._classifier: StreamClassifier | None = None
        self._needs = needs
        self._watched: tuple[_Watched, ...] = ()

    @property
    def needs(self) -> frozenset[AnyNeed]:
        """What perception must detect."""
        return self._needs

    @property
    def has_conditions(self) -> bool:
        """Whether there is anything to follow."""
        return bool(self._watched)

    def add(self, name: str, when: str, times: TriggerTimes, handler: EventHandler) -> None:
        """Follow one more condition.

        Args:
            name: Name for its events.
            when: The condition.
            times: When it begins and ends; what lasts one frame, or is steady by itself, is not averaged.
            handler: Called with its events, on the thread that detects.

        Raises:
            ConfigError: It is not a condition, has an unknown name, can never hold, or is on classes and there is no
                recogniser.
        """
        condition = checked_condition(when, self._recognizer)
        if condition.has_classes and self._recognizer is not None:
            self._needs |= self._recognizer.needs
            self._classifier = self._classifier or self._new_classifier(self._recognizer)
        used = times.instant if condition.is_momentary else times.for_steady if condition.is_steady else times
        self._needs |= condition.needs
        self._watched = (*self._watched, _Watched(name, condition, Trigger(used), handler))

    def observe(self, result: FrameResult) -> None:
        """Take the result of the next frame into account."""
        if self._recognizer is not None and self._classifier is not None and result.begins_stream:
            self._classifier = self._new_classifier(self._recognizer)
        label = None if self._classifier is None else self._classifier.update(result)
        moment = ConditionInput(result, label)
        for watched in self._watched:
            watched.observe(moment)

    def _new_classifier(self, recognizer: ClassSource) -> StreamClassifier:
        return recognizer.stream() if self._follows else recognizer.photos()


def checked_condition(when: str, recognizer: ClassSource | None) -> Condition:
    """Parse a condition that is to be followed.

    Raises:
        ConfigError: As for `parse_condition`, it is on classes and there is no recogniser, or either is of another
            type.
    """
    if not isinstance(when, str):
        raise ConfigError(f"expected a condition as text, such as 'smile', got {when!r}")
    if not isinstance(recognizer, ClassSource | None):
        raise ConfigError(
            f"recognizer: expected an arpipe.Recognizer, got {recognizer!r}; Recognizer.load reads one from a file"
        )
    condition = parse_condition(when, None if recognizer is None else recognizer.classes)
    if condition.has_classes and recognizer is None:
        raise ConfigError(
            f"condition {when!r} is on classes of your own; name the recogniser that knows them: "
            'recognizer = "mine.toml"'
        )
    return condition
