"""Where glasses are drawn while the head, its size and the camera change."""

import numpy as np
import pytest

from arpipe.effects.glasses.rigid_mesh import RigidMesh
from arpipe.effects.packs import load_pack
from arpipe.errors import ConfigError
from arpipe.render.compositor import Compositor
from arpipe.render.layer import Phase, Scene
from arpipe.timing import StageTimer
from arpipe.types import TrackedFace
from tests.effects.building import activate
from tests.effects.glasses.drawing import changed, draw
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at, result_of

pytestmark = pytest.mark.gl


@pytest.mark.parametrize("place_m", [(0.0, 0.0, -0.5), (0.0, 0.0, 0.03), (4.0, 0.0, 0.5)])
def test_heads_behind_or_beside_the_camera_are_not_drawn(context, place_m):
    frame = noisy_frame()
    face = face_at(pose_at())
    pose = pose_at(place_m=place_m)
    out = TrackedFace(1, face.landmarks, type(face.pose)(pose, face.pose.metric_mesh_m, 0.0), "tracked", 0)
    assert (draw(context, "aviator", frame, out) == frame.pixels).all()


def test_a_face_at_the_frame_s_edge_is_cut_not_refused(context):
    frame = plain_frame()
    marks = changed(draw(context, "wayfarer", frame, face_at(pose_at(place_m=(0.31, 0.0, 0.45)))), frame)
    assert marks[:, -1].any()


def test_glasses_turn_with_the_head(context):
    frame = plain_frame()
    centers = {}
    for yaw_deg in (-30.0, 0.0, 30.0):
        marks = changed(draw(context, "round(shadow=0)", frame, face_at(pose_at(yaw_deg))), frame)
        centers[yaw_deg] = np.flatnonzero(marks.any(axis=0)).mean()
    assert centers[-30.0] != pytest.approx(centers[0.0], abs=3.0)
    assert centers[-30.0] + centers[30.0] == pytest.approx(2.0 * centers[0.0], abs=4.0)


def test_lens_distortion_moves_the_glasses_with_the_face(context):
    bent = type(CAMERA)(CAMERA.fx, CAMERA.fy, CAMERA.cx, CAMERA.cy, 640, 480, (-0.35, 0.1, 0.0, 0.0, 0.0))
    pose = pose_at(place_m=(0.16, 0.08, 0.45))
    frame = plain_frame()
    offsets = []
    for camera in (CAMERA, bent):
        face = face_at(pose, camera)
        marks = changed(draw(context, "wayfarer(shadow=0)", frame, face, camera=camera), frame)
        rows, columns = np.nonzero(marks)
        middle = (face.landmarks["left_pupil"][:2] + face.landmarks["right_pupil"][:2]) / 2.0
        offsets.append(np.array([columns.mean(), rows.mean()]) - middle)
    assert offsets[0] == pytest.approx(offsets[1], abs=4.5)  # the lens moves them by 10 px


def test_fit_stays_put_while_the_mouth_moves(context):
    """Expressions change the mesh; glasses rest on bone."""
    params = load_pack("wayfarer").layers[0].params
    layer = RigidMesh(params, context)
    pose = pose_at()
    places = []
    for index in range(60):
        face = face_at(pose, age_frames=index)
        mesh = face.pose.metric_mesh_m.copy()
        mesh[face.landmarks.topology.region("lips_outer"), 1] -= 0.01 * np.sin(index / 5.0)
        moving = TrackedFace(1, face.landmarks, type(face.pose)(pose, mesh, 0.0), "tracked", index)
        compositor = Compositor(context)
        compositor.draw(result_of(plain_frame(time_s=index / 30.0), moving), CAMERA, [layer], StageTimer())
        compositor.close()
        places.append(layer._placed[0].fit.head_from_glasses[:3, 3])
    layer.close()
    assert np.ptp(places, axis=0).max() < 1e-4


def test_anchors_other_than_glasses(context):
    frame = plain_frame()
    face = face_at(pose_at())
    tip = draw(context, "round(anchor=nose_tip)", frame, face)
    rows = np.nonzero(changed(tip, frame))[0]
    assert rows.mean() > face.landmarks["nose_tip"][1] - 15
    with pytest.raises(ConfigError, match="nose_tip"):
        draw(context, "round(anchor=nose_typ)", frame, face)


def test_regions_follow_the_face_not_the_frame(context):
    """The same face in a frame nine times as large asks for the same work."""
    pack = load_pack("wayfarer")
    areas = []
    for scale in (1, 3):
        camera = type(CAMERA)(
            CAMERA.fx, CAMERA.fy, CAMERA.cx * scale, CAMERA.cy * scale, 640 * scale, 480 * scale
        )
        active = activate(context, pack)
        layers = active.layers
        compositor = Compositor(context)
        compositor.draw(
            result_of(plain_frame(camera), face_at(pose_at(), camera)), camera, layers, StageTimer()
        )
        boxes = [patch.box_px for patch in layers[0].prepare(_scene(compositor, camera))]
        areas.append([np.prod(box[2:] - box[:2]) for box in boxes])
        assert len(boxes) == len((Phase.SHADE, Phase.SOLID))
        compositor.close()
        active.close()
    assert areas[0] == pytest.approx(areas[1])


def _scene(compositor, camera):
    return Scene(
        result_of(plain_frame(camera), face_at(pose_at(), camera)),
        camera,
        compositor.config,
        compositor._lights,
    )


@pytest.mark.parametrize("fit", ["face", "real"])
def test_glasses_stay_on_a_head_whose_size_turns_out_otherwise(context, fit):
    """The same picture explained by a larger head farther away: what is drawn does not jump."""
    params = load_pack("wayfarer", {"fit": fit}).layers[0].params
    layer = RigidMesh(params, context)
    boxes = []
    for index, scale in enumerate((1.0, 1.0, 1.06, 1.06)):
        pose = pose_at(place_m=(0.02 * scale, 0.01 * scale, 0.45 * scale))
        face = face_at(pose, age_frames=index)
        grown = type(face.pose)(pose, face.pose.metric_mesh_m * scale, 0.0, scale)
        compositor = Compositor(context)
        result = result_of(
            plain_frame(time_s=index / 30.0), TrackedFace(1, face.landmarks, grown, "tracked", index)
        )
        compositor.draw(result, CAMERA, [layer], StageTimer())
        compositor.close()
        boxes.append(layer._placed[0].solid_box)
    layer.close()
    if fit == "face":
        assert np.abs(np.diff(boxes, axis=0)).max() < 0.5
    else:  # true millimetres are smaller from farther away
        widths = [box[2] - box[0] - 6.0 for box in boxes]
        assert widths[3] / widths[0] == pytest.approx(1.0 / 1.06, abs=0.01)


@pytest.mark.parametrize(
    "pose",
    [
        pose_at(67.0),
        pose_at(85.0),
        pose_at(-67.0, 30.0, 170.0),
        pose_at(-80.0, 30.0, 170.0),
        pose_at(0.0, 85.0),
        pose_at(180.0),
        pose_at(place_m=(0.0, 0.0, 8.0)),
        pose_at(place_m=(0.0, 0.0, 0.13)),
        pose_at(place_m=(-0.4, 0.3, 0.45)),
    ],
)
def test_extreme_poses_are_drawn_without_complaint(context, pose):
    frame = plain_frame()
    picture = draw(context, "cat-eye", frame, face_at(pose))
    assert picture.shape == frame.pixels.shape
    assert context.gl.error == "GL_NO_ERROR"
