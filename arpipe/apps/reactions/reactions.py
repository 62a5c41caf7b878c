"""Follows the configured conditions of a running app and carries out what they ask for."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.commands import Commands
from arpipe.controls.actions import Action
from arpipe.controls.config import ControlConfig, DriveConfig, TriggerConfig
from arpipe.controls.watch import ClassSource, ConditionWatch, ControlEvent
from arpipe.needs import AnyNeed
from arpipe.pipeline.perception import Perception
from arpipe.recognition.recognizer import Recognizer

EventListener = Callable[[ControlEvent], None]
Perform = Callable[[TriggerConfig, ControlEvent], None]


class Reactions:
    """Follows conditions on the thread that detects, and carries out their actions on the caller's.

    Args:
        controls: Triggers, and signals that set parameters.
        failures: Collects what cannot be done.
        follows: Whether frames follow each other; photos are taken by themselves.
        perform: Carries out what leaves the app, on the caller's thread; None to leave it out.
        recognizer: Knows the classes of conditions on `class`; None for none.
        needs: What must be detected for effects that triggers may select, so that it is there at once.

    Attributes:
        drives: Signals that set parameters, for the effects.
        listeners: Called with every event, on the thread that detects.
    """

    def __init__(
        self,
        controls: Sequence[ControlConfig],
        failures: Failures,
        *,
        follows: bool = True,
        perform: Perform | None = None,
        recognizer: ClassSource | None = None,
        needs: frozenset[AnyNeed] = frozenset(),
    ) -> None:
        self.drives = drives_of(controls)
        self.listeners: tuple[EventListener, ...] = ()
        self._failures, self._perform = failures, perform
        self._pending: deque[tuple[TriggerConfig, ControlEvent]] = deque()
        self._watch = ConditionWatch(recognizer, needs, follows=follows)
        for trigger in triggers_of(controls):
            times = trigger if follows else trigger.instant
            self._watch.add(trigger.label, trigger.when, times, partial(self._take, trigger))

    def attach(self, perception: Perception) -> None:
        """Follow the results of a perception from now on."""
        if self._watch.has_conditions:
            perception.attach(self._watch)

    def run(self, commands: Commands, last_frame: int | None = None) -> None:
        """Carry out what the events since the last call ask for; what cannot be done is reported.

        Args:
            commands: The commands of the app; actions that it does not have are left out.
            last_frame: Index of the last frame whose events count; None for all.
        """
        while self._pending and (last_frame is None or self._pending[0][1].frame <= last_frame):
            trigger, event = self._pending.popleft()
            for command in _commanded(trigger, commands):
                with self._failures.guarded(f"control {trigger.label!r}"):
                    command()
            if self._perform is not None:
                with self._failures.guarded(f"control {trigger.label!r}"):
                    self._perform(trigger, event)

    def clear(self) -> None:
        """Forget events that were not carried out."""
        self._pending.clear()

    def _take(self, trigger: TriggerConfig, event: ControlEvent) -> None:
        for listener in self.listeners:
            listener(event)
        if event.edge == "start":
            self._pending.append((trigger, event))


def load_recognizer(path: Path | None) -> Recognizer | None:
    """Load the recogniser for conditions on classes, if one is named; raises ConfigError if it is damaged."""
    return None if path is None else Recognizer.load(path)


def triggers_of(controls: Sequence[ControlConfig]) -> list[TriggerConfig]:
    """Return the triggers among controls."""
    return [control for control in controls if isinstance(control, TriggerConfig)]


def drives_of(controls: Sequence[ControlConfig]) -> list[DriveConfig]:
    """Return the drives among controls."""
    return [control for control in controls if isinstance(control, DriveConfig)]


def effects_of(controls: Sequence[ControlConfig]) -> list[str]:
    """Return the effects that triggers select."""
    return [trigger.effect for trigger in triggers_of(controls) if trigger.effect is not None]


def missing_actions(controls: Sequence[ControlConfig], commands: Commands) -> list[str]:
    """Return the actions that triggers ask for and an app does not have, sorted."""
    wanted = {action for trigger in triggers_of(controls) for action in trigger.do}
    return sorted(wanted - set(commands.actions))


def _commanded(trigger: TriggerConfig, commands: Commands) -> Iterator[Callable[[], None]]:
    """Yield everything that a trigger asks an app to do."""
    if trigger.effect is not None:
        yield partial(commands.choose, trigger.effect)
    if trigger.background is not None:
        yield partial(commands.set_background, trigger.background)
    for key, value in trigger.set.items():
        yield partial(commands.set_parameter, key, value)
    for action in map(Action, trigger.do):
        if action in commands.actions:
            yield partial(commands.act, action)
