"""What draws: OpenGL or the CPU, as asked for or as suits the machine and the effects."""

from types import SimpleNamespace

import numpy as np
import pytest

from arpipe.effects.glasses import rigid_mesh
from arpipe.effects.makeup.member import MakeupMember
from arpipe.errors import NotDrawnByCpu, RenderError
from arpipe.pipeline import drawing_context
from arpipe.pipeline.drawing_context import open_context
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.compositor import GPU_QUALITY, default_quality
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Layer, Patch, Phase
from arpipe.render.rasteriser.library import Rasteriser, load_rasteriser

CPU, CLOSED = Rasteriser(None), []
CPU_ONLY = RenderConfig(renderer="cpu", match_sharpness=False)


class FakeContext:
    """Stands for OpenGL on a machine."""

    def __init__(self, is_software):
        self.is_software = is_software

    def close(self):
        CLOSED.append(self)


@pytest.fixture
def machine(monkeypatch):
    """Pretends a machine: "gpu", "software" or "none" for its OpenGL, and whether there is a CPU renderer."""

    def pretend(opengl, has_cpu=True, has_device=True):
        def headless():
            if opengl == "none":
                raise RenderError("no EGL")
            return FakeContext(opengl == "software")

        def load():
            if not has_cpu:
                raise RenderError("no CPU renderer")
            return CPU

        CLOSED.clear()
        monkeypatch.setattr(drawing_context, "GlContext", SimpleNamespace(headless=headless))
        monkeypatch.setattr(drawing_context, "load_rasteriser", load)
        monkeypatch.setattr(drawing_context, "may_have_gpu", lambda: has_device)

    return pretend


@pytest.mark.parametrize(
    ("opengl", "has_cpu", "renderer", "can_use_cpu", "draws"),
    [
        ("gpu", True, "auto", True, "opengl"),
        ("software", True, "auto", True, "cpu"),
        ("none", True, "auto", True, "cpu"),
        ("software", True, "auto", False, "opengl"),
        ("software", False, "auto", True, "opengl"),
        ("software", True, "opengl", True, "opengl"),
        ("gpu", True, "cpu", True, "cpu"),
        ("none", True, "cpu", True, "cpu"),
    ],
)
def test_auto_takes_the_cpu_where_opengl_is_no_faster(machine, opengl, has_cpu, renderer, can_use_cpu, draws):
    machine(opengl, has_cpu)
    assert (open_context(renderer, None, can_use_cpu) is CPU) == (draws == "cpu")
    assert len(CLOSED) == (draws == "cpu" and (opengl, renderer) == ("software", "auto"))


@pytest.mark.parametrize(
    ("opengl", "has_cpu", "renderer", "can_use_cpu"),
    [
        ("none", True, "opengl", True),
        ("none", True, "auto", False),
        ("none", False, "auto", True),
        ("gpu", False, "cpu", True),
    ],
)
def test_what_is_missing_is_an_error(machine, opengl, has_cpu, renderer, can_use_cpu):
    machine(opengl, has_cpu)
    with pytest.raises(RenderError, match="no EGL" if renderer != "cpu" else "no CPU renderer"):
        open_context(renderer, None, can_use_cpu)


def test_a_machine_with_neither_renderer_is_told_what_either_needs(machine):
    machine("none", has_cpu=False)
    with pytest.raises(RenderError, match=r"^no EGL; nor can the CPU draw: no CPU renderer$"):
        open_context("auto", None, can_use_cpu=True)


def test_no_opengl_is_created_where_no_gpu_can_be(machine):
    machine("software", has_device=False)
    assert open_context("auto", None, can_use_cpu=True) is CPU
    assert CLOSED == []
    assert isinstance(open_context("auto", None, can_use_cpu=False), FakeContext)


def test_the_context_of_a_caller_is_not_closed(machine):
    machine("none")
    shared = FakeContext(is_software=True)
    assert open_context("auto", shared, can_use_cpu=True) is CPU
    assert open_context("auto", shared, can_use_cpu=False) is shared
    assert CLOSED == []


def test_choosing_the_renderer_keeps_the_quality_that_suits_it():
    gpu = SimpleNamespace(is_software=False)
    assert default_quality(gpu, RenderConfig(threads=1)) == GPU_QUALITY.model_copy(update={"threads": 1})
    assert default_quality(gpu, RenderConfig(renderer="opengl")) == GPU_QUALITY.model_copy(
        update={"renderer": "opengl"}
    )
    chosen = RenderConfig(renderer="opengl", supersample=1)
    assert default_quality(gpu, chosen) is chosen
    with pytest.raises(ValueError, match="renderer"):
        RenderConfig(renderer="vulkan")


@pytest.fixture
def no_opengl(refuse_opengl):
    refuse_opengl(RenderError("no OpenGL here"))


@pytest.mark.cpu
def test_bundled_effects_are_drawn_without_opengl(result, no_opengl):
    effects = ["aviator", "evening", "face-paint", "debug", "filter(kernel=sharpen)"]
    with EffectRenderer(effects=effects) as renderer:
        picture = renderer.render(result)
        assert renderer.facts()["renderer"] == load_rasteriser().renderer
    assert (picture.pixels != result.frame.pixels).any(axis=2).mean() > 0.03


@pytest.fixture
def opengl_only_makeup(monkeypatch):
    """Kinds that can be drawn with OpenGL only, as those of other packages may be."""
    monkeypatch.setattr(MakeupMember, "uses_software", False)


@pytest.mark.cpu
def test_what_the_cpu_cannot_draw_is_an_error_that_names_it(result, opengl_only_makeup):
    with EffectRenderer(CPU_ONLY, effects=["aviator"]) as renderer:
        before = renderer.render(result).pixels
        with pytest.raises(NotDrawnByCpu, match="lipstick is drawn by OpenGL only; use --renderer opengl"):
            renderer.update_effects(["lipstick"])
        assert np.array_equal(renderer.render(result).pixels, before)


@pytest.mark.cpu
def test_layers_of_the_caller_that_draw_with_opengl_are_an_error_on_the_cpu(result):
    class Own(Layer):
        def prepare(self, scene):
            return [Patch(Phase.SOLID, np.array([0.0, 0.0, 20.0, 20.0]))]

        def draw(self, canvas):
            raise AssertionError("drawn with OpenGL")

    with (
        EffectRenderer(CPU_ONLY, layers=[Own()]) as renderer,
        pytest.raises(NotDrawnByCpu, match="Own is drawn by OpenGL only"),
    ):
        renderer.render(result)


@pytest.mark.gl
@pytest.mark.cpu
def test_auto_turns_to_opengl_for_what_needs_it_and_stays_there(result, opengl_only_makeup):
    with EffectRenderer(RenderConfig(match_sharpness=False), effects=["aviator"]) as renderer:
        renderer.render(result)
        first = renderer.facts()["renderer"]
        if first != load_rasteriser().renderer:
            pytest.skip(f"OpenGL is not computed by the CPU here, but by {first}")
        renderer.update_effects(["lipstick", "aviator"])
        made_up = renderer.render(result).pixels
        second = renderer.facts()["renderer"]
        assert second != first
        with EffectRenderer(
            RenderConfig(match_sharpness=False, renderer="opengl"), effects=["lipstick", "aviator"]
        ) as other:
            assert np.array_equal(other.render(result).pixels, made_up)
        renderer.update_effects(["aviator"])
        renderer.render(result)
        assert renderer.facts()["renderer"] == second


@pytest.mark.gl
@pytest.mark.cpu
def test_an_effect_that_turns_out_to_need_opengl_turns_auto_to_it(result, monkeypatch):
    def refuse(*_):
        raise NotDrawnByCpu("this model needs OpenGL")

    monkeypatch.setattr(rigid_mesh, "software_brushes", refuse)
    with EffectRenderer(effects=["aviator"]) as renderer:
        renderer.render(result)
        assert renderer.facts()["renderer"] != load_rasteriser().renderer
    with (
        EffectRenderer(CPU_ONLY, effects=["aviator"]) as renderer,
        pytest.raises(NotDrawnByCpu, match="this model needs OpenGL"),
    ):
        renderer.render(result)
