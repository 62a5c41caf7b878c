from dataclasses import replace

import cv2
import numpy as np
import pytest

from arpipe.render.frame_look import MEASURE_EVERY, FrameLook, FrameLookEstimator
from arpipe.render.grain import Grain
from arpipe.render.softening import blurred, match_look, streaked
from arpipe.render.view import Region
from arpipe.types import Frame
from tests.render.faces import CAMERA, face_at, noisy_frame, pose_at, result_of
from tests.render.test_sharpness import edges


def overlay():
    drawn = np.random.default_rng(1).integers(0, 256, (60, 80, 4), dtype=np.uint8)
    drawn[..., 3] = 255
    drawn[20:40, 30:50] = (10, 20, 30, 0)
    return drawn


def test_matching_changes_the_overlay_and_its_edge_only():
    drawn = overlay()
    result = match_look(drawn.copy(), FrameLook(1.0, 4.0), 2, Grain())
    changed = (result != drawn[..., :3]).any(axis=2)
    changed[14:46, 24:56] = False
    assert not changed.any()
    inside = result[25:35, 35:45].astype(float)
    assert 1.0 < inside.std(axis=(0, 1)).mean() < 5.0


def test_fewer_samples_are_softened_more():
    """What is black reaches the further into the light picture beside it."""
    drawn = np.full((60, 80, 4), 255, np.uint8)
    drawn[20:40, 30:50] = 0
    edge = [int(match_look(drawn, FrameLook(0.0, 0.0), scale, Grain())[30, 29, 0]) for scale in (1, 2, 3)]
    assert edge == sorted(edge)
    assert 150 < edge[0] < edge[2]


def test_regions_larger_than_the_noise_tile_are_grained_too():
    drawn = np.zeros((8, 2300, 4), np.uint8)
    drawn[..., :3] = 128
    grained = match_look(drawn, FrameLook(0.0, 4.0), 1, Grain()).astype(float)
    assert grained[:, 2100:].std() == pytest.approx(grained[:, :200].std(), rel=0.3)
    assert grained.std() > 1.0


def look_of(estimator, frame, face):
    estimator.begin_frame(result_of(frame, face))
    return estimator.estimate(frame, face)


def test_measurements_are_made_every_few_frames():
    estimator, pixels = FrameLookEstimator(), noisy_frame().pixels
    looks = [
        look_of(estimator, Frame(pixels, index / 30.0, index), face_at(pose_at(), age_frames=index))
        for index in range(MEASURE_EVERY)
    ]
    soft = cv2.GaussianBlur(pixels, (0, 0), 3.0)
    frame = Frame(soft, MEASURE_EVERY / 30.0, MEASURE_EVERY)
    after = look_of(estimator, frame, face_at(pose_at(), age_frames=MEASURE_EVERY))
    assert len({look.blur_px for look in looks}) == 1
    assert after.blur_px > looks[0].blur_px


def test_a_face_has_one_look_in_a_frame_and_a_region_without_faces_has_one_too():
    estimator, frame, face = FrameLookEstimator(), noisy_frame(), face_at(pose_at())
    assert look_of(estimator, frame, face) is estimator.estimate(frame, face)
    region = Region(100, 100, 200, 150)
    first = estimator.estimate_faceless(frame, region)
    assert all(estimator.estimate_faceless(frame, region) is first for _ in range(MEASURE_EVERY - 1))
    assert estimator.estimate_faceless(frame, region) is not first


def moving(step_px, streak_px, count=40):
    """Yield frames and faces that move to the right by `step_px` a frame, with streaks of `streak_px`."""
    still = cv2.resize(edges(0.5), (CAMERA.width, CAMERA.height), interpolation=cv2.INTER_NEAREST)
    still = np.asarray(cv2.GaussianBlur(still, (0, 0), 1.0), np.uint8)
    if streak_px:
        still = np.asarray(cv2.blur(still, (streak_px, 1)), np.uint8)
    person = face_at(pose_at())
    for index in range(count):
        points = person.landmarks.points_px.copy()
        points[:, 0] += index * step_px - 200
        face = replace(person, landmarks=replace(person.landmarks, points_px=points), age_frames=index)
        yield Frame(np.roll(still, index * step_px, axis=1), index / 30.0, index), face


@pytest.mark.parametrize(("step_px", "streak_px"), [(10, 0), (10, 9), (16, 15)])
def test_streaks_of_a_moving_face_are_learned(step_px, streak_px):
    estimator = FrameLookEstimator()
    looks = [look_of(estimator, frame, face) for frame, face in moving(step_px, streak_px)]
    assert looks[0].streak_px == (0.0, 0.0)
    assert looks[-1].streak_px[0] == pytest.approx(streak_px, rel=0.4, abs=2.5)
    assert abs(looks[-1].streak_px[1]) < 0.5


def test_streaks_follow_the_speed_at_once():
    estimator = FrameLookEstimator()
    looks = [look_of(estimator, frame, face) for frame, face in moving(12, 9)]
    frame, face = list(moving(12, 9))[-1]
    resting = Frame(frame.pixels, frame.captured_s + 1 / 30.0, 40)
    assert look_of(estimator, resting, replace(face, age_frames=40)).streak_px == (0.0, 0.0)
    assert looks[-1].reach_px > looks[-1].blur_px * 2.5


def test_a_wide_blur_on_a_smaller_picture_is_the_same_blur():
    picture = edges(0.0)
    for sigma in (2.0, 3.5, 6.0):
        exact = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), sigma)
        inside = np.s_[20:-20, 20:-20]
        assert np.abs(blurred(picture, sigma) - exact)[inside].max() < 8.0


def test_streaks_are_the_mean_along_a_line():
    picture = np.zeros((41, 61, 4), np.uint8)
    picture[20, 30] = 255
    level = streaked(picture, (12.0, 0.0))[..., 0].astype(float)
    across, along = np.nonzero(level)
    assert set(across) == {20}
    assert (along.min(), along.max()) == (24, 36)
    assert level.sum() == pytest.approx(255, rel=0.05)
    assert (along * level[across, along]).sum() / level.sum() == pytest.approx(30.0, abs=0.2)


@pytest.mark.parametrize("blur_px", [1.0, 3.0, 6.0])
def test_what_is_drawn_is_as_soft_as_the_look(blur_px):
    """The edge of a black square rises over the width of a Gaussian with the measured sigma."""
    drawn = np.full((120, 160, 4), 255, np.uint8)
    drawn[:, 80:] = 0
    row = match_look(drawn, FrameLook(blur_px, 0.0), 3, Grain())[60, :, 0].astype(float)
    slope = -np.diff(row)
    place = np.arange(len(slope)) + 0.5
    mean = (slope * place).sum() / slope.sum()
    assert np.sqrt((slope * (place - mean) ** 2).sum() / slope.sum()) == pytest.approx(blur_px, rel=0.2)


def test_two_pipelines_draw_the_same_noise():
    """One's own offsets: what another pipeline of the process draws meanwhile makes no difference."""
    drawn, noisy = overlay(), FrameLook(0.0, 4.0)
    alone, other = Grain(), Grain()
    expected = [match_look(drawn, noisy, 1, alone) for _ in range(3)]
    own = Grain()
    for picture in expected:
        match_look(drawn, noisy, 1, other)
        assert np.array_equal(match_look(drawn, noisy, 1, own), picture)
    assert not np.array_equal(expected[0], expected[1])
