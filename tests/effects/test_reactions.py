"""Layers of packs that react to the face."""

from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from arpipe.apps.effects import _print_pack as print_pack
from arpipe.controls.drive import SignalRange
from arpipe.effects.active import ActiveEffects
from arpipe.effects.changes import with_drive, with_value, without_reactions
from arpipe.effects.packs import load_effect, load_pack, needs_of
from arpipe.effects.reacting_packs import ReactingPacks
from arpipe.errors import ConfigError
from arpipe.needs import Need
from arpipe.pipeline.renderer import EffectRenderer
from tests.controls import results
from tests.effects.kinds import HEADER, STAMP
from tests.render.faces import face_at, plain_frame, pose_at, result_of


def result(index, jaw, begins=False):
    face = results.face(scores={"jawOpen": jaw})
    return replace(results.result(index / 30, index, faces=[face]), begins_stream=begins)


def layers(text, look, *jaws):
    """Opacity and visibility of the one layer of a pack, after each frame."""
    look(HEADER + STAMP + text)
    reacting = ReactingPacks([load_pack("look")])
    states = []
    for index, jaw in enumerate(jaws):
        (layer,) = reacting.update(result(index, jaw))[0].layers
        states.append((round(layer.params.opacity, 2), layer.is_visible))
    return states


def test_a_layer_is_drawn_while_its_condition_holds(look):
    states = layers('when = "expression.jawOpen > 0.5"\n', look, 0, 0, *(1.0,) * 6, *(0.0,) * 6)
    visible = [seen for _, seen in states]
    assert visible[:2] == [False, False]
    assert visible[5:8] == [True, True, True]
    assert visible[-3:] == [False, False, False]
    assert {opacity for opacity, _ in states} == {0.5}


def test_a_layer_shows_on_a_photo_at_once(look):
    assert layers('when = "expression.jawOpen > 0.5"\n', look, 1.0) == [(0.5, True)]


def test_a_signal_sets_a_parameter(look):
    drive = 'drive = { opacity = { by = "jawOpen", from = [0.2, 0.6], to = [0.0, 0.8], smooth_s = 0 } }\n'
    opacities = [opacity for opacity, _ in layers(drive, look, 0.0, 0.2, 0.4, 0.6, 1.0)]
    assert opacities == pytest.approx([0.0, 0.0, 0.4, 0.8, 0.8], abs=0.01)


def test_a_signal_sets_a_value_in_a_table(look):
    look(
        HEADER
        + STAMP
        + '[layers.drive]\n"placement.left_mm" = { by = "jawOpen", to = [0, 6], smooth_s = 0 }\n'
    )
    reacting = ReactingPacks([load_pack("look")])
    assert reacting.update(result(0, 0.5))[0].layers[0].params.placement.left_mm == pytest.approx(
        3.0, abs=0.02
    )


def test_packs_that_do_not_change_stay_the_same_objects(look):
    look(HEADER + STAMP + 'when = "smile"\n')
    still = load_effect("stamp")
    reacting = ReactingPacks([load_pack("look"), still])
    before = reacting.update(result(0, 0.0))
    assert reacting.update(result(1, 0.0)) is before
    assert before[1] is still


def test_a_pack_needs_what_its_conditions_and_signals_need(look):
    look(
        HEADER
        + STAMP
        + 'when = "body.left_wrist above left_shoulder"\ndrive = { opacity = { by = "smile" } }\n'
    )
    assert needs_of(load_pack("look")) == {Need.BODY, Need.EXPRESSIONS}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('when = "smil"', r"layers\[0\].when: condition 'smil': there is no 'smil'; did you mean 'smile'"),
        ('when = "smile > 3"', r"layers\[0\].when: .* can never hold"),
        (
            'drive = { opacit = { by = "smile" } }',
            r"drive.opacit: there is no parameter 'opacit'; did you mean",
        ),
        (
            'drive = { opacity = { by = "smile", to = [0, 3] } }',
            r"drive.opacity: .*less than or equal to 1.*got 3",
        ),
        (
            'drive = { opacity = { bye = "smile" } }',
            r"layers\[0\].drive.opacity.bye: is not a valid key; did you",
        ),
        (
            'drive = { color = { by = "smile" } }',
            r"drive.color: is not a number, so that no signal can drive it",
        ),
    ],
)
def test_mistakes_name_the_file_and_what_is_near(look, text, message):
    look(HEADER + STAMP + text + "\n")
    with pytest.raises(ConfigError, match=message):
        load_pack("look")


def test_values_and_drives_of_loaded_packs(stamp_and_blur):
    pack = load_effect("stamp")
    assert with_value(pack, "opacity", 0.3).layers[0].params.opacity == 0.3
    assert with_value(pack, "stamp.opacity", 0.3).layers[0].params.opacity == 0.3
    with pytest.raises(
        ConfigError, match="effect 'stamp': there is no parameter 'opacit'; did you mean 'opacity'"
    ):
        with_value(pack, "opacit", 0.3)
    with pytest.raises(ConfigError, match="effect 'stamp': opacity: .*less than or equal to 1, got 3"):
        with_value(pack, "opacity", 3)
    driven = with_drive(pack, "opacity", SignalRange(by="jawOpen", smooth_s=0.0))
    reacting = ReactingPacks([driven])
    assert reacting.update(result(0, 0.25))[0].layers[0].params.opacity == 0.25


def test_a_hidden_layer_stays_built_and_is_not_drawn(look):
    look(HEADER + STAMP + 'when = "expression.jawOpen > 0.5"\n')
    built, active = [], ActiveEffects()
    reacting = ReactingPacks([load_pack("look")])
    shown = []
    for index, jaw in enumerate((0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0)):
        active.update(reacting.update(result(index, jaw, begins=index == 0)), built)
        shown.append(len(active.layers))
    assert (shown[0], max(shown), shown[-1]) == (0, 1, 0)
    assert len(built) == 1
    assert not built[0].closed
    active.close()


def test_previews_show_all_layers_as_in_the_file(look, capsys):
    look(HEADER + STAMP + 'when = "smile"\ndrive = { opacity = { by = "jawOpen", from = [0, 0.5] } }\n')
    pack = load_pack("look")
    shown = ReactingPacks([without_reactions(pack)])
    (layer,) = shown.update(result(0, 0.0))[0].layers
    assert (layer.params.opacity, layer.is_visible) == (0.5, True)
    printed = Console(record=True, width=120)
    print_pack(pack, printed)
    text = printed.export_text()
    assert "smile" in text
    assert "jawOpen from 0 to 0.5 → 0 to 1" in text


@pytest.mark.gl
def test_lipstick_follows_the_mouth_on_the_picture():
    pack = with_drive(load_effect("lipstick"), "opacity", SignalRange(by="jawOpen", smooth_s=0.0))
    face = face_at(pose_at())
    expressions = [results.expressions(jawOpen=jaw) for jaw in (0.0, 0.5, 1.0)]
    with EffectRenderer(effects=[pack]) as renderer:
        changes = []
        for index, scores in enumerate(expressions):
            frame = plain_frame(time_s=index / 30)
            picture = renderer.render(result_of(frame, replace(face, expressions=scores)))
            changes.append(np.abs(picture.pixels.astype(int) - frame.pixels).sum())
        assert changes[0] < changes[1] < changes[2]
