"""The effects that are drawn for a choice, with backgrounds behind it."""

import pytest

from arpipe.apps.stream.carousel import Carousel
from arpipe.apps.stream.selection import BACKGROUNDS, EffectSelection


@pytest.mark.parametrize("chosen", ["round", "background(blur=4)"])
def test_backgrounds_take_turns_behind_the_choice_and_in_place_of_its_own(chosen):
    drawn = []
    selection = EffectSelection(Carousel([chosen]), drawn.append)
    kinds = []
    for parameters in [*list(BACKGROUNDS)[1:], ""]:
        selection.next_background()
        assert selection.background == parameters
        kinds.append([layer.kind for pack in drawn[-1] for layer in pack.layers])
    glasses = ["rigid_mesh"] if chosen == "round" else []
    assert kinds[:-1] == [["background", *glasses]] * (len(BACKGROUNDS) - 1)
    assert kinds[-1] == (glasses or ["background"])
    values = [pack.layers[0].params.blur for pack, *_ in drawn[:2]]
    assert values == [8, 24]


def test_a_background_of_a_trigger_ends_the_turn():
    drawn = []
    selection = EffectSelection(Carousel([]), drawn.append)
    selection.next_background()
    selection.set_background("color=#ff0000")
    assert selection.background == ""
    selection.next_background()
    assert drawn[-1][0].layers[0].params.blur == 8
