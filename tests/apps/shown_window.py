"""A window with the sample on a virtual screen, for the tests that drive it."""

import shutil
import sys
from contextlib import ExitStack, contextmanager

import pytest

from arpipe.apps.stream.capture import Capture
from arpipe.apps.stream.loop import LiveLoop
from arpipe.apps.stream.setup import LiveParts
from arpipe.apps.window.adjustments import Adjustments
from arpipe.apps.window.app import LiveWindow
from arpipe.apps.window.window import Window
from arpipe.config import RunConfig
from arpipe.io.sample import SampleConfig, SampleSource

NEEDS_SCREEN = [
    pytest.mark.gl,
    pytest.mark.weights,
    pytest.mark.skipif(sys.platform != "linux", reason="the virtual screen is an X server"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb; on Debian: apt-get install xvfb"),
]

SIZE = (640, 360)

STEPS = 4000  # more than any of these tests needs, on a busy machine, too


def run_of(tmp_path, **more):
    controls = more.pop("controls", ())
    settings = {"source": "sample", "folder": tmp_path / "captures", "mirror": False, **more}
    return RunConfig.model_validate({"effects": ("wayfarer",), "live": settings, "controls": controls})


def sample_capture():
    config = SampleConfig(width=SIZE[0], height=SIZE[1], frames=None, noise=0.0)
    return Capture(lambda: SampleSource(config))


@contextmanager
def opened(tmp_path, capture=None, **more):
    with ExitStack() as stack:
        window = stack.enter_context(Window("test", *SIZE))
        context = stack.enter_context(window.context())
        parts = LiveParts(capture=capture or sample_capture())
        kept = Adjustments(tmp_path / "adjustments.toml", {})
        app = LiveWindow(window, context, run_of(tmp_path, **more), parts, stack, kept)
        loop = LiveLoop(app.session, app, app._run.live)
        app.step = loop.step
        yield app, window


def until(app, reached):
    for _ in range(STEPS):
        app.step()
        if reached():
            return
    raise AssertionError(f"not reached in {STEPS} steps")


def shown(app):
    return app.screenshot()


def press(app, window, *codes):
    for code in codes:
        window.press(code)
    app.step()


def with_picture(app):
    until(app, lambda: app.session.figures.frames >= 3)


def broken(*_, **__):
    raise TypeError("a defect")
