import numpy as np
import pytest

from arpipe.effects.changes import with_preset, with_value
from arpipe.effects.packs import load_effect, load_pack
from arpipe.effects.search import find_packs
from arpipe.errors import ConfigError
from tests.effects.kinds import HEADER, STAMP

pytestmark = pytest.mark.usefixtures("stamp_and_blur")
PRESETS = """
[presets.plain]
title = "Plain"
swatch = ["#ffffff"]

[presets.red]
title = "Red"
swatch = ["#ff0000", "#800000"]
set.color = "#f00"
set.placement.left_mm = 7.0
"""


@pytest.fixture
def red(look):
    look(HEADER + STAMP + PRESETS)
    return load_effect("look(preset=red)")


def test_a_preset_sets_parameters_and_the_first_one_is_the_default(look, red):
    assert (red.preset, red.layers[0].params.color) == ("red", (1.0, 0.0, 0.0))
    assert red.layers[0].params.placement.left_mm == 7.0
    plain = load_effect("look")
    assert [(each.name, each.title, each.swatch) for each in plain.presets] == [
        ("plain", "Plain", ("#ffffff",)),
        ("red", "Red", ("#ff0000", "#800000")),
    ]
    assert (plain.preset, plain.layers) == ("plain", plain.presets[0].layers)
    assert plain.layers[0].params.placement.left_mm != 7.0


def test_what_the_user_sets_beats_the_preset_and_outlasts_another_one(red):
    assert load_effect("look(preset=red, color=#00f)").layers[0].params.color == (0.0, 0.0, 1.0)
    changed = with_value(red, "opacity", 0.125)
    plain = with_value(changed, "preset", "plain")
    assert (plain.preset, plain.layers[0].params.opacity) == ("plain", 0.125)
    assert plain.layers[0].params.color != changed.layers[0].params.color
    assert with_preset(plain, "red").layers == changed.layers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("look(preset=rde)", "effect 'look': there is no preset 'rde'; did you mean 'red'?"),
        ("stamp(preset=red)", "effect 'stamp': preset: is not a valid key"),
    ],
)
def test_an_unknown_preset_names_the_nearest(red, text, expected):
    with pytest.raises(ConfigError) as caught:
        load_effect(text)
    assert expected in str(caught.value)
    with pytest.raises(ConfigError, match="there is no preset 'blue'"):
        with_preset(red, "blue")


def test_a_pack_without_presets_says_so(look):
    look(HEADER + STAMP)
    with pytest.raises(ConfigError, match="effect 'look': has no presets"):
        load_effect("look(preset=red)")
    assert load_effect("look").preset is None


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ('set.colour = "#f00"', "presets.red: there is no parameter 'colour'; did you mean 'color'?"),
        ('set.stamp.color = "reddish"', "effect.toml: presets.red: layers[0].color"),
        ("shade = 1", "presets.red.shade"),
        ('swatch2 = ["#fff"]', "presets.red.swatch2"),
    ],
)
def test_mistakes_in_a_preset_name_it_even_if_another_is_used(look, change, expected):
    look(HEADER + STAMP + PRESETS.replace('set.color = "#f00"\n', "") + change)
    with pytest.raises(ConfigError) as caught:
        load_effect("look")
    assert expected in str(caught.value)


@pytest.mark.parametrize("swatch", ['["red"]', "[]", '["#fff", "#fff", "#fff", "#fff"]', '"#fff"'])
def test_swatches_are_colours(look, swatch):
    look(HEADER + STAMP + f'[presets.plain]\ntitle = "Plain"\nswatch = {swatch}\n')
    with pytest.raises(ConfigError, match="swatch"):
        load_effect("look")


def test_bundled_glasses_come_in_several_colours_with_true_swatches(monkeypatch):
    monkeypatch.undo()
    glasses = [pack for pack in map(load_pack, find_packs()) if "glasses" in pack.tags]
    assert len(glasses) == 9
    for pack in glasses:
        assert len({preset.swatch for preset in pack.presets}) == len(pack.presets) >= 4, pack.name
        for preset in pack.presets[1:]:
            changes = preset.layers[0].params.materials.values()
            swatch = np.array([[int(each[k : k + 2], 16) / 255 for k in (1, 3, 5)] for each in preset.swatch])
            distances = [np.abs(swatch - change.color).max(axis=1).min() for change in changes]
            assert min(distances) < 0.12, (pack.name, preset.name)
