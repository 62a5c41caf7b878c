"""Glasses and lipstick on pictures whose occluders are known, see `pictures.py`."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.io.sample import SampleSource
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from tests.tracking.occlusion.pictures import CASES, SAMPLE, draw_picture

ON_OCCLUDERS, OFF_SKIN, LIPS_ON_OCCLUDERS, FOUNDATION_ON_MASKS = 0.05, 0.02, 0.01, 0.05
FEWEST = 60  # px of an effect on a place, below which its share says nothing
VISIBLE = 10  # levels by which an effect must change a pixel to count


@pytest.fixture(scope="module")
def pictures():
    with SampleSource(SAMPLE) as sample:
        drawn = [draw_picture(sample, name) for name in CASES]
    return [(each, replace(each.result, occlusion=occlusion(each.result))) for each in drawn]


def occlusion(result):
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))
    context = FrameContext(result.frame, StageTimer(), result.camera, faces=result.faces, hands=result.hands)
    return tracker.update(context)


def painted(effect, pictures):
    """Each picture, with the (h, w) change by an effect without and with the mattes."""
    with EffectRenderer(RenderConfig(supersample=1), effects=[effect]) as renderer:
        for each, matted in pictures:
            before = each.result.frame.pixels.astype(int)
            yield (
                each,
                [
                    np.abs(renderer.render(result).pixels - before).max(axis=2)
                    for result in (each.result, matted)
                ],
            )


class Shares:
    """How much of an effect is left in certain places, over several pictures."""

    def __init__(self):
        self.by_name, self._left, self._all = {}, 0.0, 0.0

    def add(self, name, changes, where):
        without, with_mattes = changes
        place = where & (without >= VISIBLE)
        left, everything = float(with_mattes[place].sum()), float(without[place].sum())
        self._left, self._all = self._left + left, self._all + everything
        if place.sum() >= FEWEST:
            self.by_name[name] = round(left / everything, 4)

    @property
    def overall(self):
        return self._left / self._all

    def __repr__(self):
        return f"{self.overall:.4f} of all, {self.by_name}"


@pytest.mark.gl
def test_glasses_go_under_what_is_before_them_and_stay_on_skin(pictures):
    on_occluders, on_skin = Shares(), Shares()
    for each, changes in painted("wayfarer", pictures):
        if "mask" not in each.name:  # glasses rest on masks
            on_occluders.add(each.name, changes, each.truth > 0.98)
        on_skin.add(each.name, changes, each.skin)
    assert len(on_occluders.by_name) >= 6
    assert on_occluders.overall <= ON_OCCLUDERS, on_occluders
    assert on_skin.overall >= 1.0 - OFF_SKIN, on_skin
    assert min(on_skin.by_name.values()) >= 1.0 - 2 * OFF_SKIN, on_skin


@pytest.mark.gl
def test_lipstick_is_never_on_masks_or_hands(pictures):
    on_occluders, on_lips = Shares(), Shares()
    for each, changes in painted("bold-lip", pictures):
        if "mask" in each.name or "hand" in each.name:
            on_occluders.add(each.name, changes, each.truth > 0.98)
        if "mask" not in each.name:
            on_lips.add(each.name, changes, each.lips & (each.truth < 0.02))
    assert len(on_occluders.by_name) >= 3
    assert on_occluders.overall <= LIPS_ON_OCCLUDERS, on_occluders
    assert on_lips.overall >= 0.95, on_lips


@pytest.mark.gl
def test_foundation_is_never_on_masks_not_even_on_a_white_one(pictures):
    on_masks, masked = Shares(), [each for each in pictures if "mask" in each[0].name]
    for each, changes in painted("foundation(color=#a06040, opacity=1)", masked):
        on_masks.add(each.name, changes, each.truth > 0.98)
    assert "white mask" in on_masks.by_name
    assert on_masks.overall <= FOUNDATION_ON_MASKS, on_masks
