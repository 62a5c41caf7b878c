import gc
import weakref

import numpy as np
import pytest

from arpipe.effects.built import BuiltEffect, worn_next
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import ArpipeError
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from tests.render.faces import CAMERA, face_at, plain_frame, pose_at, result_of

pytestmark = pytest.mark.gl

CHANGES = {
    "offset_mm": (3.0, -2.0, 1.0),
    "scale": 1.1,
    "tilt_deg": 4.0,
    "color": "#804020",
    "lens_color": "#2040a0",
    "opacity": 0.6,
    "shadow": 0.4,
    "fit": "real",
}


@pytest.fixture
def drawn(context):
    """Draws effects on one face, the same each time."""
    compositor = Compositor(context, RenderConfig())
    result = result_of(plain_frame(), face_at(pose_at()))

    def draw(effects):
        layers = [layer for effect in effects for layer in effect.layers]
        return compositor.draw(result, CAMERA, layers, StageTimer())

    yield draw
    compositor.close()


@pytest.mark.parametrize("key", CHANGES)
def test_adjusted_glasses_look_as_if_built_so(context, drawn, key):
    changed = load_pack("wayfarer", {key: CHANGES[key]})
    adjusted, built = BuiltEffect(load_pack("wayfarer"), context), BuiltEffect(changed, context)
    try:
        before = drawn([adjusted])
        objects, layers = context.resources.count, adjusted.layers
        assert adjusted.adjust(changed)
        assert adjusted.pack == changed
        assert (adjusted.layers, context.resources.count) == (layers, objects)
        np.testing.assert_array_equal(drawn([adjusted]), drawn([built]))
        assert (drawn([adjusted]) != before).any()
    finally:
        adjusted.close()
        built.close()


def test_another_model_takes_building_anew(context):
    aviator = load_pack("aviator")
    effect = BuiltEffect(aviator, context)
    try:
        assert not effect.adjust(load_pack("wayfarer"))
        model = load_pack("wayfarer").layers[0].params.model
        assert not effect.adjust(load_pack("aviator", {"model": str(model)}))
        assert not effect.adjust(load_pack("aviator", {"anchor": "head"}))
        assert effect.pack == aviator
        assert effect.layers[0].params == aviator.layers[0].params
    finally:
        effect.close()


def test_what_stays_on_is_neither_closed_nor_built(context):
    worn = worn_next([], [load_pack("aviator"), load_effect("lipstick")], context)
    aviator, lipstick = worn
    worn = worn_next(worn, [load_effect("debug"), load_effect("aviator(scale=1.1)")], context)
    assert worn[1] is aviator
    assert aviator.layers[0].params.scale == 1.1
    assert lipstick not in worn
    assert worn_next(worn, [], context) == []


def test_what_is_worn_stays_as_it_is_when_another_cannot_be_built(context, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.glb").write_bytes(b"no model")
    (broken / "effect.toml").write_text(
        'schema = 1\nname = "broken"\ntitle = "B"\nlicense = "CC0-1.0"\n'
        '[[layers]]\nkind = "rigid_mesh"\nmodel = "model.glb"\n'
    )
    before = load_pack("aviator")
    worn = worn_next([], [before], context)
    objects = context.resources.count
    with pytest.raises(ArpipeError):
        worn_next(worn, [load_effect("aviator(scale=1.1)"), load_pack(broken)], context)
    assert worn[0].pack == before
    assert worn[0].layers[0].params.scale == 1.0
    assert context.resources.count == objects
    worn_next(worn, [], context)


@pytest.mark.parametrize("name", ["aviator", "lipstick", "evening", "foundation", "debug"])
def test_nothing_of_an_effect_taken_off_waits_for_the_garbage_collector(context, drawn, name):
    drawn(worn := worn_next([], [load_effect(name)], context))
    gc.collect()
    gc.disable()
    try:
        layers = [weakref.ref(layer) for layer in worn[0].layers]
        worn = worn_next(worn, [], context)
        drawn(worn)
        assert all(layer() is None for layer in layers)
    finally:
        gc.enable()
