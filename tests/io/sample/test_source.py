import dataclasses
import itertools

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from arpipe.geometry.transforms import angle_between_deg, angles_from_rotation
from arpipe.io.sample import SampleConfig, SampleSource, sample_portrait
from arpipe.io.sample.path import LOOP_S, motion_at
from arpipe.io.sample.relief import load_relief
from arpipe.io.source import Source
from arpipe.io.sources import open_source
from arpipe.topology import load_topology

SMALL = {"width": 320, "height": 180}
OPEN_EYED = (0, 40, 100, 150, 165, 190, 222, 255)  # frames at all the path's extremes, between the blinks


@pytest.fixture(scope="module")
def quiet():
    with SampleSource(SampleConfig(noise=0.0)) as source:
        yield source


def test_sample_is_a_source():
    with open_source("sample") as source:
        assert isinstance(source, Source)
        assert (source.info.name, source.info.live, source.decode_errors) == ("sample", False, 0)
        assert (source.info.width, source.info.height, source.info.fps) == (1280, 720, 30.0)
        assert source.info.frame_count == 300
        assert source.info.duration_s == pytest.approx(10.0)


def test_frames_come_in_order_with_times_of_the_rate():
    with SampleSource(SampleConfig(**SMALL, frames=4, fps=25.0)) as source:
        frames = list(source)
    assert [frame.index for frame in frames] == [0, 1, 2, 3]
    assert [frame.captured_s for frame in frames] == pytest.approx([0.0, 0.04, 0.08, 0.12])


def test_same_config_gives_same_pixels_and_another_seed_only_other_noise():
    def pixels(seed):
        with SampleSource(SampleConfig(**SMALL, seed=seed)) as source:
            return source.frame(17).pixels.astype(int)

    assert np.array_equal(pixels(3), pixels(3))
    difference = pixels(3) - pixels(4)
    assert 0.5 < difference.std() < 3.0
    assert abs(difference.mean()) < 0.1


def test_noise_has_the_asked_deviation_and_changes_from_frame_to_frame(quiet):
    with SampleSource(SampleConfig(noise=4.0)) as noisy:
        first, second = (
            noisy.frame(index).pixels.astype(float) - quiet.frame(index).pixels for index in (0, 1)
        )
    middle = (slice(0, 100), slice(300, 900))  # the plain backdrop: nothing is clipped
    assert first[middle].std() == pytest.approx(4.0, rel=0.05)
    assert abs(np.corrcoef(first[middle].ravel(), second[middle].ravel())[0, 1]) < 0.05


def test_cached_frames_are_those_that_are_drawn_on_demand():
    config = SampleConfig(**SMALL, frames=5)
    with SampleSource(config, cache=True) as cached, SampleSource(config) as drawn:
        for one, other in zip(cached, drawn, strict=True):
            assert np.array_equal(one.pixels, other.pixels)
        assert cached.frame(2).pixels is cached.frame(2).pixels


def test_endless_sample_repeats_its_loop():
    with SampleSource(SampleConfig(**SMALL, frames=None)) as source:
        assert source.info.frame_count is None
        assert source.info.duration_s is None
        assert np.array_equal(source.frame(5).pixels, source.frame(305).pixels)
        assert source.frame(305).captured_s == pytest.approx(305 / 30)
        first, second = source.truth(5), source.truth(305)
        assert np.array_equal(first.landmarks_px, second.landmarks_px)


def test_true_landmarks_are_the_posed_mesh_seen_by_the_camera(quiet):
    for index in range(0, 300, 11):
        truth = quiet.truth(index)
        expected = truth.camera.project(truth.camera_from_head.apply(truth.metric_mesh_m))
        assert truth.landmarks_px == pytest.approx(expected, abs=1e-9)


def test_eyes_move_in_the_picture_as_the_truth_says(quiet):
    topology = load_topology("face")
    for name in ("left_pupil", "right_pupil"):
        offsets = []
        for index in OPEN_EYED:
            picture = quiet.frame(index).pixels.mean(axis=2)
            x, y = quiet.truth(index).landmarks_px[topology.index(name)]
            offsets.append(_darkest_spot(picture, x, y) - (x, y))
        # Iris and lashes are dark, so the darkest spot is not the pupil itself; but it goes with the pupil.
        assert np.linalg.norm(np.mean(offsets, axis=0)) < 4.0
        assert np.linalg.norm(offsets - np.mean(offsets, axis=0), axis=1).max() < 2.0


def test_drawn_skin_is_the_texture_at_the_landmark(quiet):
    relief = load_relief()
    topology = load_topology("face")
    soft_texture = cv2.GaussianBlur(relief.head, (0, 0), 2.0).astype(float)
    names = ("nose_tip", "mouth_left", "mouth_right", "lower_lip_bottom", "glabella", "left_eye_inner")
    for index in (0, 150, 190):
        picture = cv2.GaussianBlur(quiet.frame(index).pixels, (0, 0), 1.5).astype(float)
        truth = quiet.truth(index)
        for name in names:
            landmark = topology.index(name)
            seen = _at(picture, truth.landmarks_px[landmark])
            expected = _at(soft_texture, relief.texture_px[landmark])
            # Light changes brightness, not colour.
            assert seen / seen.sum() == pytest.approx(expected / expected.sum(), abs=0.03), (index, name)


def test_frame_scales_with_the_picture_size(quiet):
    with SampleSource(SampleConfig(width=640, height=360, noise=0.0)) as small:
        large_px, small_px = quiet.truth(60).landmarks_px, small.truth(60).landmarks_px
        assert (small_px + 0.5) * 2.0 - 0.5 == pytest.approx(large_px, abs=1e-6)
        shrunk = cv2.resize(quiet.frame(60).pixels, (640, 360), interpolation=cv2.INTER_AREA)
        assert np.abs(shrunk.astype(int) - small.frame(60).pixels).mean() < 2.5


def test_path_looks_everywhere_and_comes_home_smoothly():
    fps = 120
    motions = [motion_at(index / fps) for index in range(round(LOOP_S * fps) + 1)]
    angles = np.array([(m.yaw_deg, m.pitch_deg, m.roll_deg) for m in motions])
    assert (angles.min(axis=0) < (-30.0, -11.0, -11.0)).all()
    assert (angles.max(axis=0) > (30.0, 15.0, 11.0)).all()
    assert np.abs(angles).max() < 40.0
    assert angles[0] == pytest.approx(angles[-1], abs=1e-9)
    assert np.abs(np.diff(angles, axis=0)).max() * fps < 120.0  # degrees per second: a calm turn
    nearer = [m.nearer_m for m in motions]
    assert max(nearer) > 0.05
    assert max(m.closed for m in motions) > 0.95
    assert min(m.closed for m in motions) == 0.0


def test_zero_pose_is_the_portraits_own(quiet):
    relief = load_relief()
    truth = quiet.truth(0)
    assert angle_between_deg(truth.camera_from_head.rotation, relief.photo_from_head.rotation) < 1.0
    angles = angles_from_rotation(truth.camera_from_head.rotation)
    assert abs(angles.yaw_deg) < 3.0
    assert abs(angles.roll_deg - 3.0) < 1.5


def test_a_blink_moves_the_lids_and_nothing_below_the_eyes(quiet):
    topology = load_topology("face")
    open_mesh = quiet.truth(0).metric_mesh_m
    shut_mesh = min(
        (quiet.truth(index).metric_mesh_m for index in range(15, 26)),
        key=lambda mesh: _opening(mesh, topology),
    )
    assert _opening(shut_mesh, topology) < 0.25 * _opening(open_mesh, topology)
    for name in ("nose_tip", "mouth_left", "chin", "left_eye_bottom", "left_eye_outer", "left_brow_inner"):
        landmark = topology.index(name)
        assert shut_mesh[landmark] == pytest.approx(open_mesh[landmark], abs=1e-9), name


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (854, 480), (641, 363), (64, 64), (1920, 1080)])
def test_any_size_holds_the_whole_face(size):
    width, height = size
    with SampleSource(SampleConfig(width=width, height=height)) as source:
        frame, truth = source.frame(50), source.truth(50)
        assert (frame.width, frame.height) == size
        assert (truth.camera.width, truth.camera.height) == size
        assert (truth.landmarks_px > 0).all()
        assert (truth.landmarks_px < (width, height)).all()


@pytest.mark.parametrize("faces", [2, 3, 4])
def test_people_stand_side_by_side_and_move_each_in_their_own_time(faces):
    with SampleSource(SampleConfig(width=640, height=360, faces=faces)) as source:
        truths = [source.truth(30, face) for face in range(faces)]
        assert source.frame(30).pixels.shape == (360, 640, 3)
    boxes = [(t.landmarks_px.min(axis=0), t.landmarks_px.max(axis=0)) for t in truths]
    for (_, right), (left, _) in itertools.pairwise(boxes):
        assert right[0] < left[0]
    assert min(low.min() for low, _ in boxes) > 0.0
    assert max(high[0] for _, high in boxes) < 640.0
    turns = [angles_from_rotation(t.camera_from_head.rotation).yaw_deg for t in truths]
    assert np.ptp(turns) > 5.0


def test_true_mask_covers_the_person_and_nothing_else(quiet):
    for index in (0, 40, 90):
        mask = quiet.mask(index)
        frame, other = quiet.frame(index).pixels.astype(int), quiet.frame(index + 30).pixels.astype(int)
        assert mask.shape == frame.shape[:2]
        assert mask.dtype == np.float32
        assert 0.0 <= mask.min() <= mask.max() <= 1.0
        nose = quiet.truth(index).landmarks_px[1].astype(int)
        assert mask[nose[1], nose[0]] > 0.98
        assert mask[0, 0] == 0.0
        both_free = (mask == 0.0) & (quiet.mask(index + 30) == 0.0)
        assert np.abs(frame - other)[both_free].max() <= 1  # only people move


def test_background_stands_still(quiet):
    first, later = quiet.frame(0).pixels, quiet.frame(100).pixels
    assert np.array_equal(first[:, :200][:400], later[:, :200][:400])
    assert np.array_equal(first[:, 1000:], later[:, 1000:])


def test_closed_sample_says_so():
    source = SampleSource(SampleConfig(**SMALL))
    source.close()
    source.close()
    with pytest.raises(ValueError, match="sample is closed"):
        next(iter(source))


@pytest.mark.parametrize("index", [-1, 300])
def test_frames_that_are_not_there_are_refused(index):
    with SampleSource(SampleConfig(**SMALL)) as source:
        with pytest.raises(ValueError, match="frames 0 to 299"):
            source.frame(index)
        with pytest.raises(ValueError, match="frames 0 to 299"):
            source.truth(index)
        with pytest.raises(ValueError, match="faces 0 to 0"):
            source.truth(0, face=1)


@pytest.mark.parametrize("wrong", [{"faces": 5}, {"width": 10}, {"frames": 0}, {"speed": 2}])
def test_wrong_config_is_refused(wrong):
    with pytest.raises(ValidationError):
        SampleConfig(**wrong)


def test_portrait_is_a_still_without_noise():
    frame = sample_portrait(640, 360)
    assert (frame.width, frame.height, frame.index) == (640, 360, 0)
    assert np.array_equal(frame.pixels, sample_portrait(640, 360).pixels)


@pytest.mark.weights
def test_trackers_view_agrees_with_the_truth(quiet, runtime):
    from arpipe.head_pose import HeadPoseSolver
    from arpipe.timing import StageTimer
    from arpipe.tracking.context import FrameContext
    from arpipe.tracking.face import FaceTracker
    from arpipe.tracking.face_config import FaceTrackerConfig

    topology = load_topology("face")
    features = [
        topology.index(f"{side}_{name}")
        for side in ("left", "right")
        for name in ("eye_outer", "eye_inner", "pupil")
    ] + [topology.index("nose_tip")]
    turns_deg, distances = [], []
    tracker = FaceTracker.open(runtime, FaceTrackerConfig(mode="image"))
    for index in OPEN_EYED:
        (face,) = tracker.update(FrameContext(quiet.frame(index), StageTimer()))
        truth = quiet.truth(index)
        pose = HeadPoseSolver().solve(face.landmarks, truth.camera)
        turn = truth.camera_from_head.rotation.T @ pose.camera_from_head.rotation
        turns_deg.append(np.degrees(cv2.Rodrigues(turn)[0].ravel()))
        offset = face.landmarks.points_px[features, :2] - truth.landmarks_px[features]
        face_px = np.ptp(truth.landmarks_px, axis=0).max()
        distances.append(np.linalg.norm(offset, axis=1).mean() / face_px)
    # The photograph's own pose was estimated, which leaves one turn that is the same in every frame.
    same_deg = np.mean(turns_deg, axis=0)
    assert np.linalg.norm(same_deg) < 7.0
    assert np.linalg.norm(turns_deg - same_deg, axis=1).mean() < 3.0
    assert np.mean(distances) < 0.02


def _darkest_spot(picture, x, y, reach=5):
    """Centre of the darkest part of the picture within `reach` px."""
    left, top = round(x) - reach, round(y) - reach
    part = cv2.GaussianBlur(picture[top : top + 2 * reach + 1, left : left + 2 * reach + 1], (0, 0), 1.2)
    weight = np.clip(np.percentile(part, 20) - part, 0.0, None)
    rows, columns = np.indices(part.shape)
    return np.array([(weight * columns).sum(), (weight * rows).sum()]) / weight.sum() + (left, top)


def _at(picture, point_px):
    column, row = np.round(point_px).astype(int)
    return picture[row, column]


def _opening(mesh, topology):
    return np.linalg.norm(mesh[topology.index("left_eye_top")] - mesh[topology.index("left_eye_bottom")])


def test_truth_is_frozen(quiet):
    with pytest.raises(dataclasses.FrozenInstanceError):
        quiet.truth(0).landmarks_px = None
