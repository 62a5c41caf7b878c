"""What fails beside a window leaves the picture and the run alone."""

import threading

import glfw
import numpy as np
import pytest

from arpipe.apps.stream.capture import Capture
from arpipe.apps.window.window import Window
from arpipe.errors import DeviceError
from arpipe.io.sample import SampleConfig, SampleSource
from tests.apps.shown_window import NEEDS_SCREEN, SIZE, broken, opened, press, shown, until, with_picture

pytestmark = NEEDS_SCREEN

PREVIEW = np.zeros((160, 160, 3), np.uint8)


def test_a_trigger_that_fails_is_shown_and_the_run_goes_on(screen, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("arpipe.apps.stream.commands.save_snapshot", broken)
    controls = [{"when": "faces > 0", "name": "hello", "do": "snapshot"}]
    with opened(tmp_path, controls=controls) as (app, _):
        until(app, lambda: app.failures.messages)
        frames = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= frames + 3)
    assert capsys.readouterr().err.count("control 'hello' failed: unexpected TypeError: a defect") == 1


def test_failing_preview_leaves_the_others_and_the_run_alone(screen, tmp_path, monkeypatch, capsys):
    def one_fails(choice):
        return broken() if choice.title == "Nothing" else PREVIEW

    monkeypatch.setattr("arpipe.apps.window.previews.cached_preview", one_fails)
    monkeypatch.setattr("arpipe.apps.window.previews.PreviewRenderer.render", broken)
    with opened(tmp_path) as (app, _):
        with_picture(app)
        assert app.hud.bars.previews[0] is None
        assert app.hud.bars.previews[1] is PREVIEW
        failed = "the preview of Nothing failed: unexpected TypeError: a defect"
        assert app.session.report().problems == (failed,)
    assert capsys.readouterr().err.count(failed) == 1


@pytest.mark.parametrize("part", ["panels", "status"])
def test_failing_panels_leave_the_picture_alone(screen, tmp_path, monkeypatch, part, capsys):
    with opened(tmp_path) as (app, _):
        with_picture(app)
        target = (app.hud, "panels") if part == "panels" else (app._status, "text")
        monkeypatch.setattr(*target, broken)
        frames = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= frames + 3)
        assert shown(app).std() > 20  # a picture, not a black window
        assert len(app.session.report().problems) == 1
    assert capsys.readouterr().err.count("a defect") == 1


def test_failing_key_is_shown_and_the_run_goes_on(screen, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("arpipe.apps.stream.commands.save_snapshot", broken)
    with opened(tmp_path) as (app, window):
        with_picture(app)
        frames = app.session.figures.frames
        press(app, window, glfw.KEY_S)
        assert "a defect" in app.hud._message
        until(app, lambda: app.session.figures.frames >= frames + 3)
    assert "the last key failed: unexpected TypeError: a defect" in capsys.readouterr().err


def test_recording_that_fails_is_shown_and_the_run_goes_on(screen, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("arpipe.apps.stream.outlets.Recording.write", broken)
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_R)
        until(app, lambda: bool(app.session.failures.messages))
        frames = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= frames + 3)
        assert "recording failed" in app.hud._message
    assert "recording failed: unexpected TypeError: a defect" in capsys.readouterr().err


def test_recordings_without_a_picture_are_not_claimed(screen, tmp_path, capsys):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_SPACE, glfw.KEY_R)
        assert app.interaction.commands.recorder.seconds is not None
        press(app, window, glfw.KEY_R)
        assert app.hud._message == "Nothing was recorded: there was no picture"
        assert app.session.report().recordings == ()
    assert not list((tmp_path / "captures").iterdir())


def test_camera_that_fails_is_explained_and_picked_up_again(screen, tmp_path):
    gone = DeviceError("camera 0 cannot be opened; is it plugged in and free?")
    sample = SampleSource(SampleConfig(width=SIZE[0], height=SIZE[1], frames=None))
    allowed = threading.Event()

    def open_():
        if allowed.is_set():
            return sample
        raise gone

    with opened(tmp_path, Capture(open_, retry_s=0.01), source="0") as (app, _):
        until(app, lambda: app.session.capture.state == "failed")
        blank = shown(app)
        app.step()
        assert "notice" in app.panels()
        allowed.set()
        until(app, lambda: app.session.figures.frames > 0)
        assert "notice" not in app.panels()
    assert blank.shape == (SIZE[1], SIZE[0], 3)


def test_no_screen_is_told(screen, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":4040")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DeviceError, match="--no-window"):
        Window("test", 64, 64)
