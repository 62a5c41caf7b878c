"""What leaves the app when a condition begins: a line, a sound, a webhook, an OSC message, keys."""

import sys
from collections.abc import Callable
from contextlib import ExitStack

from arpipe.apps.failures import Failures
from arpipe.apps.reactions.sound import SoundPlayer
from arpipe.controls.config import TriggerConfig
from arpipe.controls.senders.address import parse_address
from arpipe.controls.senders.webhook import post_event
from arpipe.controls.watch import ControlEvent
from arpipe.errors import ConfigError
from arpipe.pipeline.handover import BackgroundWriter

SLOTS = 64  # events that wait for a receiver that is slow to answer

Job = Callable[[], None]


class OutwardActions:
    """Carries out the parts of triggers that leave the app, on threads of their own, so that nothing waits for them.

    Args:
        triggers: All triggers, so that what cannot work is refused now.
        allow_keyboard: Whether keys may be pressed.
        failures: Collects what fails.

    Raises:
        ConfigError: A sound file does not exist, or keys are to be pressed and that is not allowed.
        OutputError: There is no program to play sounds with, or the host of an OSC address is unknown.
        MissingExtra: python-osc or pynput is not installed.
    """

    def __init__(self, triggers: list[TriggerConfig], *, allow_keyboard: bool, failures: Failures) -> None:
        self._failures = failures
        self._stack = ExitStack()
        try:
            self._player = SoundPlayer([each.sound for each in triggers if each.sound is not None])
            self._messages = {each.osc: self._open_osc(each.osc, each.label) for each in triggers if each.osc}
            self._press = _keyboard(triggers, allow_keyboard=allow_keyboard)
            self._sounds = self._open_worker("sounds")
            self._posts = self._open_worker("webhooks")
        except BaseException:
            self._stack.close()
            raise

    def perform(self, trigger: TriggerConfig, event: ControlEvent) -> None:
        """Start everything outward that a trigger asks for."""
        if trigger.say is not None:
            sys.stdout.write(f"{trigger.say}\n")
            sys.stdout.flush()
        if trigger.osc is not None:
            self._messages[trigger.osc](event)
        if trigger.keys is not None:
            self._press(trigger.keys)
        if trigger.sound is not None:
            sound = trigger.sound
            self._queue(self._sounds, lambda: self._player.play(sound), str(sound))
        if trigger.webhook is not None:
            url = trigger.webhook
            self._queue(self._posts, lambda: post_event(url, event), url)

    def close(self) -> None:
        """Finish what was started; may be called twice."""
        self._stack.close()

    def _queue(self, worker: BackgroundWriter[Job], job: Job, what: str) -> None:
        def guarded() -> None:
            with self._failures.guarded(what):
                job()

        if not worker.offer(guarded):
            self._failures.note(what, OSError(f"more than {SLOTS} events wait for it; this one is dropped"))

    def _open_worker(self, name: str) -> BackgroundWriter[Job]:
        return self._stack.enter_context(BackgroundWriter(lambda job: job(), name, SLOTS))

    def _open_osc(self, text: str, label: str) -> Callable[[ControlEvent], None]:
        from arpipe.controls.senders.osc import OscMessage, OscPort

        address = parse_address(text, ("osc",))
        port = OscPort(address.host, address.port, lambda error: self._failures.note(label, error))
        self._stack.callback(port.close)
        return lambda event: port.send([OscMessage(address.path, (event.name, float(event.level)))])


def _keyboard(triggers: list[TriggerConfig], *, allow_keyboard: bool) -> Callable[[str], None]:
    """Return what presses keys; it is imported only if it is allowed and used."""
    wanted = [each for each in triggers if each.keys is not None]
    if wanted and not allow_keyboard:
        raise ConfigError(
            f"control {wanted[0].label!r} presses keys, which other programs receive, too; "
            "allow that with --allow-keyboard"
        )
    if not wanted:
        return _press_nothing
    from arpipe.apps.reactions.keyboard import VirtualKeyboard

    keyboard = VirtualKeyboard()
    for each in wanted:
        keyboard.parse(each.keys or "")
    return keyboard.press


def _press_nothing(_keys: str) -> None:
    """Stand in for the keyboard where no trigger presses keys."""
