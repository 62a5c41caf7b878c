"""The window's parts that need no screen."""

from dataclasses import replace
from types import SimpleNamespace

import glfw
import numpy as np
import pytest

from arpipe.apps.stream.figures import LiveFigures, StageMean
from arpipe.apps.window import adjustments, panels
from arpipe.apps.window.adjustments import Adjustments, UserAdjustment, can_adjust
from arpipe.apps.window.canvas import ACCENT, ALARM, CALM, shortened, text_width
from arpipe.apps.window.dragging import drag_steps
from arpipe.apps.window.keys import HELP, KEYS, Action, digit
from arpipe.apps.window.placement import Hotspot, PlacedPanel, hit
from arpipe.apps.window.screen import fitted
from arpipe.apps.window.status import StatusLine, brightness
from arpipe.apps.window.toolbar import BUTTONS
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform
from arpipe.types import Frame, FrameResult, HeadPose


def result_of(level, faces=(), extra=None):
    frame = Frame(np.full((90, 160, 3), level, np.uint8), 0.0, 0)
    return FrameResult(frame, faces, extra=extra or {})


def glasses_of(pack):
    return pack.layers[0].params


def test_every_action_has_a_key_and_help_names_it():
    assert set(KEYS.values()) == set(Action)
    assert {button.action for button in BUTTONS} < set(KEYS.values())
    letters = {chr(code) for code in KEYS if glfw.KEY_A <= code <= glfw.KEY_Z}
    assert letters <= {part for key, _ in HELP for part in key.split()}
    assert [digit(code) for code in (glfw.KEY_0, glfw.KEY_1, glfw.KEY_9)] == [None, 1, 9]


def test_picture_keeps_its_shape_in_any_window():
    assert fitted((1280, 720), (1280, 720)) == (0, 0, 1280, 720)
    assert fitted((1280, 720), (640, 640)) == (0, 140, 640, 500)
    assert fitted((480, 640), (1280, 640)) == (400, 0, 880, 640)


def test_panels_are_premultiplied_and_grow_with_the_screens_density():
    once, twice = (panels.pill("Looking for a face", scale, CALM) for scale in (1.0, 2.0))
    assert twice.shape[0] == 2 * once.shape[0]
    assert abs(twice.shape[1] - 2 * once.shape[1]) <= 10  # glyphs are fitted to whole px
    assert (once[..., :3] <= once[..., 3:]).all()
    assert once[0, 0, 3] == 0
    assert once[once.shape[0] // 2, 5, 3] > 150


def test_long_messages_take_several_lines():
    one, two = (panels.pill(text, 1.0, ALARM) for text in ("disk full", "disk full\nfree some space"))
    assert two.shape[0] == one.shape[0] + 22
    assert panels.pill("word " * 60, 1.0).shape[1] < 900


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_long_names_are_shortened_to_their_column(scale):
    name = "a class with a name that is longer than its column"
    line = shortened(name, 14, 132, scale)
    assert line.endswith("…")
    assert name.startswith(line[:-1])
    assert 100 < text_width(line, 14, scale) <= 132
    assert shortened("wave (10)", 14, 132, scale) == "wave (10)"
    assert shortened("wide", 14, 1, scale) == "…"
    long, short = (panels.scores("", [(text, 0.5)], (), scale) for text in (name, line))
    assert (long == short).all()


def test_bars_are_as_long_as_stages_take():
    stages = {"infer": StageMean(10.0, 1.0), "draw": StageMean(5.0, 1.0), "frame": StageMean(99.0, 1.0)}
    panel = panels.profile(stages, "30 FPS", "full", (), 1.0)
    lit = {
        color: (np.abs(panel[..., :3].astype(int) - color[:3]).sum(axis=2) < 12).sum(axis=1).max()
        for color in (CALM, ACCENT)
    }
    assert lit[CALM] == pytest.approx(panels.BAR_WIDTH / 2, abs=3)
    assert lit[ACCENT] == pytest.approx(panels.BAR_WIDTH / 4, abs=3)


def test_stages_that_run_in_every_second_frame_are_averaged_over_all():
    figures = LiveFigures()
    for index in range(10):
        figures.add(index / 30, index / 30, {"draw": 4.0, **({"segment": 20.0} if index % 2 else {})})
    assert figures.stage_means() == {"draw": StageMean(4.0, 1.0), "segment": StageMean(10.0, 0.5)}


def test_status_line_shows_what_matters_most():
    now = [0.0]
    status = StatusLine(lambda: now[0])
    assert "Opening" in status.text("opening")
    assert "trying again" in status.text("failed")
    status.observe(result_of(120))
    assert status.text("playing") == ""
    now[0] = 2.0
    assert "Looking for a face" in status.text("playing")
    status.observe(result_of(120), frozenset({"hands"}))
    assert "Looking for a hand" in status.text("playing")
    status.observe(result_of(120, extra={"faces": ("someone",)}))
    assert status.text("playing") == ""  # whatever subject it is
    now[0] = 4.0
    status.observe(result_of(120), frozenset({"mask"}))
    assert status.text("playing") == ""  # a background needs nobody
    dark = StatusLine(lambda: now[0])
    dark.observe(result_of(20))
    assert "Too dark" in dark.text("playing")
    crowd = StatusLine(lambda: now[0])
    crowd.observe(result_of(120, ("a", "b")))
    assert "Two faces" in crowd.text("playing")
    wearer = StatusLine(lambda: now[0])
    face = SimpleNamespace(wears_glasses=True)
    wearer.observe(result_of(120, (face,)), frozenset({"face"}))
    assert "Take your glasses off" in wearer.text("playing")
    wearer.observe(result_of(120, (face,)))
    assert wearer.text("playing") == ""  # nothing to try on
    assert brightness(np.full((64, 64, 3), 90, np.uint8)) == 90.0


def test_adjustments_are_kept_per_pack_and_applied(tmp_path):
    path = tmp_path / "deep" / "adjustments.toml"
    kept = Adjustments.load(path)
    aviator = load_pack("aviator")
    assert kept.applied(aviator) is aviator
    kept.packs["aviator"] = (
        UserAdjustment().moved("right_mm", 2.0).moved("scale", 0.05).moved("tilt_deg", -1.5)
    )
    kept.save()
    again = Adjustments.load(path)
    worn = glasses_of(again.applied(load_effect("aviator(scale=1.1)")))
    assert worn.offset_mm == (-2.0, 0.0, 0.0)
    assert worn.scale == pytest.approx(1.1 * 1.05)
    assert worn.tilt_deg == -1.5
    assert glasses_of(again.applied(load_pack("round"))).offset_mm == (0.0, 0.0, 0.0)
    assert worn.model == glasses_of(aviator).model


def test_adjustment_stops_at_its_limits_and_returns_exactly():
    change = UserAdjustment()
    for _ in range(500):
        change = change.moved("scale", adjustments.STEP_SCALE)
    assert change.scale == adjustments.SCALE_LIMITS[1]
    there_and_back = UserAdjustment()
    for step in [0.1] * 7 + [-0.1] * 7:
        there_and_back = there_and_back.moved("up_mm", step)
    assert there_and_back == UserAdjustment()


def test_damaged_adjustments_are_told(tmp_path):
    path = tmp_path / "adjustments.toml"
    path.write_text("[packs.round]\nscal = 2\n")
    with pytest.raises(ConfigError, match="scale"):
        Adjustments.load(path)


def test_only_worn_objects_can_be_moved():
    assert can_adjust(load_pack("round"))
    assert not can_adjust(load_effect("lipstick"))


def test_the_highest_panel_is_hit_and_pictures_between_panels_are_not():
    low = PlacedPanel(np.zeros((40, 40, 4), np.uint8), hotspots=(Hotspot((0, 0, 10, 10), Action.HELP),))
    high = PlacedPanel(
        np.zeros((20, 20, 4), np.uint8), hotspots=(Hotspot((0, 0, 20, 20), Action.MIRROR),), at_px=(30, 30)
    )
    found = hit({"low": low, "high": high}, (100, 100), 1.0, (35, 35))
    assert (found.panel, found.hotspot.target) == ("high", Action.MIRROR)
    assert hit({"low": low, "high": high}, (100, 100), 1.0, (65, 65)).hotspot is None
    assert hit({"low": low, "high": high}, (100, 100), 1.0, (5, 5)) is None


def test_glasses_are_pulled_against_the_head_however_it_is_tilted():
    angle = np.radians(30.0)
    roll = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    pose = HeadPose(
        RigidTransform(roll @ np.diag([1.0, -1.0, -1.0]), np.array([0, 0, 0.5])), np.zeros((1, 3)), 0.0
    )
    camera = CameraIntrinsics(500.0, 500.0, 80.0, 45.0, 160, 90)
    result = replace(result_of(100, (SimpleNamespace(pose=pose),)), camera=camera)
    steps = drag_steps(result, (10.0, 0.0))  # 10 px at 0.5 m and 500 px are 10 mm
    assert np.hypot(steps["right_mm"], steps["up_mm"]) == pytest.approx(10.0)
    left_up = np.array([-steps["right_mm"], steps["up_mm"], 0.0])
    assert pose.camera_from_head.rotation @ left_up == pytest.approx([10.0, 0.0, 0.0], abs=1e-9)
    assert drag_steps(result_of(100), (10.0, 0.0)) == {}
