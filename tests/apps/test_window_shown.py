"""A real window on a virtual screen, driven by keys."""

import shutil
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import glfw
import numpy as np
import psutil
import pytest

from arpipe.apps.live import live
from arpipe.apps.stream.capture import Capture
from arpipe.apps.stream.loop import LiveLoop
from arpipe.apps.stream.setup import LiveParts
from arpipe.apps.window.adjustments import Adjustments
from arpipe.apps.window.app import LiveWindow
from arpipe.apps.window.window import Window
from arpipe.config import LiveConfig, RunConfig
from arpipe.controls.actions import Action
from arpipe.errors import DeviceError
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.sources import open_source
from tests.apps.stream_fakes import FakeCamera, openings

pytestmark = [
    pytest.mark.gl,
    pytest.mark.weights,
    pytest.mark.skipif(sys.platform != "linux", reason="the virtual screen is an X server"),
    pytest.mark.skipif(shutil.which("Xvfb") is None, reason="no Xvfb; on Debian: apt-get install xvfb"),
]

SIZE = (640, 360)
PREVIEW = np.zeros((160, 160, 3), np.uint8)
STEPS = 4000  # more than any of these tests needs, on a busy machine, too
HANGS_S = 5.0  # it takes a tenth of that on a machine that has nothing else to do


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


def test_window_shows_the_picture_and_mirrors_it(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_SPACE)
        app.hud.bars.hide()
        app.step()
        straight = shown(app)
        press(app, window, glfw.KEY_M)
        mirrored = shown(app)
    below = slice(120, None)  # the hint lies above
    assert straight.std() > 20
    assert np.abs(straight[below].astype(int) - mirrored[below, ::-1]).mean() < 2.0


def test_keys_choose_effects(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_2)
        assert app.session.renderer.packs == app.carousel.choices[2].packs
        press(app, window, glfw.KEY_RIGHT)
        assert app.carousel.index == 3
        press(app, window, glfw.KEY_0)
        assert app.session.renderer.packs == ()
        press(app, window, glfw.KEY_D)
        assert [pack.name for pack in app.session.renderer.packs] == ["debug"]
        assert all(preview is not None for preview in app.hud.bars.previews)


def test_triggers_do_what_keys_do(screen, tmp_path):
    controls = [
        {"when": "faces > 0", "effect": "round(scale=1.1)", "set": {"round.tilt_deg": 2.0}},
        {"when": "faces > 0", "hold_s": 0.4, "do": ["mirror", "snapshot", "record", "pause"]},
    ]
    with opened(tmp_path, controls=controls) as (app, _):
        until(app, lambda: app.session.capture.paused)
        assert app.carousel.selected.title == "Round"
        (pack,) = app.session.renderer.packs
        assert (pack.layers[0].params.scale, pack.layers[0].params.tilt_deg) == (1.1, 2.0)
        assert app.interaction.mirror
        assert [path.suffix for path in (tmp_path / "captures").iterdir()] == [".png"]
        assert [outlet.name for outlet in app.session.outlets] == ["recording"]
        assert app.failures.messages == ()


def test_a_trigger_that_fails_is_shown_and_the_run_goes_on(screen, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("arpipe.apps.stream.commands.save_snapshot", broken)
    controls = [{"when": "faces > 0", "name": "hello", "do": "snapshot"}]
    with opened(tmp_path, controls=controls) as (app, _):
        until(app, lambda: app.failures.messages)
        frames = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= frames + 3)
    assert capsys.readouterr().err.count("control 'hello' failed: unexpected TypeError: a defect") == 1


def test_record_and_snapshot_write_files_that_open(screen, tmp_path):
    from PIL import Image

    from arpipe.io.video import VideoFile

    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_R)
        begun = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= begun + 5)
        press(app, window, glfw.KEY_S, glfw.KEY_R)
    (video,) = (tmp_path / "captures").glob("*.mp4")
    (picture,) = (tmp_path / "captures").glob("*.png")
    with VideoFile(video) as written:
        assert len(list(written)) >= 3
    with Image.open(picture) as written_picture:
        assert written_picture.size == SIZE


def test_adjusting_moves_the_glasses_and_is_kept(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_A)
        press(app, window, glfw.KEY_UP, glfw.KEY_UP, glfw.KEY_EQUAL, glfw.KEY_RIGHT)
        params = app.session.renderer.packs[0].layers[0].params
        assert params.offset_mm == (0.5, 1.0, 0.0)  # unmirrored: the person's left is on the right
        assert params.scale == pytest.approx(1.01)
        press(app, window, glfw.KEY_A)
    assert Adjustments.load(tmp_path / "adjustments.toml").packs["wayfarer"].up_mm == 1.0


def test_panels_open_and_escape_closes_them_before_the_window(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_P, glfw.KEY_H)
        assert app.hud.profiling
        assert app.hud.helping
        window.press(glfw.KEY_ESCAPE)
        assert app.step()
        assert not app.hud.helping
        window.press(glfw.KEY_ESCAPE)
        assert not app.step()


def test_pause_holds_the_picture(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_SPACE)
        frames = app.session.figures.frames
        for _ in range(5):
            assert app.step()
        assert app.session.figures.frames == frames
        press(app, window, glfw.KEY_SPACE)
        until(app, lambda: app.session.figures.frames > frames)


def test_glasses_are_adjusted_at_once_even_while_it_is_paused(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_SPACE, glfw.KEY_A)
        app.hud._message_until_s = 0.0
        before, frames = shown(app), app.session.figures.frames
        worn = app.session.renderer._effects.layers
        objects = app.screen._context.resources.count
        press(app, window, *[glfw.KEY_DOWN] * 10)
        after = shown(app)
        face = slice(100, 250), slice(200, 440)
        moved = np.abs(after[face].astype(int) - before[face]).mean()
        assert moved > 2.0
        assert app.session.figures.frames == frames
        assert app.session.renderer._effects.layers == worn  # not built anew
        assert app.screen._context.resources.count == objects
        press(app, window, glfw.KEY_BACKSPACE)
        assert (
            np.abs(shown(app)[face].astype(int) - before[face]).mean() < moved / 3
        )  # light settles meanwhile


def test_adjusting_ends_with_what_cannot_be_moved(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_A, glfw.KEY_UP, glfw.KEY_0)
        assert not app.hud.adjusting
        assert "adjust" not in app.panels()
    assert Adjustments.load(tmp_path / "adjustments.toml").packs["wayfarer"].up_mm == 0.5


def test_window_can_be_resized_and_fill_the_screen(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        glfw.set_window_size(window._handle, 500, 500)
        until(app, lambda: window.size_px == (500, 500))
        app.step()
        picture = shown(app)
        assert picture.shape == (500, 500, 3)
        assert (picture[60:100, 10] == picture[60, 10]).all()  # beside the picture it is night
        press(app, window, glfw.KEY_F)
        until(app, lambda: window.size_px == (1024, 768))
        press(app, window, glfw.KEY_F)
        until(app, lambda: window.size_px == (500, 500))


def broken(*_, **__):
    raise TypeError("a defect")


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


def test_hotkeys_change_the_picture_while_it_is_paused(screen, tmp_path, monkeypatch, capsys):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_SPACE)
        worn = app.interaction.commands.picture
        app._hotkeys._pressed.append(Action.NONE)
        app.step()
        assert np.abs(app.interaction.commands.picture.pixels.astype(int) - worn.pixels).max() > 20
        monkeypatch.setattr("arpipe.apps.stream.commands.save_snapshot", broken)
        app._hotkeys._pressed.append(Action.SNAPSHOT)
        app.step()
    assert "hotkey for snapshot failed: unexpected TypeError: a defect" in capsys.readouterr().err


def test_background_can_be_chosen_while_it_is_paused(screen, tmp_path):
    with opened(tmp_path) as (app, window):
        with_picture(app)
        press(app, window, glfw.KEY_SPACE)
        app.session.set_effects(["background(color=#00ff00)"])
        press(app, window, glfw.KEY_M)  # any key draws again
        assert "new picture" in app.hud._message
        press(app, window, glfw.KEY_SPACE)
        frames = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= frames + 3)


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


def opening_camera(release):
    """A capture whose camera takes for ever to open."""

    def open_():
        release.wait()
        raise DeviceError("too late")

    return Capture(open_, retry_s=60.0)


def failed_camera(_release):
    def open_():
        raise DeviceError("camera 0 cannot be opened; is it plugged in and free?")

    return Capture(open_, retry_s=60.0)


@pytest.mark.parametrize(
    ("capture_of", "keys"),
    [
        pytest.param(opening_camera, (), id="opening"),
        pytest.param(failed_camera, (), id="failed, waiting to try again"),
        pytest.param(lambda _: Capture(openings(FakeCamera(10_000))), (), id="looking for a face"),
        pytest.param(None, (), id="running"),
        pytest.param(None, (glfw.KEY_SPACE,), id="paused"),
        pytest.param(None, (glfw.KEY_R,), id="recording"),
        pytest.param(None, (glfw.KEY_SPACE, glfw.KEY_A), id="adjusting, paused"),
        pytest.param(None, (glfw.KEY_H,), id="helping"),
    ],
)
def test_one_key_ends_every_state_at_once(screen, tmp_path, capture_of, keys):
    before, release = threading.active_count(), threading.Event()
    try:
        with opened(tmp_path, capture_of(release) if capture_of else None) as (app, window):
            if capture_of:
                for _ in range(5):
                    app.step()
            else:
                with_picture(app)
            press(app, window, *keys)
            window.press(glfw.KEY_Q)
            pressed_s = time.monotonic()
            assert not app.step()
        assert time.monotonic() - pressed_s < HANGS_S
    finally:
        release.set()
    deadline_s = time.monotonic() + HANGS_S
    while threading.active_count() > before and time.monotonic() < deadline_s:
        time.sleep(0.01)  # a camera that was being opened comes back now
    assert threading.active_count() <= before
    for recorded in (tmp_path / "captures").glob("*.mp4"):
        with open_source(str(recorded)) as source:
            assert len(list(source)) > 0


def test_twenty_windows_leave_nothing_behind(screen, tmp_path):
    process = psutil.Process()
    counts = []
    for _ in range(20):
        with opened(tmp_path, Capture(openings(FakeCamera(3)))) as (app, _):
            app.step()
            app.step()
            resources = app.screen._context.resources
        counts.append((threading.active_count(), process.num_fds(), resources.count))
    assert counts[-1][0] == counts[4][0]
    assert counts[-1][1] <= counts[4][1]
    assert counts[-1][2] == 0


def test_live_ends_by_itself_after_so_many_frames(screen, tmp_path):
    device = {"width": SIZE[0], "height": SIZE[1]}
    config = LiveConfig.model_validate({"source": "sample", "frames": 5, "device": device})
    report = live(config, run_of(tmp_path))
    assert report.frames == 5
    assert report.latency_p50_ms > 0


def test_a_background_from_the_start_ends_no_run(screen, tmp_path):
    device = {"width": SIZE[0], "height": SIZE[1]}
    config = LiveConfig.model_validate({"source": "sample", "frames": 5, "device": device})
    report = live(config, run_of(tmp_path).model_copy(update={"effects": ("background(blur=8)",)}))
    assert (report.frames, report.problems) == (5, ())


def test_no_screen_is_told(screen, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":4040")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DeviceError, match="--no-window"):
        Window("test", 64, 64)
