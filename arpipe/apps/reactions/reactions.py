"""Follows the configured conditions of a running app and carries out what they ask for."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Self

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.commands import Commands
from arpipe.apps.reactions.outward import OutwardActions
from arpipe.config import RunConfig
from arpipe.controls.actions import Action
from arpipe.controls.condition import parse_condition
from arpipe.controls.config import ControlConfig, DriveConfig, TriggerConfig
from arpipe.controls.senders.sender import Sender, open_sender
from arpipe.controls.watch import ConditionWatch, ControlEvent
from arpipe.pipeline.perception import Perception

EventListener = Callable[[ControlEvent], None]


class Reactions:
    """Follows conditions on the thread that detects, and carries out their actions on the caller's.

    Args:
        run: Triggers and addresses to send to.
        failures: Collects what cannot be done or sent.
        listeners: Called with every event, on the thread that detects.

    Attributes:
        drives: Signals that set parameters, for the effects.

    Raises:
        ArpipeError: As for `OutwardActions` and `open_sender`.
    """

    def __init__(self, run: RunConfig, failures: Failures, listeners: Sequence[EventListener] = ()) -> None:
        self.drives = drives_of(run.controls)
        triggers = triggers_of(run.controls)
        self._failures = failures
        self._pending: deque[tuple[TriggerConfig, ControlEvent]] = deque()
        self._watch = ConditionWatch()
        with ExitStack() as stack:
            self._outward = OutwardActions(
                triggers, allow_keyboard=run.live.allow_keyboard, failures=failures
            )
            stack.callback(self._outward.close)
            self._senders = [self._open_sender(address, stack) for address in run.live.send]
            self._stack = stack.pop_all()
        self._listeners = (*listeners, *(sender.send_event for sender in self._senders))
        for trigger in triggers:
            times = trigger if run.perception.follows else trigger.instant
            condition = parse_condition(trigger.when, ())
            self._watch.add(trigger.label, condition, times, partial(self._take, trigger))

    def attach(self, perception: Perception) -> None:
        """Follow the results of a perception from now on."""
        if self._watch.has_conditions:
            perception.attach(self._watch)
        for sender in self._senders:
            perception.attach(sender)

    def run(self, commands: Commands) -> None:
        """Carry out what the events since the last call ask for; what cannot be done is reported.

        Args:
            commands: The commands of the app; actions that it does not have are left out.
        """
        while self._pending:
            trigger, event = self._pending.popleft()
            for command in _commanded(trigger, commands):
                with self._failures.guarded(f"control {trigger.label!r}"):
                    command()
            with self._failures.guarded(f"control {trigger.label!r}"):
                self._outward.perform(trigger, event)

    def close(self) -> None:
        """Finish what was started and stop sending; may be called twice."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_sender(self, address: str, stack: ExitStack) -> Sender:
        sender = open_sender(address, partial(self._failures.note, "sending"))
        stack.callback(sender.close)
        return sender

    def _take(self, trigger: TriggerConfig, event: ControlEvent) -> None:
        for listener in self._listeners:
            listener(event)
        if event.edge == "start":
            self._pending.append((trigger, event))


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
