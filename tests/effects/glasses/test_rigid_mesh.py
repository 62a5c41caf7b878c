import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.effects.glasses.rigid_mesh import RigidMesh, RigidMeshParams
from arpipe.effects.packs import load_pack
from arpipe.errors import ConfigError
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Layer, Phase, Scene
from arpipe.timing import StageTimer
from arpipe.types import Frame, TrackedFace
from tests.effects.building import activate
from tests.render.faces import CAMERA, face_at, noisy_frame, plain_frame, pose_at, result_of

pytestmark = pytest.mark.gl

PACKS = ("aviator", "cat-eye", "rimless", "round", "sport", "wayfarer")
GOLDEN = Path(__file__).parents[2] / "golden" / "render"


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


@pytest.mark.parametrize("name", PACKS)
def test_packs_are_drawn_before_the_eyes(context, name):
    frame = plain_frame()
    face = face_at(pose_at())
    picture = draw(context, name, frame, face)
    marks = changed(picture, frame)
    for eye in ("left_pupil", "right_pupil"):
        x, y = np.rint(face.landmarks[eye][:2]).astype(int)
        assert marks[y - 8 : y + 30, x - 25 : x + 25].mean() > 0.2
    box = face.landmarks.box_px
    height = box[3] - box[1]
    marks[int(box[1] + 0.05 * height) : int(box[1] + 0.66 * height), int(box[0]) - 30 : int(box[2]) + 30] = (
        False
    )
    assert not marks.any()


def test_the_frame_given_stays_as_it_is(context):
    frame = noisy_frame()
    before = frame.pixels.copy()
    draw(context, "wayfarer", frame, face_at(pose_at()))
    assert (frame.pixels == before).all()


def test_opacity_zero_is_no_effect(context):
    frame = noisy_frame()
    assert (draw(context, "wayfarer(opacity=0)", frame, face_at(pose_at())) == frame.pixels).all()


def test_no_face_and_no_pose_leave_the_frame_alone(context):
    frame = noisy_frame()
    assert (draw(context, "aviator", frame) == frame.pixels).all()
    face = face_at(pose_at())
    lost = TrackedFace(1, face.landmarks, None, "tracked", 3)
    assert (draw(context, "aviator", frame, lost) == frame.pixels).all()


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


def test_tinted_lenses_are_darker_over_own_glasses(context):
    """Half of the light passes on the way through the lens, so that less of the rims behind it shows."""
    frame, face = noisy_frame(), face_at(pose_at())
    plain = draw(context, "aviator(shadow=0)", frame, face)
    over = draw(context, "aviator(shadow=0)", frame, replace(face, own_glasses=1.0))
    x, y = np.rint(face.landmarks["left_pupil"][:2]).astype(int)
    lens = np.s_[y : y + 12, x - 8 : x + 8]
    assert over[lens].std() < 0.85 * plain[lens].std()
    assert (over[: y - 40] == plain[: y - 40]).all()
    assert (draw(context, "aviator(shadow=0)", frame, replace(face, own_glasses=0.5)) == plain).all()


@pytest.mark.parametrize("effect", ["aviator(own_glasses=show)", "panto", "sport", "panto(preset=honey)"])
def test_clear_lenses_mirrors_and_transparent_frames_keep_their_look(context, effect):
    frame, face = noisy_frame(), face_at(pose_at())
    assert (
        draw(context, effect, frame, replace(face, own_glasses=1.0)) == draw(context, effect, frame, face)
    ).all()


def test_several_faces_wear_one_each(context):
    frame = plain_frame()
    faces = [face_at(pose_at(place_m=(x, 0.0, 0.8)), track_id=number) for number, x in ((1, -0.2), (2, 0.2))]
    both = draw(context, "wayfarer(shadow=0)", frame, *faces, config=RenderConfig(match_sharpness=False))
    columns = np.flatnonzero(changed(both, frame).any(axis=0))
    assert (np.diff(columns) > 20).sum() == 1
    assert columns.min() < 320 < columns.max()


def test_the_nearer_face_hides_the_farther_one_s_glasses(context):
    frame = plain_frame()
    config = RenderConfig(match_sharpness=False)
    near = face_at(pose_at(place_m=(0.0, 0.05, 0.4)), track_id=1)
    far = face_at(pose_at(place_m=(0.0, 0.075, 0.6)), track_id=2)
    one = draw(context, "wayfarer(shadow=0)", frame, near, config=config)
    two = draw(context, "wayfarer(shadow=0)", frame, near, far, config=config)
    assert np.abs(one.astype(int) - two).mean() < 0.5


def test_a_symmetrical_scene_gives_a_symmetrical_picture(context):
    frame = plain_frame()
    config = RenderConfig(match_sharpness=False, reflection=False)  # windows are on one side
    picture = draw(context, "wayfarer", frame, face_at(pose_at()), config=config).astype(int)
    difference = np.abs(picture - picture[:, ::-1]).max(axis=2)
    assert np.quantile(difference[changed(picture, frame)], 0.9) <= 8


def test_glasses_turn_with_the_head(context):
    frame = plain_frame()
    centers = {}
    for yaw_deg in (-30.0, 0.0, 30.0):
        marks = changed(draw(context, "round(shadow=0)", frame, face_at(pose_at(yaw_deg))), frame)
        centers[yaw_deg] = np.flatnonzero(marks.any(axis=0)).mean()
    assert centers[-30.0] != pytest.approx(centers[0.0], abs=3.0)
    assert centers[-30.0] + centers[30.0] == pytest.approx(2.0 * centers[0.0], abs=4.0)


def test_tinted_lenses_let_the_eyes_through_and_clear_ones_more(context):
    """A bright dot at the pupil stays brighter than its surroundings, behind every lens."""
    face = face_at(pose_at())
    x, y = np.rint(face.landmarks["left_pupil"][:2]).astype(int)
    contrast = {}
    for name in ("round", "aviator", "wayfarer"):
        frame = plain_frame(color=(90, 80, 70))
        frame.pixels[y - 4 : y + 4, x - 4 : x + 4] = 220
        picture = draw(context, name, frame, face).astype(int)
        contrast[name] = picture[y, x].mean() - picture[y, x + 14].mean()
    assert contrast["round"] > contrast["aviator"] > contrast["wayfarer"] > 5


def test_lens_colour_can_be_changed(context):
    frame = plain_frame(color=(160, 160, 160))
    face = face_at(pose_at())
    x, y = np.rint(face.landmarks["left_pupil"][:2]).astype(int)
    red, green, blue = draw(context, "round(lens_color=#4060ff)", frame, face)[y + 6, x + 6].astype(int)
    assert blue > red + 25
    assert blue > green


def test_the_shadow_darkens_skin_beside_the_glasses_and_can_be_switched_off(context):
    frame = plain_frame()
    face = face_at(pose_at())
    plain = RenderConfig(match_sharpness=False)
    with_shadow = draw(context, "wayfarer", frame, face, config=plain).astype(int)
    without = draw(
        context, "wayfarer", frame, face, config=plain.model_copy(update={"shadow": False})
    ).astype(int)
    assert (without == draw(context, "wayfarer(shadow=0)", frame, face, config=plain)).all()
    darker = (without - with_shadow).max(axis=2)
    beside = ~changed(without, frame)
    assert (darker[beside] >= -1).all()
    assert (darker[beside] > 8).sum() > 300
    assert darker[beside].max() < 90


def test_light_from_the_left_moves_the_shadow_to_the_right(context):
    face = face_at(pose_at())
    shade = {}
    for side, sign in (("left", 1), ("right", -1)):
        frame = plain_frame()
        ramp = np.linspace(1.3, 0.5, frame.width)[:: int(sign)]
        frame.pixels[:] = np.clip(frame.pixels * ramp[None, :, None], 0, 255)
        drawn = draw(context, "wayfarer", frame, face, config=RenderConfig(match_sharpness=False)).astype(
            float
        )
        without = draw(
            context, "wayfarer", frame, face, config=RenderConfig(match_sharpness=False, shadow=False)
        ).astype(float)
        lost = ((without - drawn) / np.maximum(without, 1.0)).mean(axis=2)
        lost[changed(without.astype(np.uint8), frame)] = 0.0
        shade[side] = (lost.sum(axis=0) * np.arange(frame.width)).sum() / lost.sum()
    assert shade["left"] > shade["right"]


@pytest.mark.parametrize(
    "config", [RenderConfig(supersample=1), RenderConfig(supersample=3), RenderConfig(supersample=1, msaa=4)]
)
def test_quality_changes_edges_not_the_picture(context, config):
    frame = plain_frame()
    face = face_at(pose_at(20.0))
    best = draw(context, "aviator", frame, face).astype(int)
    other = draw(context, "aviator", frame, face, config=config).astype(int)
    marks = changed(best, frame) | changed(other, frame)
    assert np.abs(best - other)[marks].mean() < 7.0


def test_without_reflections_there_are_still_glasses(context):
    frame = plain_frame()
    picture = draw(context, "aviator", frame, face_at(pose_at()), config=RenderConfig(reflection=False))
    assert changed(picture, frame).sum() > 2000


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


def test_layer_says_what_it_needs(context):
    layer = RigidMesh(RigidMeshParams.model_validate({"model": _model("round")}), context)
    assert isinstance(layer, Layer)
    assert layer.needs == {"face", "occlusion"}
    layer.close()
    layer.close()


def _model(name):
    return load_pack(name).layers[0].params.model


def test_making_and_closing_layers_leaks_nothing(context):
    pack = load_pack("cat-eye")
    activate(context, pack).close()
    count = context.resources.count
    for _ in range(5):
        activate(context, pack).close()
    assert context.resources.count == count


@pytest.mark.parametrize(("name", "yaw_deg"), [("wayfarer", 0.0), ("aviator", 25.0), ("cat-eye", -35.0)])
def test_picture_is_the_golden_one(context, name, yaw_deg, tmp_path):
    """Renew with: ARPIPE_WRITE_GOLDEN=1 pytest tests/effects/glasses/test_rigid_mesh.py -k golden"""
    if not context.is_software:
        pytest.skip(f"golden pictures are for the software rasteriser, this is {context.renderer}")
    pixels = plain_frame().pixels
    pixels[:] = np.clip(pixels + np.linspace(-40, 40, pixels.shape[0])[:, None, None], 0, 255).astype(
        np.uint8
    )
    frame = Frame(pixels, 0.0, 0)
    picture = draw(
        context, name, frame, face_at(pose_at(yaw_deg, 5.0, 4.0)), config=RenderConfig(match_sharpness=False)
    )
    part = picture[120:330, 140:500]
    path = GOLDEN / f"{name}_{yaw_deg:+.0f}.png"
    if os.environ.get("ARPIPE_WRITE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), part[..., ::-1])
    golden = cv2.imread(str(path))[..., ::-1].astype(int)
    difference = np.abs(part.astype(int) - golden)
    if difference.mean() >= 1.0:
        cv2.imwrite(str(tmp_path / "difference.png"), np.clip(difference * 8, 0, 255).astype(np.uint8))
    assert difference.mean() < 1.0, f"see {tmp_path / 'difference.png'}"


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


def test_the_shadow_has_no_creases(context):
    """Between neighbouring px of plain skin the shade changes gently: the mesh's edges do not show."""
    frame = plain_frame()
    face = face_at(pose_at(place_m=(0.0, 0.03, 0.25)))
    plain = RenderConfig(match_sharpness=False)
    shaded = draw(context, "browline", frame, face, config=plain).astype(int)
    without = draw(context, "browline", frame, face, config=plain.model_copy(update={"shadow": False}))
    shade = np.where(changed(without, frame), np.nan, (without - shaded).max(axis=2).astype(float))
    middle = int(face.landmarks["sellion"][0])
    glabella = shade[: int(face.landmarks["sellion"][1]) - 12, middle - 25 : middle + 25]
    assert np.nanmax(np.abs(np.diff(glabella, axis=1))) <= 6


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


def test_a_frame_of_one_pixel_is_no_problem(context):
    camera = type(CAMERA).from_fov(1, 1)
    picture = draw(context, "aviator", plain_frame(camera), face_at(pose_at(), camera), camera=camera)
    assert picture.shape == (1, 1, 3)


@pytest.mark.parametrize("name", ["aviator", "cat-eye", "oversized", "sport"])
def test_a_grey_picture_stays_grey(context, name):
    ramp = np.linspace(30, 220, CAMERA.width).astype(np.uint8)
    frame = Frame(np.repeat(np.tile(ramp, (CAMERA.height, 1))[..., None], 3, axis=2), 0.0, 0)
    picture = draw(context, name, frame, face_at(pose_at(15.0)))
    assert changed(picture, frame).sum() > 2000
    assert np.ptp(picture.astype(int), axis=2).max() <= 1


def test_glasses_have_their_colours_in_a_picture_with_colours(context):
    frame = plain_frame()
    picture = draw(context, "aviator", frame, face_at(pose_at()))
    assert np.ptp(picture.astype(int), axis=2)[changed(picture, frame)].max() > 60
