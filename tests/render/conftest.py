"""A context for a test, with a look at OpenGL's error state before and after; what draws in it."""

import pytest

from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext


@pytest.fixture
def context():
    with GlContext.headless() as made:
        assert made.gl.error == "GL_NO_ERROR"
        yield made
        if not made.is_closed:
            assert made.gl.error == "GL_NO_ERROR"


@pytest.fixture
def compositor(context):
    made = Compositor(context, RenderConfig(match_sharpness=False))
    yield made
    made.close()
    made.close()
