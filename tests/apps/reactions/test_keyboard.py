"""Keys, with a stand-in for pynput, which needs a display."""

import enum
import sys
from contextlib import contextmanager
from types import ModuleType

import pytest

from arpipe.errors import ConfigError


class Key(enum.Enum):
    ctrl = 1
    shift = 2
    right = 3


class Button(enum.Enum):
    left = 1
    middle = 2
    right = 3


@pytest.fixture
def pressed(monkeypatch):
    """What was pressed."""
    log = []

    class Keyboard:
        @contextmanager
        def pressed(self, *keys):
            log.extend(("down", key) for key in keys)
            yield
            log.extend(("up", key) for key in reversed(keys))

        def tap(self, key):
            log.append(("tap", key))

    class Mouse:
        def click(self, button):
            log.append(("click", button))

    package = ModuleType("pynput")
    package.keyboard, package.mouse = ModuleType("pynput.keyboard"), ModuleType("pynput.mouse")
    package.keyboard.Key, package.keyboard.Controller = Key, Keyboard
    package.mouse.Button, package.mouse.Controller = Button, Mouse
    monkeypatch.setitem(sys.modules, "pynput", package)
    monkeypatch.delitem(sys.modules, "arpipe.apps.reactions.keyboard", raising=False)
    yield log
    monkeypatch.delitem(sys.modules, "arpipe.apps.reactions.keyboard", raising=False)


def test_a_key_is_tapped_while_its_modifiers_are_held(pressed):
    from arpipe.apps.reactions.keyboard import VirtualKeyboard

    VirtualKeyboard().press("ctrl+shift+right")
    down = [("down", Key.ctrl), ("down", Key.shift)]
    assert pressed == [*down, ("tap", Key.right), ("up", Key.shift), ("up", Key.ctrl)]


def test_letters_and_clicks(pressed):
    from arpipe.apps.reactions.keyboard import VirtualKeyboard

    keyboard = VirtualKeyboard()
    keyboard.press("a")
    keyboard.press("ctrl+left_click")
    assert pressed == [("tap", "a"), ("down", Key.ctrl), ("click", Button.left), ("up", Key.ctrl)]


def test_an_unknown_key_names_the_nearest(pressed):
    from arpipe.apps.reactions.keyboard import VirtualKeyboard

    with pytest.raises(ConfigError, match="there is no key 'rigth'; did you mean 'right'"):
        VirtualKeyboard().parse("ctrl+rigth")
