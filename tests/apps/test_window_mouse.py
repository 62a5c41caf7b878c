"""A real window on a virtual screen, driven by a real mouse."""

from contextlib import contextmanager

import glfw
import numpy as np
import pytest

from arpipe.apps.window.placement import ResetTarget, SliderTarget, TileTarget, ValueTarget
from arpipe.controls.actions import Action
from tests.apps.shown_window import NEEDS_SCREEN, opened, press, until, with_picture
from tests.apps.x_mouse import WHEEL_DOWN, WHEEL_UP, is_available, x_mouse

pytestmark = [
    *NEEDS_SCREEN,
    pytest.mark.skipif(not is_available(), reason="no XTEST; on Debian: apt-get install libxtst6"),
]


class Hand:
    """Points at parts of the window, and steps the app after each event as a user would wait for it."""

    def __init__(self, app, window, mouse):
        self.app, self.window, self.mouse = app, window, mouse

    def settle(self):
        """Act on what has come, and draw even if there is no new picture."""
        self.app.step()
        return self.app.screenshot()

    def place(self, panel, target):
        """Middle of a part of a panel, px of the window."""
        view = self.app._view
        placed = view.panels[panel]
        left, top, *_ = placed.box_px(view.size_px, view.scale)
        (box,) = (spot.box for spot in placed.hotspots if spot.target == target)
        return left + (box[0] + box[2]) / 2 * view.scale, top + (box[1] + box[3]) / 2 * view.scale

    def move(self, x, y):
        left, top = glfw.get_window_pos(self.window._handle)
        self.mouse.move(left + x, top + y)
        self.settle()

    def click(self, panel, target):
        self.move(*self.place(panel, target))
        self.mouse.click()
        self.settle()

    def turn(self, button, steps=1):
        for _ in range(steps):
            self.mouse.click(button)
        self.settle()

    def drag(self, begin, end):
        self.move(*begin)
        self.mouse.press()
        self.settle()
        for share in (0.3, 0.6, 1.0):
            self.move(*(a + share * (b - a) for a, b in zip(begin, end, strict=True)))
        self.mouse.release()
        self.settle()


@contextmanager
def handled(tmp_path, **more):
    with opened(tmp_path, **more) as (app, window), x_mouse() as mouse:
        with_picture(app)
        hand = Hand(app, window, mouse)
        hand.move(5, 5)
        yield app, window, hand


def glasses_of(app):
    return app.session.renderer.packs[0].layers[0].params


def test_bars_appear_with_the_mouse_and_fade(screen, tmp_path):
    now = [100.0]
    with handled(tmp_path) as (app, window, hand):
        press(app, window, glfw.KEY_SPACE)
        app.hud.bars._clock = lambda: now[0]
        app.hud.bars.hide()
        bare = hand.settle()[:, -60:].astype(int)
        assert not {"toolbar", "carousel"} & app._view.panels.keys()
        hand.move(60, 60)
        assert {"toolbar", "carousel"} <= app._view.panels.keys()
        full = hand.settle()[:, -60:]
        now[0] += 3.2  # half-way through the fading
        assert 0.0 < app.hud.bars.toolbar_opacity < 1.0
        half = hand.settle()[:, -60:]
        assert 0.0 < np.abs(half - bare).sum() < np.abs(full - bare).sum()
        now[0] += 1.0
        assert (hand.settle()[:, -60:] == bare).all()
        assert app.screen._panels.keys() == {"status"}  # nothing is kept on the graphics card


def test_bars_stay_while_the_pointer_rests_on_them(screen, tmp_path):
    now = [100.0]
    with handled(tmp_path) as (app, _, hand):
        app.hud.bars._clock = lambda: now[0]
        app.hud.bars.wake()
        hand.settle()
        hand.move(*hand.place("toolbar", Action.MIRROR))
        now[0] += 2.9
        hand.settle()
        now[0] += 2.9
        hand.settle()
        assert {"toolbar", "highlight", "tooltip"} <= app._view.panels.keys()


def test_a_click_on_a_preview_selects_it_and_the_wheel_brings_others(screen, tmp_path):
    with handled(tmp_path) as (app, _, hand):
        tiles = [spot.target.index for spot in app._view.panels["carousel"].hotspots]
        other = next(index for index in tiles[1:-1] if index != app.carousel.index)
        hand.click("carousel", TileTarget(other))
        assert app.carousel.index == other
        assert app.session.renderer.packs == app.carousel.choices[other].packs
        assert [spot.target.index for spot in app._view.panels["carousel"].hotspots] == tiles  # nothing jumps
        hand.turn(WHEEL_DOWN, 2)
        moved = [spot.target.index for spot in app.panels()["carousel"].hotspots]
        assert moved == [(index + 2) % len(app.carousel.choices) for index in tiles]
        assert app.carousel.index == other


def test_buttons_of_the_toolbar_do_what_keys_do(screen, tmp_path, capsys):
    with handled(tmp_path) as (app, _, hand):
        hand.click("toolbar", Action.MIRROR)
        assert app.interaction.mirror
        hand.click("toolbar", Action.RECORD)
        begun = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= begun + 3)
        assert "recording" in app._view.panels
        hand.click("toolbar", Action.SNAPSHOT)
        hand.click("toolbar", Action.RECORD)
        hand.click("toolbar", Action.HELP)
        assert app.hud.helping
        hand.click("toolbar", Action.HELP)
        hand.click("toolbar", Action.PAUSE)
        assert app.session.capture.paused
    (video,) = (tmp_path / "captures").glob("*.mp4")
    (picture,) = (tmp_path / "captures").glob("*.png")
    assert capsys.readouterr().out.splitlines() == [f"Saved {picture}", f"Recorded {video}"]
    assert app.session.report().recordings == (video,)


def test_background_button_steps_through_backgrounds_and_the_run_goes_on(screen, tmp_path):
    with handled(tmp_path) as (app, _, hand):
        hand.click("toolbar", Action.BACKGROUND)
        assert [pack.name for pack in app.session.renderer.packs] == ["background", "wayfarer"]
        assert "blurred" in app.hud._message
        frames = app.session.figures.frames
        until(app, lambda: app.session.figures.frames >= frames + 3)
        assert app.session.report().problems == ()


def test_wheel_and_drag_over_the_picture_size_and_move_the_glasses(screen, tmp_path):
    with handled(tmp_path) as (app, window, hand):
        press(app, window, glfw.KEY_SPACE)
        before = glasses_of(app)
        hand.move(320, 150)
        hand.turn(WHEEL_UP, 3)
        assert glasses_of(app).scale > before.scale
        assert app.hud._message.startswith("Size: 10")
        (face,) = app._view.result.faces
        begin = (face.landmarks["nose_tip"] + 0.5)[:2]
        hand.drag(begin, np.add(begin, (12.0, 6.0)))
        moved = np.subtract(glasses_of(app).offset_mm, before.offset_mm)
        rotation, depth_m = face.pose.camera_from_head.rotation, face.pose.camera_from_head.translation_m[2]
        shift_px = (rotation @ moved)[:2] / 1000 * app._view.result.camera.fx / depth_m
        assert shift_px == pytest.approx((12.0, 6.0), abs=2.5)  # the glasses follow the pointer
        hand.turn(WHEEL_DOWN, 3)
        assert glasses_of(app).scale == pytest.approx(before.scale)


def test_sliders_and_colours_adjust_and_reset(screen, tmp_path):
    with handled(tmp_path) as (app, _, hand):
        own = glasses_of(app)
        hand.click("toolbar", Action.ADJUST)
        hand.settle()
        slider = hand.place("adjust", SliderTarget("wayfarer.scale"))
        hand.drag(slider, (slider[0] + 40, slider[1]))
        assert glasses_of(app).scale > 1.1
        red = next(
            spot.target
            for spot in app._view.panels["adjust"].hotspots
            if isinstance(spot.target, ValueTarget)
            and spot.target.key == "wayfarer.color"
            and spot.target.value
        )
        hand.click("adjust", red)
        assert glasses_of(app).color != own.color
        hand.turn(WHEEL_UP)
        hand.settle()
        assert next(row.control.value for row in app._try_on.rows if row.control.key == red.key) not in (
            red.value,
            "#ffffff",
        )  # the hue was turned
        hand.click("adjust", ValueTarget("wayfarer.preset", "honey"))
        assert app.session.renderer.packs[0].preset == "honey"
        hand.click("adjust", ResetTarget())
        assert app.session.renderer.packs[0].preset == "black"
        assert (glasses_of(app).scale, glasses_of(app).color) == (own.scale, own.color)
        hand.click("adjust", Action.ADJUST)
        assert not app.hud.adjusting


def test_escape_while_recording_asks_before_it_quits(screen, tmp_path):
    with handled(tmp_path) as (app, window, hand):
        press(app, window, glfw.KEY_R)
        press(app, window, glfw.KEY_ESCAPE)
        assert app.hud.asking
        window.press(glfw.KEY_ESCAPE, repeated=True)
        hand.settle()
        assert app.hud.asking
        hand.click("question", Action.BACK)
        assert not app.hud.asking
        assert app.interaction.commands.recorder.seconds is not None
        press(app, window, glfw.KEY_ESCAPE, glfw.KEY_SPACE)  # any key but those that confirm goes on
        assert not app.hud.asking
        assert not app.session.capture.paused
        until(app, lambda: app.session.figures.frames > 5)
        press(app, window, glfw.KEY_ESCAPE)
        window.press(glfw.KEY_ENTER)
        assert not app.step()
    (video,) = (tmp_path / "captures").glob("*.mp4")
    assert video.stat().st_size > 1000


def test_double_click_fills_the_screen(screen, tmp_path):
    with handled(tmp_path) as (app, window, hand):
        hand.move(300, 40)
        hand.mouse.click()
        hand.mouse.click()
        hand.settle()
        until(app, lambda: window.size_px == (1024, 768))
        assert window.is_full_screen
