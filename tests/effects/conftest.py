"""A context for a test, with a look at OpenGL's error state before and after."""

import pytest

from arpipe.render.context import GlContext


@pytest.fixture
def context():
    with GlContext.headless() as made:
        assert made.gl.error == "GL_NO_ERROR"
        yield made
        if not made.is_closed:
            assert made.gl.error == "GL_NO_ERROR"
