"""The teaching window on a virtual screen: number keys record, what was learned is shown and saved."""

import shutil
import sys
import threading

import glfw
import numpy as np
import pytest

from arpipe.apps.teach.session import TeachSession
from arpipe.apps.teach.window import GET_READY_S, RECORD_S, TeachWindow, _add_classes, run_window
from arpipe.apps.window.screen import Screen
from arpipe.apps.window.window import Window
from arpipe.config import LiveConfig, RunConfig
from arpipe.errors import ConfigError
from arpipe.recognition.recognizer import Recognizer
from arpipe.types import Frame

pytestmark = [
    pytest.mark.gl,
    pytest.mark.weights,
    pytest.mark.skipif(sys.platform != "linux", reason="the virtual screen is an X server"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb; on Debian: apt-get install xvfb"),
]

RUN = RunConfig.model_validate({"teach": {"features": ["face"], "window_s": 0.0}})
STEP_S = 0.5


class Teacher:
    """Presses keys and shows pictures; its clock moves with each step."""

    def __init__(self, window, context, session, output):
        self.now_s = 100.0
        self.window, self.session = window, session
        self.app = TeachWindow(window, context, session, output, clock=lambda: self.now_s)
        self.count = 0

    def step(self, pixels):
        self.now_s += STEP_S
        self.count += 1
        return self.app.step(Frame(pixels, self.now_s, self.count))

    def record(self, key, pixels):
        self.window.press(key)
        for _ in range(int((GET_READY_S + RECORD_S) / STEP_S) + 2):
            assert self.step(pixels)


@pytest.fixture
def teacher(screen, tmp_path):
    session = TeachSession(RUN)
    session.add_class("up")
    with Window("teach", 640, 360) as window, window.context() as context:
        made = Teacher(window, context, session, tmp_path / "mine.toml")
        yield made
        made.app.close()
    session.close()


def test_number_keys_record_and_what_was_learned_is_saved(teacher, portrait, tmp_path):
    turned = np.ascontiguousarray(portrait[:, ::-1])
    teacher.record(glfw.KEY_1, portrait)
    assert teacher.session.counts["up"] >= 3
    assert teacher.session.problem.startswith("Now record")
    teacher.record(glfw.KEY_0, turned)
    assert teacher.session.problem == ""
    for _ in range(4):
        teacher.step(portrait)
    assert teacher.app._moment.found.label == "up"
    teacher.window.press(glfw.KEY_S)
    teacher.step(portrait)
    assert Recognizer.load(tmp_path / "mine.toml").classes == ("up", "none")
    teacher.window.press(glfw.KEY_BACKSPACE)
    teacher.step(portrait)
    assert teacher.session.counts["none"] == 0


def test_without_a_camera_the_window_says_why_and_closes_at_once(screen, tmp_path, monkeypatch, capsys):
    """The thread of a camera that never comes tries for ever, and must not keep the window's from ending."""
    run = RUN.model_copy(update={"live": LiveConfig(source="9998")})
    draw = Screen.draw

    def draw_until_the_problem_is_shown(self, size_px, scale, shown, **rest):
        draw(self, size_px, scale, shown, **rest)
        if "problem" in shown:
            raise KeyboardInterrupt

    monkeypatch.setattr(Screen, "draw", draw_until_the_problem_is_shown)
    assert run_window(run, [], None, tmp_path / "mine.toml") == 0
    assert "mine.toml was not written: Record a class of your own." in capsys.readouterr().out
    assert not any(thread.name == "capture" for thread in threading.enumerate())


def interrupted(*_):
    raise KeyboardInterrupt


def test_ctrl_c_saves_what_was_learned(teacher, portrait, tmp_path, monkeypatch):
    teacher.record(glfw.KEY_1, portrait)
    teacher.record(glfw.KEY_0, np.ascontiguousarray(portrait[:, ::-1]))
    learned = tmp_path / "learned.toml"
    teacher.session.save(learned)
    monkeypatch.setattr(TeachWindow, "step", interrupted)
    run = RUN.model_copy(update={"live": LiveConfig(source="sample")})
    output = tmp_path / "mine.toml"
    assert run_window(run, [], learned, output) == 0
    assert Recognizer.load(output).classes == ("up", "none")


def test_a_new_recogniser_learns_the_class_that_its_file_is_called_after(teacher, tmp_path):
    teacher.session.classes.remove("up")
    _add_classes(teacher.session, [], tmp_path / "wave.toml")
    assert teacher.session.classes == ["wave", "none"]
    _add_classes(teacher.session, [], tmp_path / "other.toml")
    assert teacher.session.classes == ["wave", "none"]
    teacher.session.classes.remove("wave")
    with pytest.raises(ConfigError, match="--class wave"):
        _add_classes(teacher.session, [], tmp_path / "none.toml")


def test_other_keys_do_nothing_and_q_ends(teacher, portrait):
    teacher.window.press(glfw.KEY_7)
    assert teacher.step(portrait)
    teacher.record(glfw.KEY_S, portrait)
    assert teacher.session.recordings == []
    teacher.window.press(glfw.KEY_Q)
    assert not teacher.step(portrait)
