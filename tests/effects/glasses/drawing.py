"""Glasses drawn on synthetic faces."""

from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from tests.effects.building import activate
from tests.render.faces import CAMERA, result_of


def draw(context, effect, frame, *faces, config=None, camera=CAMERA):
    active = activate(context, effect)
    compositor = Compositor(context, config or RenderConfig())
    try:
        return compositor.draw(result_of(frame, *faces), camera, active.layers, StageTimer())
    finally:
        compositor.close()
        active.close()


def changed(picture, frame):
    return (picture != frame.pixels).any(axis=2)
