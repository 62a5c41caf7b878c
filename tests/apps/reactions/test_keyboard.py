"""Keys, with a stand-in for pynput, which needs a display."""

import enum
import importlib
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

        def press(self, key):
            log.append(("press", key))

        def release(self, key):
            log.append(("release", key))

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


def open_keyboard():
    """Imported here, because pynput may not be installed."""
    return importlib.import_module("arpipe.apps.reactions.keyboard").VirtualKeyboard()


def test_a_key_is_tapped_while_its_modifiers_are_held(pressed):
    open_keyboard().press("ctrl+shift+right")
    down = [("down", Key.ctrl), ("down", Key.shift)]
    tapped = [("press", Key.right), ("release", Key.right)]
    assert pressed == [*down, *tapped, ("up", Key.shift), ("up", Key.ctrl)]


def test_letters_and_clicks(pressed):
    keyboard = open_keyboard()
    keyboard.press("a")
    keyboard.press("ctrl+left_click")
    clicked = [("down", Key.ctrl), ("click", Button.left), ("up", Key.ctrl)]
    assert pressed == [("press", "a"), ("release", "a"), *clicked]


def test_an_unknown_key_names_the_nearest(pressed):
    with pytest.raises(ConfigError, match="there is no key 'rigth'; did you mean 'right'"):
        open_keyboard().parse("ctrl+rigth")
