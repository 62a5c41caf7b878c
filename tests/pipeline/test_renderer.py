"""`EffectRenderer` on results made by hand: no network is needed."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.effects import active
from arpipe.effects.makeup.member import MakeupMember
from arpipe.errors import ConfigError
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.render.layer import Layer
from tests.render.faces import face_at, plain_frame, pose_at, result_of

pytestmark = pytest.mark.gl

STEADY = RenderConfig(match_sharpness=False)


@pytest.fixture
def no_opengl(refuse_opengl):
    refuse_opengl(AssertionError("OpenGL was created"))


def test_properties_never_create_opengl(no_opengl):
    with EffectRenderer(effects=["aviator", "lipstick"]) as renderer:
        assert renderer.quality is None
        assert [pack.name for pack in renderer.packs] == ["aviator", "lipstick"]
        assert "face" in renderer.needs
        assert renderer.facts() == {}
        renderer.set_quality(STEADY)
        assert renderer.quality == STEADY
        renderer.update_effects(["background"])
        assert renderer.needs == {"mask"}


def test_quality_set_before_the_first_frame_is_used(result):
    with EffectRenderer(RenderConfig(), effects=["aviator"]) as renderer:
        renderer.set_quality(STEADY)
        renderer.render(result)
        assert renderer.quality == STEADY
        assert renderer.facts()["render"] == STEADY.model_dump()


def test_wrong_effect_changes_nothing(result):
    with EffectRenderer(STEADY, effects=["aviator"]) as renderer:
        before = renderer.render(result).pixels
        with pytest.raises(ConfigError):
            renderer.update_effects(["no-such-effect"])
        assert [pack.name for pack in renderer.packs] == ["aviator"]
        assert np.array_equal(renderer.render(result).pixels, before)


def test_removed_effects_stay_built_up_to_a_number(result, monkeypatch):
    made = []
    find = active.kind_class

    def record(kind):
        made.append(kind)
        return find(kind)

    monkeypatch.setattr(active, "kind_class", record)
    with EffectRenderer(STEADY, effects=["aviator"], spare=1) as renderer:
        before = renderer.render(result).pixels
        for effects in (["debug"], ["aviator"], ["skeleton"], ["debug"]):
            renderer.update_effects(effects)
        assert made == ["rigid_mesh", "debug", "skeleton", "debug"]
        renderer.update_effects(["aviator"])
        assert made[-1] == "rigid_mesh"
        assert np.array_equal(renderer.render(result).pixels, before)


def test_shared_context_is_left_open(result):
    with GlContext.headless() as context:
        counts = []
        for _ in range(2):
            with EffectRenderer(STEADY, effects=["aviator"], context=context) as renderer:
                drawn = renderer.render(result).pixels
            assert not context.is_closed
            counts.append(context.resources.count)
        assert counts[0] == counts[1]  # programs stay with the context
        with EffectRenderer(STEADY, effects=["aviator"]) as own:
            assert np.array_equal(own.render(result).pixels, drawn)


def test_frame_without_effects_is_the_frame(result):
    with EffectRenderer() as renderer:
        picture = renderer.render(result)
    assert np.array_equal(picture.pixels, result.frame.pixels)
    assert picture.alpha is None
    assert picture.result.timings_ms["frame"] > 0


class Invert(Layer):
    def paint(self, pixels, scene):
        pixels[:] = 255 - pixels


def test_effects_that_only_paint_never_create_opengl(no_opengl, result, monkeypatch):
    monkeypatch.setattr(MakeupMember, "uses_software", False)  # as kinds of other packages may be
    with EffectRenderer(effects=["debug"], layers=[Invert()]) as renderer:
        picture = renderer.render(result)
        assert (picture.pixels[:10] == 255 - result.frame.pixels[:10]).all()
        assert renderer.quality == RenderConfig()
        assert renderer.facts() == {}
        renderer.update_effects(["skeleton"])
        assert np.array_equal(renderer.render(result).pixels, 255 - result.frame.pixels)
        with pytest.raises(AssertionError, match="OpenGL was created"):
            renderer.update_effects(["lipstick"])
        assert [pack.name for pack in renderer.packs] == ["skeleton"]


def test_opengl_is_created_when_the_first_effect_uses_it(result):
    with EffectRenderer(effects=["debug"]) as renderer:
        renderer.render(result)
        renderer.update_effects(["debug", "aviator"])
        drawn = renderer.render(result).pixels
        assert "renderer" in renderer.facts()
    with EffectRenderer(effects=["debug", "aviator"]) as other:
        assert np.array_equal(other.render(result).pixels, drawn)


def test_a_layer_of_another_class_is_refused_at_once():
    with pytest.raises(ConfigError, match="expected arpipe.Layer, got object; derive it from arpipe.Layer"):
        EffectRenderer(layers=[object()])


def test_one_effect_needs_no_list():
    assert [pack.name for pack in EffectRenderer(effects="aviator").packs] == ["aviator"]


@pytest.mark.parametrize("effects", [3, None, b"aviator", ["aviator", 3], {"lipstick": {"opacity": 0.5}}])
def test_effects_of_another_type_are_refused(effects):
    with pytest.raises(ConfigError, match="effects: expected .* such as 'aviator'"):
        EffectRenderer(effects=effects)


def test_only_results_are_drawn(result):
    with EffectRenderer() as renderer, pytest.raises(TypeError, match="expected a FrameResult, got ndarray"):
        renderer.render(result.frame.pixels)


def test_a_picture_to_draw_onto_must_suit_the_frame(result):
    read_only = result.frame.pixels.copy()
    read_only.flags.writeable = False
    with EffectRenderer() as renderer:
        for out in (read_only, result.frame.pixels[::2].copy(), result.frame.pixels.astype(np.float32)):
            with pytest.raises(ValueError, match="render: out: expected a writable"):
                renderer.render(result, out)


@pytest.mark.parametrize("effects", [["lipstick", "evening"], ["aviator"]])
def test_face_with_a_landmark_that_is_no_number_is_left_out_and_the_others_are_drawn(effects):
    whole, broken = face_at(pose_at()), face_at(pose_at())
    broken.landmarks.points_px[7, 1] = np.nan
    alone = result_of(plain_frame(), whole)
    both = replace(alone, faces=(replace(broken, track_id=2), whole))
    with EffectRenderer(STEADY, effects=effects) as one, EffectRenderer(STEADY, effects=effects) as other:
        expected, drawn = one.render(alone), other.render(both)
    assert not np.array_equal(expected.pixels, alone.frame.pixels)
    assert np.array_equal(drawn.pixels, expected.pixels)
    assert len(drawn.result.faces) == 2


@pytest.mark.parametrize("effects", [["aviator"], ["evening"]])
def test_photo_is_drawn_as_if_it_were_the_only_one(effects):
    """Sharpness, light and fit of one photo say nothing about the next one of a batch."""
    frame = plain_frame()
    noise = np.random.default_rng(1).integers(0, 256, frame.pixels.shape, np.uint8)
    soft = np.full_like(frame.pixels, 70)
    sharp = replace(frame, pixels=np.ascontiguousarray(frame.pixels // 2 + noise // 2))
    face = face_at(pose_at())
    assert face.age_frames == 0
    with EffectRenderer(RenderConfig(), effects=effects) as alone:
        expected = alone.render(result_of(sharp, face)).pixels
    with EffectRenderer(RenderConfig(), effects=effects) as renderer:
        renderer.render(result_of(replace(frame, pixels=soft), face_at(pose_at(yaw_deg=20.0))))
        drawn = renderer.render(result_of(sharp, face)).pixels
    assert np.array_equal(drawn, expected)
