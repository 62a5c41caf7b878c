"""The teaching window on a virtual screen: number keys record, what was learned is shown and saved."""

import shutil
import sys

import glfw
import numpy as np
import pytest

from arpipe.apps.teach.session import TeachSession
from arpipe.apps.teach.window import GET_READY_S, RECORD_S, TeachWindow
from arpipe.apps.window.window import Window
from arpipe.config import RunConfig
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


def test_other_keys_do_nothing_and_q_ends(teacher, portrait):
    teacher.window.press(glfw.KEY_7)
    assert teacher.step(portrait)
    teacher.record(glfw.KEY_S, portrait)
    assert teacher.session.recordings == []
    teacher.window.press(glfw.KEY_Q)
    assert not teacher.step(portrait)
