"""A virtual keyboard and mouse, through pynput from the extra `keyboard`: other programs get the keys, too."""

from dataclasses import dataclass

from arpipe.errors import ConfigError, DeviceError, MissingExtra
from arpipe.spelling import nearest

try:
    from pynput import keyboard, mouse
except ModuleNotFoundError as error:
    raise MissingExtra('keys need pynput; run: pip install "arpipe[keyboard]"') from error
except Exception as error:  # its import fails without a display, each version of it with another exception
    raise DeviceError(f"keys cannot be pressed without a display ({error})") from error

BUTTONS = {"left_click": "left", "middle_click": "middle", "right_click": "right"}
"""Name of a mouse click → button."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A key or a click with the modifiers that are held meanwhile."""

    held: tuple[keyboard.Key, ...]
    last: keyboard.Key | mouse.Button | str


class VirtualKeyboard:
    """Presses keys and mouse buttons."""

    def __init__(self) -> None:
        self._keyboard, self._mouse = keyboard.Controller(), mouse.Controller()

    def parse(self, keys: str) -> Chord:
        """Parse keys such as "ctrl+right", "a" or "left_click".

        Raises:
            ConfigError: A name is unknown.
        """
        *held, last = keys.split("+")
        return Chord(tuple(self._key(name) for name in held), self._last(last))

    def press(self, keys: str) -> None:
        """Press and release keys."""
        chord = self.parse(keys)
        with self._keyboard.pressed(*chord.held):
            if isinstance(chord.last, mouse.Button):
                self._mouse.click(chord.last)
            else:
                self._keyboard.press(chord.last)
                self._keyboard.release(chord.last)

    def _last(self, name: str) -> keyboard.Key | mouse.Button | str:
        if name in BUTTONS:
            return mouse.Button[BUTTONS[name]]
        return name if len(name) == 1 else self._key(name)

    def _key(self, name: str) -> keyboard.Key:
        known = [key.name for key in keyboard.Key]
        if name not in known:
            raise ConfigError(f"there is no key {name!r}{nearest(name, [*known, *BUTTONS])}")
        return keyboard.Key[name]
