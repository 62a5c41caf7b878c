"""A compositor for a test."""

import pytest

from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig


@pytest.fixture
def compositor(context):
    made = Compositor(context, RenderConfig(match_sharpness=False))
    yield made
    made.close()
    made.close()
