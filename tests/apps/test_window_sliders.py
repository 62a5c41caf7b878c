"""The window's sliders and colours of an effect's parameters."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.window import palettes
from arpipe.apps.window.adjustments import Adjustments, UserAdjustment
from arpipe.apps.window.hud import Hud, HudState
from arpipe.apps.window.parameters import primary_row, rows_of
from arpipe.apps.window.placement import SliderTarget, ValueTarget
from arpipe.apps.window.sliders import MAX_ROWS, next_hue, sliders, step_of, value_at
from arpipe.apps.window.try_on import TryOn
from arpipe.effects.kinds import kinds as kind_names
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import OutputError


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
