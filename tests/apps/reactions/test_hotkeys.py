"""Hotkeys on a listener of our own, and on a real keyboard where pynput is installed."""

import importlib.util
import shutil

import pytest

from arpipe.apps.reactions.hotkeys import Hotkeys, in_pynputs_notation
from arpipe.config import load_config
from arpipe.controls.actions import Action
from arpipe.errors import ConfigError, DeviceError, MissingExtra
from tests.patience import come_true


class FakeListener:
    """Knows the keys `a` to `z`; `press` calls back as pynput's thread would."""

    def __init__(self, callbacks):
        self.callbacks, self.log = callbacks, []
        for keys in callbacks:
            if keys.endswith("<nokey>"):
                raise ValueError("nokey")

    def press(self, keys):
        self.callbacks[keys]()

    def start(self):
        self.log.append("start")

    def wait(self):
        self.log.append("wait")

    def stop(self):
        self.log.append("stop")


def test_keys_are_noted_in_order_until_they_are_taken():
    listeners = []

    def listen(callbacks):
        listeners.append(FakeListener(callbacks))
        return listeners[0]

    with Hotkeys({"Ctrl+Alt+r": Action.RECORD, "f9": Action.SNAPSHOT}, listen) as hotkeys:
        for keys in ("<f9>", "<ctrl>+<alt>+r", "<f9>"):
            listeners[0].press(keys)
        assert hotkeys.take() == [Action.SNAPSHOT, Action.RECORD, Action.SNAPSHOT]
        assert hotkeys.take() == []
    hotkeys.close()
    assert listeners[0].log == ["start", "wait", "stop"]


def test_without_hotkeys_nothing_listens():
    with Hotkeys({}, lambda _: pytest.fail("listens")) as hotkeys:
        assert hotkeys.take() == []


@pytest.mark.parametrize("keys", ["r", "", "+", "ctrl+", "space"])
def test_keys_that_are_needed_for_typing_are_refused(keys):
    with pytest.raises(ConfigError, match=r"ctrl\+alt\+r"):
        in_pynputs_notation(keys)


def test_what_cannot_work_is_said_before_the_run():
    with pytest.raises(ConfigError, match="no key nokey"):
        Hotkeys({"ctrl+nokey": Action.RECORD}, FakeListener)

    class Deaf(FakeListener):
        def wait(self):
            raise RuntimeError("no RECORD extension")

    with pytest.raises(DeviceError, match="no RECORD extension"):
        Hotkeys({"ctrl+r": Action.RECORD}, Deaf)
    with pytest.raises(ConfigError, match="hotkeys"):
        load_config(settings=["live.hotkeys.f9='fly'"])


def test_missing_library_names_the_extra(monkeypatch):
    def missing(_name):
        raise ModuleNotFoundError("pynput")

    monkeypatch.setattr("arpipe.apps.reactions.hotkeys.import_module", missing)
    with pytest.raises(MissingExtra, match=r"arpipe\[keyboard\]"):
        Hotkeys({"f9": Action.RECORD})


@pytest.mark.parametrize(
    ("error", "reason"), [(ImportError("no X server\nhints"), "no X server"), (KeyError(), "KeyError")]
)
def test_a_missing_display_is_told_whatever_the_library_raises(monkeypatch, error, reason):
    def fails(_name):
        raise error

    monkeypatch.setattr("arpipe.apps.reactions.hotkeys.import_module", fails)
    with pytest.raises(DeviceError, match=rf"need a display \({reason}\)"):
        Hotkeys({"f9": Action.RECORD})


@pytest.mark.skipif(
    importlib.util.find_spec("pynput") is None, reason='no pynput; pip install "arpipe[keyboard]"'
)
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb; on Debian: apt-get install xvfb")
# pynput's thread ends with the next key only, or here with the X server, which it complains about.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_real_key_is_heard_without_the_focus(screen):
    from tests.apps.x_mouse import x_mouse

    with Hotkeys({"ctrl+f9": Action.RECORD}) as hotkeys, x_mouse() as device:
        device.tap("Control_L", "F9")
        heard = []
        assert come_true(lambda: heard.extend(hotkeys.take()) or heard)
    assert heard == [Action.RECORD]
