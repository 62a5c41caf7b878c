from pathlib import Path

import numpy as np
import pytest

from arpipe.models.face_mesh import (
    MESH_POINTS,
    FaceMesh,
    assemble_attention,
    next_roi,
    plain_face_topology,
)
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.types import Frame, Landmarks, Roi
from tests.golden.faces import cases

PORTRAIT_ROI = Roi(np.array(cases.FACE_CENTER), 1.5 * cases.FACE_LONG_SIDE, 0.0)


def test_refined_points_replace_the_mesh_in_x_and_y_only():
    outputs = {
        "mesh": np.zeros((2, 468, 3), np.float32),
        "lips": np.full((2, 80, 2), 1, np.float32),
        "left_eye": np.full((2, 71, 2), 2, np.float32),
        "right_eye": np.full((2, 71, 2), 3, np.float32),
        "left_iris": np.full((2, 5, 2), 4, np.float32),
        "right_iris": np.full((2, 5, 2), 5, np.float32),
    }
    outputs["mesh"][..., 2] = np.arange(468)
    points = assemble_attention(outputs)
    assert points.shape == (2, 478, 3)
    values, counts = np.unique(points[0, :, 0], return_counts=True)
    assert dict(zip(values, counts, strict=True)) == {0: 468 - 80 - 71 - 71, 1: 80, 2: 71, 3: 71, 4: 5, 5: 5}
    assert (points[:, :468, 2] == np.arange(468)).all()
    assert (points[:, 468:, 2] == points[:, [468] * 5 + [473] * 5, 2]).all()
    assert (points[0, 468:, 2] > 0).all()


def test_the_plain_topology_is_the_face_without_irises():
    face, plain = load_topology("face"), plain_face_topology()
    assert plain.count == MESH_POINTS
    assert set(plain.names.items()) == {item for item in face.names.items() if item[1] < MESH_POINTS}
    assert plain.triangles.max() < MESH_POINTS
    assert all(indices.size and indices.max() < MESH_POINTS for indices in plain.regions.values())
    assert plain.rigid.shape == plain.rigid_weights.shape
    assert (plain.canonical_m == face.canonical_m[:MESH_POINTS]).all()


def test_no_square_holds_a_single_point():
    topology = plain_face_topology()
    assert next_roi(Landmarks(np.ones((topology.count, 3), np.float32), 1.0, topology)) is None


@pytest.mark.weights
@pytest.mark.parametrize("kind", ["attention", "plain", "v2"])
def test_the_portraits_landmarks_lie_where_they_should(runtime, kind, portrait):
    mesh = FaceMesh(kind, runtime)
    face = mesh.locate(Frame(portrait, 0.0, 0), [PORTRAIT_ROI], StageTimer())[0].landmarks
    assert face.score > 0.99
    x0, y0, x1, y1 = face.box_px
    assert np.hypot((x0 + x1) / 2 - 224, (y0 + y1) / 2 - 124) < 5
    assert face["right_eye_outer"][0] < face["nose_tip"][0] < face["left_eye_outer"][0]
    assert face["nose_tip"][2] < face["right_eye_outer"][2]  # nearer to the camera


@pytest.mark.weights
@pytest.mark.parametrize("kind", ["attention", "v2"])
def test_irises_lie_in_their_eyes(runtime, kind, portrait):
    mesh = FaceMesh(kind, runtime)
    face = mesh.locate(Frame(portrait, 0.0, 0), [PORTRAIT_ROI], StageTimer())[0].landmarks
    for side in ("right", "left"):
        corners = [face[f"{side}_eye_outer"], face[f"{side}_eye_inner"]]
        iris = face.region(f"{side}_iris").mean(axis=0)
        assert min(c[0] for c in corners) < iris[0] < max(c[0] for c in corners)
        assert abs(iris[1] - np.mean([c[1] for c in corners])) < 4


@pytest.mark.weights
def test_a_batch_equals_its_faces_one_by_one(runtime, portrait):
    frame, timer = Frame(portrait, 0.0, 0), StageTimer()
    rois = [
        PORTRAIT_ROI,
        Roi(PORTRAIT_ROI.center_px + 6, 180.0, 0.2),
        Roi(np.array([80.0, 400.0]), 150.0, 0.0),
    ]
    mesh = FaceMesh("attention", runtime)
    together = mesh.locate(frame, rois, timer)
    alone = [mesh.locate(frame, [roi], timer)[0] for roi in rois]
    assert mesh.locate(frame, [], timer) == []
    for one, other in zip(together, alone, strict=True):
        assert np.abs(one.landmarks.points_px - other.landmarks.points_px).max() < 0.01
    assert together[2].landmarks.score < 0.5  # the space suit is no face


@pytest.mark.weights
def test_landmarks_do_not_depend_on_the_turn_of_the_square(runtime, portrait):
    frame, timer = Frame(portrait, 0.0, 0), StageTimer()
    mesh = FaceMesh("attention", runtime)
    straight, turned = mesh.locate(
        frame, [PORTRAIT_ROI, Roi(PORTRAIT_ROI.center_px, PORTRAIT_ROI.size_px, 0.15)], timer
    )
    distance = np.linalg.norm((straight.landmarks.points_px - turned.landmarks.points_px)[:, :2], axis=1)
    assert distance.mean() < 0.01 * cases.FACE_LONG_SIDE


@pytest.mark.weights
def test_tongue_is_scored_only_where_it_is_asked_for(runtime, portrait):
    frame, timer = Frame(portrait, 0.0, 0), StageTimer()
    asked = FaceMesh("v2", runtime, ["tongueOut"]).locate(frame, [PORTRAIT_ROI], timer)[0]
    plain = FaceMesh("v2", runtime).locate(frame, [PORTRAIT_ROI], timer)[0]
    assert 0.0 <= asked.scores["tongueOut"] < 0.1  # a closed smile
    assert plain.scores == {}
    assert (asked.landmarks.points_px == plain.landmarks.points_px).all()


def test_mesh_without_the_score_is_refused(runtime):
    with pytest.raises(ValueError, match=r'mesh "plain" gives no score .tongueOut.; mesh = "v2"'):
        FaceMesh("plain", runtime, ["tongueOut"])


def test_the_refinement_table_names_its_origin():
    text = (Path(__file__).parents[2] / "assets" / "topology" / "face_refinement.json").read_text()
    assert "face_landmark_with_attention" in text
