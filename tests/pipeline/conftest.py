"""A face to draw on, and a machine whose OpenGL fails."""

import pytest

from arpipe.render.context import GlContext
from tests.render.faces import face_at, plain_frame, pose_at, result_of


@pytest.fixture
def result():
    return result_of(plain_frame(), face_at(pose_at()))


@pytest.fixture
def refuse_opengl(monkeypatch):
    """Lets an attempt to create a context raise an error."""

    def refuse_with(error):
        def refuse(*_):
            raise error

        monkeypatch.setattr(GlContext, "headless", refuse)

    return refuse_with
