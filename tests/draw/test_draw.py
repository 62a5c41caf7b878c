import cv2
import numpy as np
import pytest

from arpipe import draw
from arpipe.draw.limbs import LimbStyle
from arpipe.topology import load_topology
from arpipe.types import Landmarks
from tests.render.faces import CAMERA, face_at, pose_at

SIZE = (CAMERA.height, CAMERA.width, 3)
BLACK = np.zeros(SIZE, np.uint8)
FACE = face_at(pose_at(15.0)).landmarks
RED = (255, 0, 0)
SQUARE = [[20.0, 30.0], [60.0, 30.0], [60.0, 70.0], [20.0, 70.0]]


def hand():
    points = np.random.default_rng(1).uniform(50, 150, (21, 3)).astype(np.float32)
    return Landmarks(points, 1.0, load_topology("hand"))


CALLS = {
    "landmarks": lambda picture: draw.landmarks(picture, FACE),
    "connections": lambda picture: draw.connections(picture, SQUARE, [(0, 1), (1, 2)]),
    "mesh": lambda picture: draw.mesh(picture, FACE),
    "outlines": lambda picture: draw.outlines(picture, FACE),
    "skeleton": lambda picture: draw.skeleton(picture, hand(), "left"),
    "axes": lambda picture: draw.axes(picture, pose_at(15.0), CAMERA),
    "boxes": lambda picture: draw.boxes(picture, [20, 40, 90, 120], ["cup"]),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_picture_is_drawn_on_a_copy_whatever_its_memory_looks_like(name):
    kept = BLACK.copy()
    kept.setflags(write=False)
    drawn = CALLS[name](kept)
    assert drawn.any()
    assert not kept.any()
    assert drawn.shape == SIZE
    assert drawn.flags.c_contiguous
    for same in (np.zeros(SIZE[:2], np.uint8), np.zeros(SIZE, np.uint8)[:, ::-1], np.asfortranarray(BLACK)):
        assert (CALLS[name](same) == drawn).all()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    "picture", [np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 3)), np.zeros(8, np.uint8)]
)
def test_other_pictures_are_refused_with_their_shape_and_type(name, picture):
    with pytest.raises(ValueError, match=r"picture: expected \(h, w, 3\) or \(h, w\) uint8, got \(8"):
        CALLS[name](picture)


def test_points_are_where_they_are_to_a_fraction_of_a_pixel():
    drawn = draw.landmarks(BLACK, [[40.0, 30.0], [90.5, 60.0, 7.0][:2]], color=(200, 200, 200), radius_px=2)
    assert drawn[30, 40].tolist() == [200, 200, 200]
    assert drawn[60, 90].tolist() == drawn[60, 91].tolist()


def test_lines_join_the_points_of_each_pair_and_no_others():
    drawn = draw.connections(BLACK, SQUARE, [(0, 1), (2, 3)], color=RED, width_px=3)
    assert drawn[30, 40].tolist() == [255, 0, 0]
    assert drawn[70, 40].tolist() == [255, 0, 0]
    assert not drawn[50].any()


def test_lines_that_cross_keep_their_opacity():
    white = np.full(SIZE, 255, np.uint8)
    drawn = draw.connections(
        white, [[10, 40], [70, 40], [40, 10], [40, 70]], [(0, 1), (2, 3)], color=(0, 0, 0), opacity=0.5
    )
    assert drawn.min() >= 127


def test_landmarks_have_connections_of_their_own_and_arrays_have_none():
    assert (draw.connections(BLACK, FACE, width_px=1, opacity=0.45) == draw.mesh(BLACK, FACE)).all()
    with pytest.raises(ValueError, match="give pairs of indices"):
        draw.connections(BLACK, SQUARE)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([(0, 4)], "from 0 to 3, got 0 to 4"),
        ([(0.5, 1.0)], "integers"),
        ([(0, 1, 2)], r"\(1, 3\)"),
        ([(-1, 0)], "-1"),
    ],
)
def test_wrong_pairs_are_refused(pairs, said):
    with pytest.raises(ValueError, match=said):
        draw.connections(BLACK, SQUARE, pairs)


def test_wrong_points_and_boxes_are_refused():
    with pytest.raises(ValueError, match=r"points: expected \(n, 2\)"):
        draw.landmarks(BLACK, [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match=r"boxes_px: expected \(n, 4\), got \(1, 3\)"):
        draw.boxes(BLACK, [[1, 2, 3]])
    with pytest.raises(ValueError, match="for each of 2 boxes, or none; got 1 labels and 2 colours"):
        draw.boxes(BLACK, [[1, 2, 3, 4], [5, 6, 7, 8]], ["one"])


@pytest.mark.parametrize(
    "color",
    ["red", None, 5, (1, 2), (1, 2, 3, 4), (0.5, 0.0, 1.0), (256, 0, 0), (-1, 0, 0), (True, False, True)],
)
@pytest.mark.parametrize(
    "draw_in",
    [
        lambda color: draw.landmarks(BLACK, [], color=color),
        lambda color: draw.connections(BLACK, SQUARE, [(0, 1)], color=color),
        lambda color: draw.mesh(BLACK, FACE, color=color),
        lambda color: draw.outlines(BLACK, FACE, (), color=color),
        lambda color: draw.boxes(BLACK, [1, 2, 3, 4], colors=[color]),
        lambda color: LimbStyle(right=color),
    ],
    ids=["landmarks", "connections", "mesh", "outlines", "boxes", "style"],
)
def test_wrong_colours_are_refused(draw_in, color):
    with pytest.raises(
        ValueError, match=r"colour: expected red, green and blue as integers in \[0, 255\], got"
    ):
        draw_in(color)


def test_colours_may_be_arrays():
    expected = draw.landmarks(BLACK, SQUARE, color=RED)
    for color in (list(RED), np.array(RED), np.array(RED, np.uint8)):
        assert (draw.landmarks(BLACK, SQUARE, color=color) == expected).all()
    assert LimbStyle(left=np.array(RED)) == LimbStyle(left=RED)


def test_nothing_to_draw_leaves_the_picture_as_it_is():
    for drawn in (
        draw.landmarks(BLACK, []),
        draw.connections(BLACK, SQUARE, []),
        draw.boxes(BLACK, []),
        draw.outlines(BLACK, FACE, ()),
        draw.axes(BLACK, pose_at(place_m=(0.0, 0.0, -1.0)), CAMERA),
    ):
        assert not drawn.any()


def test_what_is_missing_is_not_drawn_and_the_rest_is():
    missing = [*SQUARE[:3], [np.nan, 70.0], [np.inf, 0.0]]
    assert (draw.landmarks(BLACK, missing) == draw.landmarks(BLACK, SQUARE[:3])).all()
    drawn = draw.connections(BLACK, missing, [(3, 0), (0, 1), (1, 2), (2, 3), (3, 4)])
    assert (drawn == draw.connections(BLACK, SQUARE[:3], [(0, 1), (1, 2)])).all()
    assert not draw.connections(BLACK, missing, [(3, 4)]).any()
    boxes = draw.boxes(BLACK, [[np.nan] * 4, [20, 40, 90, 120]], ["", ""])
    assert (boxes == draw.boxes(BLACK, [20, 40, 90, 120], colors=[draw.class_color(1)])).all()


def test_axes_are_red_green_and_blue_from_the_projected_origin():
    drawn = draw.axes(BLACK, pose_at(25.0), CAMERA, length_m=0.05)
    x, y = np.rint(CAMERA.project(pose_at(25.0).translation_m)).astype(int)
    assert drawn[y - 3 : y + 4, x - 3 : x + 4].any()
    tips = CAMERA.project(pose_at(25.0).apply(np.eye(3) * 0.04))
    for channel, (column, row) in enumerate(np.rint(tips[:2]).astype(int)):
        assert drawn[row, column].argmax() == channel


def test_a_skeleton_has_the_colour_of_its_side_and_faces_have_none():
    left, right = (
        draw.skeleton(BLACK, hand(), side).reshape(-1, 3).sum(axis=0) for side in ("left", "right")
    )
    assert left[2] > left[0]
    assert right[0] > right[2]
    with pytest.raises(ValueError, match="expected landmarks of a body or a hand, got those of a face"):
        draw.skeleton(BLACK, FACE)


def test_labels_stand_above_their_boxes():
    drawn = draw.boxes(BLACK, [[20, 60, 120, 100]], ["cup"], colors=[RED])
    assert drawn[52, 24].tolist() == [255, 0, 0]
    assert not draw.boxes(BLACK, [[20, 60, 120, 100]])[:55].any()


def test_what_lies_outside_is_cut_off():
    assert not draw.landmarks(BLACK, np.add(SQUARE, 5000.0)).any()
    assert not draw.mesh(BLACK, face_at(pose_at(place_m=(3.0, 0.0, 0.5))).landmarks).any()
    assert draw.boxes(BLACK, [-500, -500, 9000, 9000], ["all"]).shape == SIZE


def test_pictures_of_opencv_are_drawn_on_by_turning_them_around():
    bgr = draw.landmarks(BLACK[..., ::-1], SQUARE, color=RED)[..., ::-1]
    assert cv2.cvtColor(np.ascontiguousarray(bgr), cv2.COLOR_BGR2RGB)[30, 20].tolist() == [255, 0, 0]
