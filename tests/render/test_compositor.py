from contextlib import nullcontext

import numpy as np
import pytest

from arpipe.render.config import RenderConfig
from arpipe.render.layer import Layer, Order, Patch, Phase
from arpipe.render.solid import MAX_SUPERSAMPLE
from arpipe.timing import StageTimer
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at, result_of

pytestmark = pytest.mark.gl

PLAIN = RenderConfig(match_sharpness=False)
PICTURED = (Phase.SKIN, Phase.SOLID)  # drawn over the picture
FILL = """
layout(location = 0, index = 0) out vec4 o_color;
layout(location = 0, index = 1) out vec4 o_through;
uniform vec3 u_color;
uniform float u_cover;
void main() {
    o_color = vec4(u_color * u_cover, 0.0);
    o_through = vec4(1.0 - u_cover);
}
"""
PLACE = """
uniform vec4 u_box;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    gl_Position = vec4(mix(u_box.xy, u_box.zw, corner), 0.0, 1.0);
}
"""


class Square(Layer):
    """Fills a box of image px with a linear colour."""

    def __init__(
        self, context, *boxes, color=(1.0, 1.0, 1.0), cover=1.0, phase=Phase.SOLID, order=Order.OBJECT
    ):
        self.boxes, self.color, self.cover, self.phase, self.order = boxes, color, cover, phase, order
        head = "#version 330\n"
        self.program = context.gl.program(vertex_shader=head + PLACE, fragment_shader=head + FILL)
        self.array = context.gl.vertex_array(self.program, [])
        self.drawn, self.margin, self.closed = [], 0, False

    def prepare(self, scene):
        return [
            Patch(self.phase, np.array(box, float) + self.margin * np.array([-1, -1, 1, 1]))
            for box in self.boxes
        ]

    def draw(self, canvas):
        self.drawn.append((canvas.phase, canvas.region, canvas.samples[0] / canvas.region.width))
        region = canvas.region
        size = np.array([region.width, region.height, region.width, region.height]) / 2.0
        self.program["u_color"].value = self.color
        self.program["u_cover"].value = self.cover
        for box in self.boxes:
            edges = (
                np.array(box, float) + (-0.5, -0.5, 0.5, 0.5) + 0.5 - (region.x, region.y, region.x, region.y)
            )
            self.program["u_box"].value = tuple(edges / size - 1.0)
            self.array.render(mode=5, vertices=4)

    def close(self):
        self.closed = True


class Painter(Layer):
    def __init__(self, order, log):
        self.order, self.log = order, log

    def paint(self, pixels, scene):
        self.log.append((self.order, pixels[100, 100].tolist()))
        pixels[100, 100] = self.order


def draw(compositor, frame, *layers, **options):
    return compositor.draw(result_of(frame), CAMERA, layers, StageTimer(), **options)


@pytest.mark.parametrize("config", [PLAIN, RenderConfig(supersample=3), RenderConfig(supersample=1, msaa=4)])
@pytest.mark.parametrize("phase", PICTURED)
def test_only_what_is_covered_changes_bit_for_bit(context, compositor, config, phase):
    compositor.config = config.model_copy(update={"match_sharpness": False})
    frame = noisy_frame()
    square = Square(context, (200, 100, 240, 130), color=(0.0, 1.0, 0.0), phase=phase)
    square.margin = 37
    before = frame.pixels.copy()
    picture = draw(compositor, frame, square)
    assert (frame.pixels == before).all()
    assert (picture[100:131, 200:241] == (0, 255, 0)).all()
    picture[100:131, 200:241] = before[100:131, 200:241]
    assert (picture == before).all()


def test_softening_leaves_the_picture_beside_the_overlay_alone(context, compositor):
    compositor.config = RenderConfig()
    frame = noisy_frame()
    square = Square(context, (200, 100, 240, 130))
    square.margin = 40
    changed = (draw(compositor, frame, square) != frame.pixels).any(axis=2)
    changed[94:137, 194:247] = False
    assert not changed.any()


def test_blending_is_in_linear_light(context, compositor):
    """Half of white over black sends half the light: sRGB 188, not 128."""
    for phase in PICTURED:
        square = Square(context, (20, 20, 40, 40), cover=0.5, phase=phase)
        picture = draw(compositor, plain_frame(color=(0, 0, 0)), square)
        assert np.abs(picture[30, 30].astype(int) - 188).max() <= 1


def test_layers_stack_by_order_whatever_their_place_in_the_list(context, compositor):
    log = []
    red = Square(context, (90, 90, 110, 110), color=(1.0, 0.0, 0.0), order=25, phase=Phase.SOLID)
    blue = Square(context, (90, 90, 110, 110), color=(0.0, 0.0, 1.0), order=Order.OBJECT)
    picture = draw(
        compositor, plain_frame(), Painter(Order.OVERLAY, log), blue, red, Painter(Order.BACKGROUND, log)
    )
    assert log == [(Order.BACKGROUND, [150, 110, 95]), (Order.OVERLAY, [0, 0, 255])]
    assert picture[95, 95].tolist() == [0, 0, 255]
    assert picture[100, 100].tolist() == [Order.OVERLAY] * 3


def test_skin_is_drawn_before_what_is_solid(context, compositor):
    solid = Square(context, (50, 50, 70, 70), color=(1.0, 0.0, 0.0), cover=0.5, order=20)
    skin = Square(context, (40, 40, 80, 80), color=(0.0, 0.0, 0.0), phase=Phase.SKIN, order=30)
    picture = draw(compositor, plain_frame(), solid, skin)
    assert picture[45, 45].tolist() == [0, 0, 0]
    assert np.abs(picture[60, 60].astype(int) - (188, 0, 0)).max() <= 1


def test_distant_boxes_are_regions_of_their_own_and_overlapping_ones_merge(context, compositor):
    square = Square(context, (10, 10, 30, 30), (25, 25, 50, 40), (400, 300, 420, 310))
    draw(compositor, plain_frame(), square)
    sizes = sorted((region.width, region.height) for _, region, _ in square.drawn)
    assert sizes == [(21, 11), (41, 31)]
    assert {scale for *_, scale in square.drawn} == {MAX_SUPERSAMPLE}


def test_boxes_outside_the_picture_are_not_drawn(context, compositor):
    square = Square(context, (-50, -50, -10, -10), (700, 10, 800, 20))
    frame = noisy_frame()
    assert (draw(compositor, frame, square) == frame.pixels).all()
    assert square.drawn == []


def test_a_box_that_reaches_outside_is_cut(context, compositor):
    picture = draw(compositor, plain_frame(), Square(context, (600, 440, 700, 500)))
    assert (picture[440:, 600:] == 255).all()
    assert (picture[:440] == (150, 110, 95)).all()


def test_out_is_drawn_onto_and_returned(context, compositor):
    frame = plain_frame()
    out = frame.pixels.copy()
    assert draw(compositor, frame, Square(context, (5, 5, 9, 9)), out=out) is out
    assert (out[5:10, 5:10] == 255).all()


def test_without_layers_the_picture_is_a_copy(compositor):
    frame = noisy_frame()
    picture = draw(compositor, frame)
    assert picture is not frame.pixels
    assert (picture == frame.pixels).all()


def test_backdrop_shows_what_is_drawn_so_far(context, compositor):
    seen = []

    class Reader(Square):
        def draw(self, canvas):
            copy = np.frombuffer(canvas.backdrop().read(), np.uint8)
            width = canvas.backdrop().width
            seen.append(copy.reshape(-1, width, 4)[5, 5].tolist()[:3])

    for phase in PICTURED:
        first = Square(context, (20, 20, 60, 60), color=(1.0, 1.0, 0.0), phase=phase, order=20)
        draw(compositor, plain_frame(), first, Reader(context, (20, 20, 60, 60), phase=phase))
    assert seen == [[255, 255, 0], [255, 255, 0]]


def test_stages_are_booked(context, compositor):
    timer = StageTimer()
    compositor.draw(result_of(plain_frame()), CAMERA, [Square(context, (5, 5, 9, 9))], timer)
    assert set(timer.timings_ms) == {"upload", "draw", "readback"}


class FakeGpu:
    """The context's OpenGL, but for timer queries that answer what they are told to."""

    def __init__(self, gl, elapsed_ns):
        self._gl, self._elapsed_ns = gl, elapsed_ns

    def __getattr__(self, name):
        return getattr(self._gl, name)

    def query(self, *, time):
        assert time
        query = nullcontext()
        query.elapsed = self._elapsed_ns
        return query


@pytest.mark.parametrize(("elapsed_ns", "booked"), [(2_500_000, {"gpu": 2.5}), (0xFFFFFFFF, {})])
def test_a_gpu_is_asked_for_its_own_time(context, compositor, monkeypatch, elapsed_ns, booked):
    timer, real = StageTimer(), context.gl
    monkeypatch.setattr(type(context), "is_software", property(lambda _: False))
    monkeypatch.setattr(type(context), "gl", property(lambda _: FakeGpu(real, elapsed_ns)))
    compositor.draw(result_of(plain_frame()), CAMERA, [Square(context, (5, 5, 9, 9))], timer)
    assert {key: timer.timings_ms[key] for key in timer.timings_ms if key == "gpu"} == booked


def test_a_camera_of_another_size_is_an_error(compositor):
    with pytest.raises(ValueError, match=r"640x480.*320x240"):
        compositor.draw(result_of(plain_frame()), CAMERA.resized(320, 240), (), StageTimer())


def test_more_regions_than_opengl_has_at_one_time_are_all_drawn(context, compositor):
    boxes = [(x, y, x + 20, y + 20) for x in (20, 120, 220, 320) for y in (20, 120, 220)]
    picture = draw(compositor, plain_frame(), Square(context, *boxes, color=(0.0, 1.0, 0.0)))
    for x0, y0, x1, y1 in boxes:
        assert (picture[y0 : y1 + 1, x0 : x1 + 1] == (0, 255, 0)).all()
    assert (picture == (0, 255, 0)).all(axis=2).sum() == len(boxes) * 21 * 21


def test_steady_drawing_makes_no_new_objects(context, compositor):
    square = Square(context, (5, 5, 60, 60), phase=Phase.SOLID)
    draw(compositor, plain_frame(), square)
    count = context.resources.count
    for _ in range(5):
        draw(compositor, plain_frame(), square)
    assert context.resources.count == count


def test_large_regions_of_a_stream_get_fewer_samples_and_first_frames_all(context, compositor):
    compositor.config = PLAIN.model_copy(update={"max_samples": 10_000, "supersample": 3})
    scales = []
    for age, box in ((0, (0, 0, 199, 99)), (5, (0, 0, 199, 99)), (5, (0, 0, 39, 29))):
        square = Square(context, box)
        faces = result_of(plain_frame(), face_at(pose_at(), age_frames=age))
        compositor.draw(faces, CAMERA, [square], StageTimer())
        scales.append(square.drawn[0][2])
    assert scales == [MAX_SUPERSAMPLE, 1, 2]
