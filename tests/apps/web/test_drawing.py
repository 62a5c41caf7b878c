"""Sessions of the page on a machine without OpenGL."""

import pytest

from arpipe.apps.web.drawing import SharedDrawing
from arpipe.errors import RenderError
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from tests.render.faces import face_at, plain_frame, pose_at, result_of


@pytest.fixture
def drawing(monkeypatch):
    """What sessions draw with, where no context can be created."""

    def refuse(*_):
        raise RenderError("no EGL here")

    monkeypatch.setattr(GlContext, "headless", refuse)
    made = SharedDrawing()
    yield made
    made.close()


@pytest.mark.cpu
def test_sessions_are_drawn_by_the_cpu(drawing):
    result = result_of(plain_frame(), face_at(pose_at()))

    def draw():
        renderer = drawing.create_renderer(RenderConfig())
        renderer.update_effects(["lipstick", "aviator"])
        picture = renderer.render(result)
        renderer.close()
        return picture.pixels

    assert (drawing.submit(draw).result() != result.frame.pixels).any()


def test_a_page_that_must_draw_with_opengl_is_an_error(drawing):
    config = RenderConfig(renderer="opengl")
    with pytest.raises(RenderError, match="no EGL here"):
        drawing.submit(drawing.create_renderer, config).result()
