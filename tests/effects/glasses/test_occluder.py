import numpy as np
import pytest

from arpipe.effects.glasses import head_shape
from arpipe.effects.glasses.head_shape import HeadShape
from arpipe.effects.glasses.occluder import Occluder, OccludingHead
from arpipe.geometry.camera import GL_FROM_CAMERA
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Layer, Order, Patch, Phase
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from tests.render.faces import CAMERA, face_at, plain_frame, pose_at, result_of

FACE = load_topology("face")
SHAPE = HeadShape.of_mesh(FACE.canonical_m, FACE)
POINT = """
uniform mat4 u_clip;
uniform vec3 u_point;
void main() { gl_Position = u_clip * vec4(u_point, 1.0); gl_PointSize = 5.0; }
"""
WHITE = """
layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;
void main() { o_color = vec4(1.0, 1.0, 1.0, 0.0); o_through = vec4(0.0); }
"""


class Marker(Layer):
    """White dots at head-frame points, behind the occluder of one face."""

    order = Order.OBJECT

    def __init__(self, context, pose, points_m):
        self.pose, self.points = pose, np.asarray(points_m)
        self.occluder = Occluder(context, FACE)
        head = "#version 330\n"
        self.program = context.gl.program(vertex_shader=head + POINT, fragment_shader=head + WHITE)
        self.array = context.gl.vertex_array(self.program, [])

    def prepare(self, scene):
        return [Patch(Phase.SOLID, np.array([0.0, 0.0, 639.0, 479.0]))]

    def draw(self, canvas):
        gl_from_head = GL_FROM_CAMERA @ self.pose
        self.occluder.draw(canvas, OccludingHead(gl_from_head, FACE.canonical_m, SHAPE))
        canvas.gl.enable_direct(0x8642)  # the shader sets the size of points
        self.program["u_clip"].write(canvas.view.clip_from_gl.T.astype("f4").tobytes())
        for point in gl_from_head.apply(self.points):
            self.program["u_point"].value = tuple(point)
            self.array.render(mode=0, vertices=1)

    def close(self):
        self.occluder.close()


def visible(context, pose, points_m):
    """Which head-frame points are seen past the head."""
    compositor = Compositor(context, RenderConfig(match_sharpness=False))
    frame = plain_frame(color=(0, 0, 0))
    seen = []
    for point in points_m:
        marker = Marker(context, pose, [point])
        picture = compositor.draw(result_of(frame, face_at(pose)), CAMERA, [marker], StageTimer())
        seen.append(bool(picture.any()))
        marker.close()
    compositor.close()
    return seen


@pytest.mark.gl
def test_colour_is_untouched_by_the_head(context):
    assert visible(context, pose_at(), [(0.0, 0.0, -0.1)]) == [False]


@pytest.mark.gl
def test_what_is_before_the_face_shows_and_what_is_in_it_does_not(context):
    nose, cheek = FACE.canonical_m[FACE.index("nose_tip")], FACE.canonical_m[FACE.index("left_cheek")]
    toward = np.array([0.0, 0.0, -0.004])
    points = [nose - toward, nose + 2.0 * toward, cheek - toward, cheek + 2.0 * toward]
    assert visible(context, pose_at(), points) == [True, False, True, False]


@pytest.mark.gl
@pytest.mark.parametrize("yaw_deg", [-60.0, -45.0, -30.0, 30.0, 45.0, 60.0])
def test_far_temple_is_hidden_and_near_temple_is_seen_to_the_ear(context, yaw_deg):
    """The nose turns to the viewer's right: the person's left side goes out of sight."""
    near, far = (-1, 1) if yaw_deg > 0 else (1, -1)
    points = []
    for side in (near, far):
        root = SHAPE.ear_root_m(side)
        for share in (0.65, 0.8, 0.97):
            hinge = np.array([side * 0.068, 0.008, 0.012])
            points.append(hinge + share * (root - hinge + np.array([side * 0.003, 0.002, 0.0])))
    assert visible(context, pose_at(yaw_deg), points) == [True] * 3 + [False] * 3


@pytest.mark.gl
@pytest.mark.parametrize("side", [-1, 1])
def test_ear_hides_what_goes_behind_it(context, side):
    root = SHAPE.ear_root_m(side)
    behind = root + np.array([side * 0.001, -0.022, -0.022])
    assert visible(context, pose_at(), [behind]) == [False]


def test_skull_and_ears_are_closed_and_wound_outwards():
    vertices = SHAPE.vertices_m()
    assert len(vertices) == head_shape.VERTEX_COUNT
    a, b, c = (vertices[head_shape.TRIANGLES[:, corner]] for corner in range(3))
    parts = np.split(
        np.arange(len(head_shape.TRIANGLES)),
        [len(head_shape._SKULL_TRIANGLES), -len(head_shape._EAR_TRIANGLES)],
    )
    for part in parts:
        middle = a[part].mean(axis=0)
        volume = (
            np.einsum("ni,ni->n", a[part] - middle, np.cross(b[part] - middle, c[part] - middle)).sum() / 6.0
        )
        assert volume > 0


def test_head_shape_is_symmetrical_and_scales_with_the_face():
    vertices = SHAPE.vertices_m()
    mirrored = vertices * (-1.0, 1.0, 1.0)
    gaps = np.linalg.norm(vertices[:, None] - mirrored[None], axis=2).min(axis=1)
    assert gaps.max() < 0.002
    double = HeadShape.of_mesh(FACE.canonical_m * 2.0, FACE)
    assert double.vertices_m() == pytest.approx(2.0 * vertices)
