"""Shadows: drawn coarsely, apart from the picture."""

from dataclasses import replace

import numpy as np
import pytest

from arpipe.render import shade
from arpipe.render.layer import Layer, Order, Patch, Phase
from arpipe.timing import StageTimer
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at, result_of
from tests.render.test_compositor import Square

pytestmark = pytest.mark.gl

PLACE = """#version 330
uniform vec4 u_box;
out vec2 v_place;
void main() {
    v_place = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(mix(u_box.xy, u_box.zw, v_place), 0.0, 1.0);
}
"""
SLOPE = """#version 330
in vec2 v_place;
out vec4 o_share;
void main() { o_share = vec4(mix(vec3(0.4, 0.6, 0.8), vec3(1.0), v_place.x), 1.0); }
"""


class Slope(Layer):
    """Leaves 40, 60 and 80 % of red, green and blue at the left of a box, all at its right."""

    order = Order.OBJECT

    def __init__(self, context, box):
        self.box, self.drawn = box, []
        self.program = context.gl.program(vertex_shader=PLACE, fragment_shader=SLOPE)
        self.array = context.gl.vertex_array(self.program, [])

    def prepare(self, scene):
        return [Patch(Phase.SHADE, np.array(self.box, float))]

    def draw(self, canvas):
        region = canvas.region
        self.drawn.append((canvas.phase, canvas.samples, (region.width, region.height)))
        x0, y0, x1, y1 = self.box
        edges = np.array([[x0, y0], [x1 + 1, y1 + 1]]) - (region.x, region.y)
        clip = edges / (region.width, region.height) * 2.0 - 1.0
        self.program["u_box"].value = tuple(clip.ravel())
        self.array.render(mode=5, vertices=4)


def draw(compositor, frame, *layers, age=5):
    faces = result_of(frame, face_at(pose_at(), age_frames=age))
    return compositor.draw(faces, CAMERA, layers, StageTimer())


def wanted(frame, box):
    x0, y0, x1, y1 = box
    along = (np.arange(x1 - x0 + 1) + 0.5) / (x1 - x0 + 1)
    share = np.array([0.4, 0.6, 0.8]) * (1.0 - along[:, None]) + along[:, None]
    picture = frame.pixels.astype(float)
    picture[y0 : y1 + 1, x0 : x1 + 1] *= share
    return picture


def test_a_shadow_leaves_a_share_of_the_picture_and_nothing_else_changes(context, compositor):
    frame, box = noisy_frame(), (100, 80, 180, 120)
    picture = draw(compositor, frame, Slope(context, box))
    assert np.abs(picture - wanted(frame, box)).max() <= 1.5
    outside = np.ones(picture.shape[:2], bool)
    outside[80:121, 100:181] = False
    assert (picture[outside] == frame.pixels[outside]).all()


def test_large_shadows_are_drawn_coarsely_and_look_the_same(context, compositor):
    frame, box = plain_frame(), (20, 30, 620, 430)
    layer = Slope(context, box)
    picture = draw(compositor, frame, layer)
    _, samples, size = layer.drawn[0]
    assert samples[0] * samples[1] < 1.3 * shade.MAX_SAMPLES < size[0] * size[1]
    assert np.abs(picture - wanted(frame, box)).max() <= 2.0


def test_photos_are_drawn_finely(context, compositor):
    layer = Slope(context, (20, 30, 620, 430))
    draw(compositor, plain_frame(), layer, age=0)
    (_, samples, size), = layer.drawn  # fmt: skip
    assert samples == size


def test_shadows_fall_on_makeup_and_not_on_what_is_solid(context, compositor):
    frame = plain_frame(color=(0, 0, 0))
    skin = Square(context, (100, 80, 180, 120), phase=Phase.SKIN, order=Order.SKIN)
    solid = Square(context, (100, 100, 180, 120))
    picture = draw(compositor, frame, solid, Slope(context, (100, 80, 180, 120)), skin)
    assert (picture[101:120, 100:181] == 255).all()
    assert picture[85, 100].tolist() == pytest.approx([102, 153, 204], abs=2)


def test_several_shadows_add_up(context, compositor):
    frame, box = plain_frame(), (100, 80, 180, 120)
    once = wanted(frame, box)
    twice = wanted(replace(frame, pixels=np.rint(once).astype(np.uint8)), box)
    picture = draw(compositor, frame, Slope(context, box), Slope(context, box))
    assert np.abs(picture - twice).max() <= 2.0
