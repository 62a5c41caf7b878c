"""Keys that work while another program has the focus, through pynput from the extra `keyboard`."""

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Protocol

from arpipe.closing import Closing
from arpipe.controls.actions import Action
from arpipe.errors import ConfigError, DeviceError, MissingExtra


class Listener(Protocol):
    """The part of `pynput.keyboard.GlobalHotKeys` that is used; tests provide their own."""

    def start(self) -> None:  # noqa: D102
        ...

    def wait(self) -> None:  # noqa: D102
        ...

    def stop(self) -> None:  # noqa: D102
        ...


Listen = Callable[[Mapping[str, Callable[[], None]]], Listener]
"""Keys in pynput's notation → what is called on the listener's thread."""


class Hotkeys(Closing):
    """Notes which hotkeys were pressed, for the thread that acts on them.

    Args:
        actions: Keys such as "ctrl+alt+r" → action; without any, nothing is listened to.
        listen: Makes the listener; None for pynput's.

    Raises:
        ConfigError: There is no such key, or it has no modifier.
        MissingExtra: pynput is not installed.
        DeviceError: There is no display, or it does not let programs listen.
    """

    def __init__(self, actions: Mapping[str, Action], listen: Listen | None = None) -> None:
        self._pressed: deque[Action] = deque()
        self._listener: Listener | None = None
        if not actions:
            return
        callbacks = {
            in_pynputs_notation(keys): partial(self._pressed.append, action)
            for keys, action in actions.items()
        }
        self._listener = _started(listen or _pynput(), callbacks)

    def take(self) -> list[Action]:
        """Return the actions whose keys were pressed since the last call."""
        return [self._pressed.popleft() for _ in range(len(self._pressed))]

    def close(self) -> None:
        """Stop listening; may be called twice. The listener's daemon thread ends with the next key."""
        if self._listener is not None:
            self._listener.stop()
            self._listener = None


def in_pynputs_notation(keys: str) -> str:
    """Return keys such as "ctrl+alt+r" as "<ctrl>+<alt>+r".

    Raises:
        ConfigError: They have no modifier, so the key could no longer be used for typing.
    """
    parts = keys.lower().split("+")
    is_function_key = len(parts) == 1 and parts[0][:1] == "f" and parts[0][1:].isdecimal()
    if "" in parts or (len(parts) < 2 and not is_function_key):
        raise ConfigError(
            f"hotkey {keys!r}: expected a modifier and a key, such as ctrl+alt+r, or a key like f9"
        )
    return "+".join(part if len(part) == 1 else f"<{part}>" for part in parts)


def _started(listen: Listen, callbacks: Mapping[str, Callable[[], None]]) -> Listener:
    try:
        listener = listen(callbacks)
    except ValueError as error:
        raise ConfigError(f"hotkeys {', '.join(callbacks)}: there is no key {error}") from error
    try:
        listener.start()
        listener.wait()
    except Exception as error:  # what pynput raises depends on the system
        raise DeviceError(f"cannot listen for hotkeys ({error})") from error
    return listener


def _pynput() -> Listen:
    try:
        keyboard = import_module("pynput.keyboard")
    except ModuleNotFoundError as error:
        raise MissingExtra('hotkeys need pynput: pip install "arpipe[keyboard]"') from error
    except Exception as error:  # without a display, each version of it raises another exception
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise DeviceError(f"hotkeys need a display ({reason})") from error
    listen: Listen = keyboard.GlobalHotKeys
    return listen
