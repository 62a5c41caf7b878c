import json

import numpy as np
import pytest

from arpipe.geometry.boxes import overlap
from arpipe.models import ssd
from arpipe.models.face_detector import (
    DETECTORS,
    LEFT_EAR,
    LEFT_EYE,
    NOSE_TIP,
    RIGHT_EAR,
    RIGHT_EYE,
    FaceDetector,
    face_roi,
)
from arpipe.timing import StageTimer
from arpipe.types import Detection, Frame
from tests.golden.faces import cases


def frame(pixels):
    return Frame(np.ascontiguousarray(pixels), 0.0, 0)


@pytest.mark.parametrize(("reach", "count"), [("short", 896), ("full", 2304)])
def test_there_is_an_anchor_for_each_row_of_the_network(reach, count):
    spec = DETECTORS[reach]
    anchors = ssd.anchor_centers(spec.side, spec.strides, spec.anchors_per_layer)
    assert anchors.shape == (count, 2)
    assert ((anchors > 0) & (anchors < spec.side)).all()


def test_anchors_equal_the_recorded_ones(shared_data):
    path = shared_data / "tfjs-models" / "shared" / "test_data" / "anchor_golden_file_0.json"
    recorded = np.array(json.loads(path.read_text()))[:, :2]
    assert np.allclose(ssd.anchor_centers(256, (8, 16, 32, 32, 32), 2) / 256, recorded, atol=1e-6)


def test_equal_layers_share_their_cells():
    anchors = ssd.anchor_centers(32, (16, 16), 2)
    assert anchors.tolist() == [[8, 8]] * 4 + [[24, 8]] * 4 + [[8, 24]] * 4 + [[24, 24]] * 4


def test_overlap_of_known_boxes():
    box = np.array([0.0, 0.0, 2.0, 2.0])
    others = np.array([[0, 0, 2, 2], [1, 0, 3, 2], [2, 0, 4, 2], [5, 5, 6, 6], [1, 1, 1, 1]], float)
    assert overlap(box, others).tolist() == [1.0, pytest.approx(1 / 3), 0.0, 0.0, 0.0]
    assert overlap(np.zeros(4), np.zeros((1, 4))).tolist() == [0.0]


def candidates(boxes, scores):
    boxes = np.array(boxes, float)
    return ssd.Candidates(boxes, boxes[:, None, :2], np.array(scores))


def test_boxes_that_overlap_are_averaged_by_score():
    seen = candidates([[0, 0, 10, 10], [1, 0, 11, 10], [50, 50, 60, 60]], [0.9, 0.6, 0.5])
    first, second = ssd.merge([seen], 0.3)
    assert first.box_px == pytest.approx([0.4, 0, 10.4, 10])
    assert first.keypoints_px[0] == pytest.approx([0.4, 0])
    assert first.score == 0.9
    assert second.box_px.tolist() == [50, 50, 60, 60]


def test_a_face_in_two_passes_is_one_face():
    faint, clear = candidates([[0, 0, 10, 10]], [0.6]), candidates([[1, 0, 11, 10]], [0.9])
    (face,) = ssd.merge([faint, clear], 0.3)
    assert face.score == 0.9
    assert face.box_px == pytest.approx([0.6, 0, 10.6, 10])


def test_a_box_without_area_ends_the_merge_too():
    assert len(ssd.merge([candidates([[5, 5, 5, 5], [5, 5, 5, 5]], [0.9, 0.8])], 0.3)) == 2


def test_faint_and_inverted_candidates_are_dropped():
    boxes = np.zeros((3, 16), np.float32)
    boxes[:, 2:4] = [[10, 10], [10, 10], [-10, 10]]
    anchors = np.full((3, 2), 64, np.float32)
    found = ssd.decode(boxes, np.array([2.0, -2.0, 5.0], np.float32), anchors, 0.5)
    assert found.boxes.tolist() == [[59, 59, 69, 69]]
    assert found.keypoints.shape == (1, 6, 2)
    assert found.scores == pytest.approx([1 / (1 + np.exp(-2))])


def test_nobody_is_nobody():
    nothing = ssd.decode(
        np.zeros((2, 16), np.float32), np.full(2, -9, np.float32), np.zeros((2, 2), np.float32), 0.5
    )
    assert nothing.keypoints.shape == (0, 6, 2)
    assert ssd.merge([nothing, nothing], 0.3) == []


def test_extreme_logits_stay_probabilities():
    assert ssd.probability(np.array([-1e30, 0, 1e30], np.float32)) == pytest.approx([0, 0.5, 1])


def test_a_box_without_area_has_no_square():
    assert face_roi(Detection(np.zeros(4), np.zeros((6, 2)), 1.0)) is None


@pytest.mark.weights
@pytest.mark.parametrize("reach", ["short", "full"])
def test_the_portrait_has_one_face_where_it_is(runtime, reach, portrait):
    detector = FaceDetector(reach, runtime)
    (face,) = detector.detect(frame(portrait), StageTimer())
    center = face.box_px.reshape(2, 2).mean(axis=0)
    assert np.linalg.norm(center - cases.FACE_CENTER) < 0.15 * cases.FACE_LONG_SIDE
    x = face.keypoints_px[:, 0]
    assert x[RIGHT_EAR] < x[RIGHT_EYE] < x[NOSE_TIP] < x[LEFT_EYE] < x[LEFT_EAR]


@pytest.mark.weights
@pytest.mark.parametrize("turn_deg", [-45, -30, -15, 15, 30, 45])
def test_the_square_turns_with_the_face(runtime, turn_deg, made_faces):
    turned = made_faces[f"turned_{turn_deg}"]
    detector = FaceDetector("short", runtime)
    (face,) = detector.detect(frame(turned), StageTimer())
    assert np.degrees(face_roi(face).angle_rad) == pytest.approx(turn_deg, abs=8)


@pytest.mark.weights
@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (500, 1, 3), (4320, 7680, 3)])
def test_extreme_pictures_have_no_face_and_do_no_harm(runtime, shape):
    detector = FaceDetector("short", runtime)
    assert detector.detect(frame(np.full(shape, 127, np.uint8)), StageTimer()) == ()
