import cv2
import numpy as np
import pytest

from arpipe.geometry.camera import GL_FROM_CAMERA
from arpipe.geometry.mesh import vertex_normals
from arpipe.render.color import LUMINANCE, MEAN_SKIN, linear_from_srgb
from arpipe.render.environment import SIDE, ball_directions, build
from arpipe.render.lighting import MEASURE_EVERY, LightEstimator, key_light, measure
from arpipe.topology import load_topology
from arpipe.types import Frame
from tests.render.faces import face_at, plain_frame, pose_at, result_of

PICTURE = np.full((4, 6, 3), 0.18, np.float32)


def srgb(linear):
    clipped = np.clip(linear, 0.0, 1.0)
    coded = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.rint(coded * 255.0).astype(np.uint8)


def lit_face(pose, to_light, ambient=0.35, direct=0.5, color=(1.0, 1.0, 1.0), skin=MEAN_SKIN, noise=0.0):
    """A frame with the canonical face under one distant light of a colour, from the renderer's own geometry only."""
    topology = load_topology("face")
    face = face_at(pose)
    normals = vertex_normals(topology.canonical_m, topology.triangles) @ (GL_FROM_CAMERA @ pose).rotation.T
    shade = ambient + direct * np.clip(normals @ to_light, 0.0, None)
    values = shade[:, None] * np.asarray(skin) * np.asarray(color)
    frame = plain_frame().pixels.copy()
    points = face.landmarks.points_px
    depth = points[topology.triangles, 2].mean(axis=1)
    for triangle in topology.triangles[np.argsort(-depth)]:
        corner = np.rint(points[triangle, :2] * 16).astype(np.int32)
        cv2.fillConvexPoly(frame, corner, srgb(values[triangle].mean(axis=0)).tolist(), cv2.LINE_AA, 4)
    noisy = frame + np.random.default_rng(0).normal(0.0, noise, frame.shape)
    return Frame(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), 0.0, 0), face


@pytest.mark.parametrize(("yaw_deg", "noise"), [(-25.0, 6.0), (0.0, 0.0), (25.0, 6.0)])
@pytest.mark.parametrize("azimuth_deg", [-60.0, 0.0, 30.0])
@pytest.mark.parametrize("elevation_deg", [0.0, 40.0])
def test_direction_is_found(yaw_deg, azimuth_deg, elevation_deg, noise):
    azimuth, elevation = np.deg2rad([azimuth_deg, elevation_deg])
    to_light = np.array(
        [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)]
    )
    frame, face = lit_face(pose_at(yaw_deg), to_light, noise=noise)
    irradiance, _ = measure(frame, face, face.pose, PICTURE)
    key = key_light(irradiance)
    cosine = float(key @ to_light / np.linalg.norm(key))
    assert np.rad2deg(np.arccos(cosine)) < 30.0


def test_a_light_to_the_left_and_one_to_the_right_are_mirror_images():
    left = key_light(measure(*_scene((-0.7, 0.3, 0.65)), PICTURE)[0])
    right = key_light(measure(*_scene((0.7, 0.3, 0.65)), PICTURE)[0])
    assert left == pytest.approx(right * (-1, 1, 1), abs=0.06)


def _scene(to_light, **options):
    unit = np.array(to_light) / np.linalg.norm(to_light)
    frame, face = lit_face(pose_at(), unit, **options)
    return frame, face, face.pose


def test_flat_light_has_hardly_a_direction():
    assert np.linalg.norm(key_light(measure(*_scene((0, 0, 1), direct=0.0), PICTURE)[0])) < 0.1


@pytest.mark.parametrize("color", [(1.0, 0.75, 0.5), (0.7, 0.9, 1.2)])
def test_hue_of_the_light_is_told_from_skin_and_picture(color):
    """Warm light is called warm and cold light cold, by most of what it is: people and rooms differ, too."""
    irradiance, _ = measure(*_scene((0.2, 0.4, 0.9), color=color), PICTURE * np.float32(color))
    true = np.array(color) / float(np.array(color) @ LUMINANCE)
    found = irradiance[0] / float(irradiance[0] @ LUMINANCE)
    ratio = np.log(found[0] / found[2]) / np.log(true[0] / true[2])
    assert 0.45 < ratio < 1.0


def test_more_light_is_more_irradiance():
    dim = measure(*_scene((0, 0.3, 1), ambient=0.1, direct=0.15), PICTURE * 0.3)[0][0] @ LUMINANCE
    bright = measure(*_scene((0, 0.3, 1), ambient=0.4, direct=0.6), PICTURE)[0][0] @ LUMINANCE
    assert bright > 2.0 * dim


def test_dark_skin_does_not_make_a_bright_room_dark():
    light = measure(*_scene((0, 0.3, 1)), PICTURE)[0][0] @ LUMINANCE
    dark = measure(*_scene((0, 0.3, 1), skin=MEAN_SKIN * 0.25), PICTURE)[0][0] @ LUMINANCE
    assert dark > 0.4 * light


def test_estimate_follows_over_time_and_not_at_once():
    estimator = LightEstimator()
    dim, _ = lit_face(pose_at(), np.array([0.0, 0.0, 1.0]), ambient=0.2)
    bright, _ = lit_face(pose_at(), np.array([0.0, 0.0, 1.0]), ambient=0.45)
    strengths = []
    for index in range(40):
        frame = Frame((bright if index else dim).pixels, index / 30.0, index)
        face = face_at(pose_at(), age_frames=index)
        estimator.begin_frame(result_of(frame, face))
        strengths.append(float(estimator.estimate(frame, face).irradiance[0] @ LUMINANCE))
        assert estimator.estimate(frame, face) is estimator.estimate(frame, face)
    steps = np.diff(strengths)
    assert (steps >= -1e-6).all()
    assert steps.max() < 0.25 * (strengths[-1] - strengths[0])
    assert strengths[-1] > 1.15 * strengths[0]


def test_a_known_face_keeps_its_light_until_there_is_time_to_look():
    estimator = LightEstimator()
    dim, _ = lit_face(pose_at(), np.array([0.0, 0.0, 1.0]), ambient=0.2)
    bright, _ = lit_face(pose_at(), np.array([0.0, 0.0, 1.0]), ambient=0.45)
    lights = []
    for index in range(MEASURE_EVERY + 2):
        frame = Frame((bright if index else dim).pixels, index / 30.0, index)
        face = face_at(pose_at(), age_frames=index)
        estimator.begin_frame(result_of(frame, face))
        lights.append(estimator.estimate(frame, face))
    changed = [index for index in range(1, len(lights)) if lights[index] is not lights[index - 1]]
    assert len(changed) == 1
    estimator.begin_frame(result_of(frame))
    estimator.catch_up()  # nobody is left to look at
    assert estimator.estimate(frame, face) is not lights[-1]


def test_a_new_track_starts_from_its_own_light():
    estimator = LightEstimator()
    for index, ambient in enumerate((0.15, 0.6)):
        frame, face = lit_face(pose_at(), np.array([0.0, 0.0, 1.0]), ambient=ambient)
        estimator.begin_frame(result_of(frame, face))
        found = estimator.estimate(Frame(frame.pixels, 0.01 * index, index), face)
    alone = LightEstimator()
    alone.begin_frame(result_of(frame, face))
    assert found.irradiance == pytest.approx(alone.estimate(frame, face).irradiance)


def test_a_face_outside_the_frame_gives_some_light():
    pose = pose_at(place_m=(3.0, 0.0, 0.45))
    face = face_at(pose)
    irradiance, skin = measure(plain_frame(), face, face.pose, PICTURE)
    assert np.isfinite([*irradiance.ravel(), *skin]).all()


def test_linear_light_of_bytes():
    assert linear_from_srgb(np.array([0, 188, 255], np.uint8)) == pytest.approx([0.0, 0.503, 1.0], abs=1e-3)


def test_mirror_ball_directions_invert_the_shader_s_formula():
    directions = ball_directions(SIDE)
    assert np.linalg.norm(directions, axis=2) == pytest.approx(np.ones((SIDE, SIDE)), abs=1e-5)
    uv = directions[..., :2] / (2.0 * np.sqrt(2.0 + 2.0 * directions[..., 2:])) + 0.5
    texel = (np.arange(SIDE) + 0.5) / SIDE
    inside = directions[..., 2] > -0.99
    assert uv[..., 0][inside] == pytest.approx(np.broadcast_to(texel, (SIDE, SIDE))[inside], abs=1e-4)


@pytest.mark.parametrize("key", [(0.5, 0.4, 0.6), (-0.6, 0.2, 0.3)])
def test_surroundings_are_brightest_towards_the_key_light(key):
    irradiance = np.vstack([np.full(3, 0.8), np.outer(key, np.full(3, 0.3))])
    mirror = build(PICTURE, irradiance, np.array(key), np.array([0.0, 0.0, -1.0]), MEAN_SKIN).levels[0]
    brightness = mirror[..., :3].astype(float).sum(axis=2)
    found = ball_directions(SIDE)[brightness >= brightness.max() - 3].mean(axis=0)
    cosine = found @ key / np.linalg.norm(found) / np.linalg.norm(key)
    assert cosine > np.cos(np.deg2rad(15.0))


def test_levels_get_smoother():
    rng = np.random.default_rng(0)
    picture = rng.uniform(0.0, 1.0, (14, 24, 3)).astype(np.float32)
    irradiance = np.vstack([np.full(3, 0.8), np.zeros((3, 3))])
    levels = build(
        picture, irradiance, np.array([0.0, 0.6, 0.8]), np.array([0.0, 0.0, -1.0]), MEAN_SKIN
    ).levels
    assert levels.shape == (4, 32, 32, 4)
    spreads = [level[..., :3].astype(float).std() for level in levels]
    assert spreads == sorted(spreads, reverse=True)


def test_what_a_polished_front_reflects_changes_as_the_head_turns():
    """Black acetate whose light stays where it is would look like a sticker."""
    irradiance = np.vstack([np.full(3, 0.8), np.zeros((3, 3))])
    mirror = build(PICTURE, irradiance, np.zeros(3), np.array([0.0, 0.0, -1.0]), MEAN_SKIN).levels[0]
    seen = []
    for yaw in np.deg2rad(np.arange(-24, 25, 3)):
        normal = np.array([np.sin(yaw), -0.12, np.cos(yaw)])  # fronts lean forward
        normal /= np.linalg.norm(normal)
        direction = 2.0 * normal[2] * normal - (0.0, 0.0, 1.0)
        place = direction[:2] / (2.0 * np.sqrt(2.0 + 2.0 * direction[2])) + 0.5
        column, row = np.floor(place * SIDE).astype(int)
        seen.append(float((mirror[row, column, :3].astype(float) ** 2).mean()))
    assert max(seen) > 2.5 * min(seen)
    assert (np.abs(np.diff(np.log(seen))) > 0.1).sum() >= 4
