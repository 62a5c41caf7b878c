"""A real window on a virtual screen, driven by keys."""

import glfw
import numpy as np
import pytest

from arpipe.apps.window.adjustments import Adjustments
from arpipe.controls.actions import Action
from tests.apps.shown_window import NEEDS_SCREEN, SIZE, broken, opened, press, shown, until, with_picture

pytestmark = NEEDS_SCREEN


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
        app.hud.bars.hide()  # now, and not while objects are counted
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
