import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects.active import ActiveEffects
from arpipe.effects.makeup.layer import MakeupLayer
from arpipe.effects.packs import load_effect, load_pack
from arpipe.errors import ArpipeError, RenderError
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer, Order
from arpipe.timing import StageTimer
from arpipe.types import Frame
from tests.effects.building import activate
from tests.effects.kinds import Stamp, install
from tests.effects.makeup import faces
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


class Stain(Layer):
    """Dyes the whole picture, as an effect of a user's own between skin and objects."""

    order = Order.SKIN

    def __init__(self, params=None):
        pass

    def paint(self, pixels, scene):
        pixels[:] = (20, 40, 60)


@pytest.fixture
def draw(context):
    """Draws active effects on one face, the same each time."""
    compositor = Compositor(context, RenderConfig())
    result = result_of(plain_frame(), face_at(pose_at()))
    yield lambda active: compositor.draw(result, CAMERA, active.layers, StageTimer())
    compositor.close()


@pytest.fixture
def stain(monkeypatch, tmp_path):
    """Kinds for tests with `stamp` as a layer that stains the picture."""
    install(monkeypatch, tmp_path)
    monkeypatch.setattr("kinds_for_tests.Stamp", Stain)
    monkeypatch.setattr(Stain, "Params", Stamp.Params, raising=False)


def packs(*effects):
    return [load_effect(effect) for effect in effects]


@pytest.mark.parametrize("key", CHANGES)
def test_adjusted_glasses_look_as_if_built_so(context, draw, key):
    changed = load_pack("wayfarer", {key: CHANGES[key]})
    adjusted, built = activate(context, "wayfarer"), activate(context, changed)
    before = draw(adjusted)
    objects, layers = context.resources.count, adjusted.layers
    adjusted.update([changed], context)
    assert (adjusted.layers, context.resources.count) == (layers, objects)
    np.testing.assert_array_equal(draw(adjusted), draw(built))
    assert (draw(adjusted) != before).any()
    for active in (adjusted, built):
        active.close()


@pytest.mark.parametrize("key", ["model", "anchor"])
def test_another_model_or_anchor_is_built_anew(context, key):
    model = load_pack("wayfarer").layers[0].params.model
    changed = load_pack("aviator", {key: {"model": str(model), "anchor": "head"}[key]})
    active = activate(context, "aviator")
    (before,) = active.layers
    active.update([changed], context)
    assert active.layers[0] is not before
    assert active.layers[0].params == changed.layers[0].params
    active.close()


def test_layers_that_stay_are_neither_closed_nor_built(context):
    active = activate(context, "aviator", "lipstick")
    lipstick, aviator = active.layers
    active.update(packs("debug", "aviator(scale=1.1)"), context)
    assert active.layers[0] is aviator
    assert aviator.params.scale == 1.1
    assert lipstick not in active.layers
    active.update([], context)
    assert active.layers == ()


def test_only_the_layer_that_changes_is_built_anew(context):
    active = activate(context, "evening")
    before = active.layers[0].members
    active.update(packs("evening(lipstick.opacity=0.1)"), context)
    after = active.layers[0].members
    changed = [one is not other for one, other in zip(before, after, strict=True)]
    names = [layer.name for layer in load_effect("evening").layers]
    assert [name for name, is_new in zip(names, changed, strict=True) if is_new] == ["lipstick"]
    active.close()


def test_active_effects_stay_as_they_are_when_another_cannot_be_built(context, draw, tmp_path):
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.glb").write_bytes(b"no model")
    (broken / "effect.toml").write_text(
        'schema = 1\nname = "broken"\ntitle = "B"\nlicense = "CC0-1.0"\n'
        '[[layers]]\nkind = "rigid_mesh"\nmodel = "model.glb"\n'
    )
    active = activate(context, "aviator", "natural")
    before, layers, members = draw(active), active.layers, active.layers[0].members
    objects = context.resources.count
    with pytest.raises(ArpipeError):
        active.update([*packs("aviator(scale=1.1)", "lipstick"), load_pack(broken)], context)
    assert active.layers == layers
    assert active.layers[0].members == members
    assert context.resources.count == objects
    np.testing.assert_array_equal(draw(active), before)
    active.close()


@pytest.mark.parametrize("name", ["aviator", "lipstick", "evening", "foundation", "debug"])
def test_nothing_of_a_removed_effect_waits_for_the_garbage_collector(context, draw, name):
    active = activate(context, name)
    draw(active)
    gc.collect()
    gc.disable()
    try:
        layers = [weakref.ref(layer) for layer in active.layers]
        active.update([], context)
        draw(active)
        assert all(layer() is None for layer in layers)
    finally:
        gc.enable()


def test_removed_effects_stay_built_up_to_a_number(context):
    active = ActiveEffects(spare=2)
    active.update(packs("aviator"), context)
    (aviator,) = active.layers
    active.update(packs("round"), context)
    active.update(packs("sport"), context)
    active.update(packs("aviator(scale=1.2)"), context)
    assert active.layers == (aviator,)
    active.update(packs("panto"), context)  # spare: sport, aviator
    active.update(packs("round"), context)
    active.update(packs("aviator"), context)
    assert active.layers == (aviator,)
    active.update(packs("debug"), context)
    active.update(packs("sport", "panto"), context)
    active.update(packs("debug"), context)
    active.update(packs("aviator"), context)
    assert active.layers != (aviator,)
    active.close()
    active.close()


def test_effects_without_opengl_need_no_context():
    active = ActiveEffects()
    active.update(packs("debug", "background(blur=3)"))
    assert len(active.layers) == 2
    with pytest.raises(RenderError, match="lipstick is drawn by OpenGL, but there is no context"):
        active.update(packs("debug", "lipstick"))
    assert len(active.layers) == 2
    active.close()


def test_makeup_of_all_packs_is_one_layer_below_glasses(context):
    active = activate(context, "lipstick", "aviator", "blush", "debug")
    makeup, aviator, debug = active.layers
    assert isinstance(makeup, MakeupLayer)
    assert len(makeup.members) == 2
    assert makeup.order < aviator.order < debug.order
    active.update(packs("blush", "eyeliner"), context)
    assert active.layers == (makeup,)  # what it remembers of the people is kept
    active.close()


def test_a_layer_between_two_kinds_of_makeup_is_drawn_between_them(context, stain):
    person = faces.face()
    frame = faces.portrait(person)
    red, green = "mascara(color=#c01010, opacity=1)", "eyeliner(color=#10b030, opacity=1)"

    def drawn(*effects):
        return faces.drawn(context, frame, person, effects=effects)

    active = activate(context, red, "stamp", green)
    assert [len(layer.members) for layer in active.layers if isinstance(layer, MakeupLayer)] == [1, 1]
    active.close()
    np.testing.assert_array_equal(drawn(red, "stamp"), np.full_like(frame.pixels, (20, 40, 60)))
    on_top = drawn(red, "stamp", green)
    assert (on_top != (20, 40, 60)).any()
    np.testing.assert_array_equal(on_top, drawn("stamp", green))
    assert (on_top != drawn("stamp", red, green)).any()


def test_two_streams_that_share_a_context_do_not_mix_their_people(context):
    """Tracks of both have the same number, their faces and light are unlike."""
    person = faces.face()
    streams = [
        [Frame(faces.portrait(person, skin=skin).pixels, index / 10.0, index) for index in range(4)]
        for skin in ((243, 214, 196), (72, 46, 36))
    ]
    look = ("natural", "lipstick(color=#a3123a)", "aviator")

    def drawer(own):
        active, compositor = activate(own, *look), Compositor(own, RenderConfig())

        def draw(frame):
            result = result_of(frame, replace(person, age_frames=frame.index))
            return compositor.draw(result, faces.CAMERA, active.layers, StageTimer())

        return draw, [active, compositor]

    alone = []
    for frames in streams:
        with GlContext.headless() as own:
            draw, owned = drawer(own)
            alone.append([draw(frame) for frame in frames])
            for each in owned:
                each.close()
    context.make_current()
    (draw_light, light_owned), (draw_dark, dark_owned) = drawer(context), drawer(context)
    for light, dark, lone_light, lone_dark in list(zip(*streams, *alone, strict=True))[:-1]:
        np.testing.assert_array_equal(draw_light(light), lone_light)
        np.testing.assert_array_equal(draw_dark(dark), lone_dark)
    for each in light_owned:  # one stream ends, the other goes on
        each.close()
    np.testing.assert_array_equal(draw_dark(streams[1][-1]), alone[1][-1])
    for each in dark_owned:
        each.close()
