"""The window's parts that need no screen."""

from dataclasses import replace
from types import SimpleNamespace

import glfw
import numpy as np
import pytest

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.figures import LiveFigures, StageMean
from arpipe.apps.window import adjustments, palettes, panels
from arpipe.apps.window.adjustments import Adjustments, UserAdjustment, can_adjust
from arpipe.apps.window.canvas import ACCENT, ALARM, CALM, shortened, text_width
from arpipe.apps.window.carousel_bar import TOP, CarouselView, Thumbnails, carousel
from arpipe.apps.window.dragging import drag_steps
from arpipe.apps.window.hud import Hud, HudState
from arpipe.apps.window.keys import HELP, KEYS, Action, digit
from arpipe.apps.window.parameters import primary_row, rows_of
from arpipe.apps.window.placement import Hotspot, PlacedPanel, SliderTarget, ValueTarget, hit
from arpipe.apps.window.previews import PreviewRenderer, cached_preview
from arpipe.apps.window.screen import fitted
from arpipe.apps.window.sliders import MAX_ROWS, next_hue, sliders, step_of, value_at
from arpipe.apps.window.status import StatusLine, brightness
from arpipe.apps.window.toolbar import BUTTONS
from arpipe.apps.window.try_on import TryOn
from arpipe.effects.kinds import kinds as kind_names
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import ConfigError, OutputError
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


def test_carousel_begins_with_what_was_asked_for():
    carousel = Carousel(["round"])
    titles = [choice.title for choice in carousel.choices]
    assert titles[0] == "Nothing"
    assert carousel.selected.packs[0].name == "round"
    assert titles.count("Round") == 1
    carousel.step(-carousel.index - 1)
    assert carousel.index == len(titles) - 1
    assert not carousel.select(len(titles))
    look = Carousel(["lipstick", "round(scale=1.1)"])
    assert look.index == 1
    assert [pack.name for pack in look.selected.packs] == ["lipstick", "round"]
    assert Carousel([]).selected.packs == ()


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


def test_carousel_goes_away_and_comes_back():
    now = [0.0]
    hud = Hud(Carousel([]), lambda: now[0])
    assert hud.shows_carousel
    now[0] = 60.0
    assert not hud.shows_carousel
    hud.show_carousel()
    assert hud.shows_carousel
    hud.toggle_help()
    assert not hud.shows_carousel


@pytest.mark.gl
def test_previews_show_the_effect_and_are_kept_until_it_changes(tmp_path):
    from arpipe.render.context import GlContext

    carousel = Carousel(["wayfarer"])
    nothing, worn = carousel.choices[0], carousel.selected
    with GlContext.headless() as context:
        renderer = PreviewRenderer(context, tmp_path)
        bare, dressed = renderer.render(nothing), renderer.render(worn)
    assert bare.shape == dressed.shape == (160, 160, 3)
    assert (np.abs(bare.astype(int) - dressed).sum(axis=2) > 60).mean() > 0.03
    assert (cached_preview(worn, tmp_path) == dressed).all()
    assert cached_preview(Carousel(["wayfarer(scale=1.2)"]).selected, tmp_path) is None


@pytest.mark.gl
@pytest.mark.parametrize(
    "effects",
    [
        ("background(color=#00ff00)", "background(color=#ff0000)"),
        ("filter(on=background, kernel=edges)", "filter(on=background, kernel=emboss)"),
    ],
)
def test_previews_of_what_lies_behind_the_sitter_are_drawn(tmp_path, effects):
    from arpipe.render.context import GlContext

    with GlContext.headless() as context:
        renderer = PreviewRenderer(context, tmp_path)
        one, other = (renderer.render(Carousel([effect]).selected).astype(int) for effect in effects)
    change = np.abs(one - other).sum(axis=2)
    assert change[5:25, 5:25].mean() > 3.0
    assert np.median(change[70:90, 70:90]) <= 6  # the face is in front of it


def test_sliders_reach_both_ends_and_stop_there():
    rows = rows_of(load_pack("wayfarer"), load_pack("wayfarer"), UserAdjustment())
    assert [row.control.label for row in rows[:5]] == ["Size", "Sideways", "Up", "Forward", "Tilt"]
    up = rows[2].control
    assert [value_at(up, share) for share in (-0.1, 0.0, 0.5, 1.0, 1.1)] == [-20.0, -20.0, 0.0, 20.0, 20.0]
    assert step_of(up, 1) == pytest.approx(1.0)
    assert step_of(replace(up, value=19.8), 3) == 20.0
    assert primary_row(rows).control.label == "Size"
    lipstick = load_pack("lipstick")
    assert primary_row(rows_of(lipstick, lipstick, UserAdjustment())).control.key == "lipstick.opacity"
    assert primary_row([]) is None


def test_colours_on_offer_are_those_of_the_layer():
    kinds = set(kind_names())
    assert set(palettes._BY_KIND) <= kinds
    look = load_effect("natural")
    offered = {row.control.key: row.palette for row in rows_of(look, look, UserAdjustment()) if row.palette}
    assert offered["natural.lipstick.color"] == palettes.LIPS
    assert offered["natural.brows.color"] == palettes.HAIR
    assert offered["natural.foundation.color"] == palettes.SKIN
    glasses = load_pack("round")
    assert {row.palette for row in rows_of(glasses, glasses, UserAdjustment())} == {(), palettes.FRAMES}


def test_hues_turn_and_come_back_and_greys_become_coloured():
    color = "#8c2433"
    there = next_hue(color, 5)
    assert there != color
    back = next_hue(there, -5)
    assert all(abs(int(back[at : at + 2], 16) - int(color[at : at + 2], 16)) <= 2 for at in (1, 3, 5))
    assert len({next_hue("#ffffff", 1)[at : at + 2] for at in (1, 3, 5)}) > 1


def test_panels_of_parameters_name_them_and_show_what_can_be_clicked():
    pack = load_effect("natural")
    rows = rows_of(pack, pack, UserAdjustment())
    sheet = sliders("Natural", rows, 2, 1.0)
    keys = {spot.target.key for spot in sheet.hotspots if isinstance(spot.target, SliderTarget | ValueTarget)}
    assert keys == {row.control.key for row in rows[2 : 2 + MAX_ROWS]}
    height, width = sheet.panel.shape[:2]
    for spot in sheet.hotspots:
        left, top, right, bottom = spot.box
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height


def test_another_selection_is_drawn_even_if_the_placement_cannot_be_saved():
    drawn, carousel = [], Carousel(["wayfarer"])
    hud = Hud(carousel)
    try_on = TryOn(SimpleNamespace(set_effects=drawn.append), carousel, Adjustments(None, {}), hud)
    try_on.toggle_adjusting()
    try_on.move(up_mm=1.0)
    with pytest.raises(OutputError, match="no home folder"):
        try_on.select(0)
    assert (drawn[-1], hud.adjusting) == ([], False)


def test_parameters_of_an_effect_with_fewer_of_them_are_not_scrolled_out_of_sight():
    many, few = (rows_of(pack, pack, UserAdjustment()) for pack in map(load_effect, ("natural", "lipstick")))
    session = SimpleNamespace(capture=SimpleNamespace(paused=False))
    hud = Hud(Carousel([]))
    hud.open_adjusting()
    hud.scroll_rows(len(many), len(many))
    for rows in (many, few):
        spots = hud.panels(session, (1280, 720), 1.0, HudState(rows=rows))["adjust"].hotspots
        keys = {spot.target.key for spot in spots if isinstance(spot.target, SliderTarget | ValueTarget)}
        assert keys == {row.control.key for row in rows[-MAX_ROWS:]}


def test_the_highest_panel_is_hit_and_pictures_between_panels_are_not():
    low = PlacedPanel(np.zeros((40, 40, 4), np.uint8), hotspots=(Hotspot((0, 0, 10, 10), Action.HELP),))
    high = PlacedPanel(
        np.zeros((20, 20, 4), np.uint8), hotspots=(Hotspot((0, 0, 20, 20), Action.MIRROR),), at_px=(30, 30)
    )
    found = hit({"low": low, "high": high}, (100, 100), 1.0, (35, 35))
    assert (found.panel, found.hotspot.target) == ("high", Action.MIRROR)
    assert hit({"low": low, "high": high}, (100, 100), 1.0, (65, 65)).hotspot is None
    assert hit({"low": low, "high": high}, (100, 100), 1.0, (5, 5)) is None


def test_missing_previews_have_a_placeholder_with_their_title():
    titles = ["Nothing", "A title that is far too long"]
    empty, named = (
        carousel([title, title], [None, None], 0, [1], 1.0, Thumbnails()).panel for title in ("", titles[1])
    )
    tile = slice(TOP + 30, TOP + 70), slice(30, 90)
    assert (empty[tile] == empty[TOP + 30, 30]).all()
    assert not (named[tile] == empty[tile]).all()


def test_view_of_the_carousel_follows_the_selection_only_out_of_sight():
    view = CarouselView(30)
    assert view.first(10, 7) == 7
    assert view.first(11, 7) == 7
    assert view.first(20, 7) == 17
    view.scroll(3)
    assert view.first(20, 7) == 20
    assert view.first(0, 7) == 27
    assert view.first(2, 7) == 27
    assert view.first(2, 3) == 1  # the window has become narrower


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
