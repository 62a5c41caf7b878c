"""What the tracker does when faces come, move, vanish and come back; its networks follow a script."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from arpipe.errors import NonFiniteOutput
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose import HeadPoseConfig
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig, pose_effort
from arpipe.tracking.filters import OneEuroConfig
from arpipe.types import Frame, Landmarks
from tests.tracking.scripted import ScriptedFaces, detection_of

TOPOLOGY = load_topology("face")
PIXELS = np.zeros((720, 1280, 3), np.uint8)
FPS = 30.0


def face_at(x, y, size=200.0, score=0.99):
    """A frontal face centred on (x, y), `size` px high."""
    shape = TOPOLOGY.canonical_m * (1.0, -1.0, -1.0)
    span = np.ptp(shape[:, 1])
    points = (shape - shape.mean(axis=0)) / span * size + (x, y, 0.0)
    return Landmarks(points.astype(np.float32), score, TOPOLOGY)


def run(script, frames, **options):
    """Track a script; the faces of each frame and the networks' stand-in."""
    networks = ScriptedFaces(script, TOPOLOGY)
    options = {"smoothing": "off", **options}
    tracker = FaceTracker(FaceTrackerConfig(**options), networks, networks)
    timer = StageTimer()
    rows = []
    for index in range(frames):
        timer.begin_frame(index)
        rows.append(tracker.update(FrameContext(Frame(PIXELS, index / FPS, index), timer)))
    return rows, networks, tracker


def ids(row):
    return [face.track_id for face in row]


def test_one_face_is_new_once_then_tracked_with_one_id():
    rows, _, _ = run(lambda index: [face_at(300 + 10 * index, 300)], 10)
    assert [ids(row) for row in rows] == [[1]] * 10
    assert [row[0].state for row in rows] == ["new"] + ["tracked"] * 9
    assert [row[0].age_frames for row in rows] == list(range(10))
    assert rows[9][0].landmarks.box_px.reshape(2, 2).mean(axis=0)[0] == pytest.approx(390, abs=5)


def test_the_detector_rests_while_all_wanted_faces_are_tracked():
    _, networks, _ = run(lambda index: [face_at(300, 300)], 60)
    assert networks.detections == 1


def test_the_detector_searches_now_and_then_for_more_faces():
    _, networks, _ = run(lambda index: [face_at(300, 300)], 60, max_faces=2, redetect_every=10)
    assert networks.detections == 6


def test_a_second_face_is_found_within_the_schedule():
    def script(index):
        return [face_at(300, 300)] + ([face_at(900, 300)] if index >= 7 else [])

    rows, _, _ = run(script, 20, max_faces=2, redetect_every=5)
    arrival = next(index for index, row in enumerate(rows) if len(row) == 2)
    assert 7 <= arrival < 12
    assert ids(rows[-1]) == [1, 2]


def test_a_video_without_faces_is_searched_in_every_frame():
    rows, networks, _ = run(lambda index: [], 8)
    assert rows == [()] * 8
    assert networks.detections == 8
    assert networks.located == 0


@pytest.mark.parametrize("missed", [1, 2, 3])
def test_tracker_keeps_id_through_missed_frames(missed):
    def script(index):
        return [] if 5 <= index < 5 + missed else [face_at(300 + 5 * index, 300)]

    rows, _, _ = run(script, 15)
    assert [ids(row) for row in rows] == [[1]] * 15
    assert [row[0].state for row in rows[5 : 5 + missed]] == ["coasting"] * missed
    assert rows[5 + missed][0].state == "tracked"
    assert (rows[5][0].landmarks.points_px == rows[4][0].landmarks.points_px).all()


def test_a_face_that_comes_back_elsewhere_nearby_keeps_its_id():
    def script(index):
        return [] if index in (5, 6) else [face_at(300 if index < 5 else 430, 300)]

    rows, _, _ = run(script, 10)
    assert ids(rows[7]) == [1]
    assert rows[7][0].state == "tracked"


def test_a_face_missed_for_longer_is_gone_until_it_comes_back_with_its_id():
    rows, _, _ = run(lambda index: [] if 5 <= index < 65 else [face_at(300, 300)], 68)
    assert ids(rows[7]) == [1]
    assert rows[8] == rows[64] == ()
    assert ids(rows[65]) == [1]
    assert rows[65][0].state == "tracked"


def test_a_face_missed_for_five_seconds_gets_a_new_id():
    rows, _, _ = run(lambda index: [] if 5 <= index < 170 else [face_at(300, 300)], 172)
    assert rows[169] == ()
    assert ids(rows[170]) == [2]
    assert rows[170][0].state == "new"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"x": 300}, 1),
        ({"x": 600}, 1),  # walked on
        ({"x": 1000}, 2),  # too far for the time
        ({"size": 440.0}, 2),  # too near for the time
        ({"color": (30, 60, 160)}, 2),  # somebody else
    ],
)
def test_place_size_and_appearance_decide_whether_a_face_comes_back(change, expected):
    change = {"x": 300, "size": 200.0, "color": (200, 150, 120), **change}

    def script(index):
        if index < 5:
            return [face_at(300, 300)]
        return [face_at(change["x"], 300, change["size"])] if index >= 20 else []

    networks = ScriptedFaces(script, TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(smoothing="off"), networks, networks)
    for index in range(21):
        color = (200, 150, 120) if index < 20 else change["color"]
        frame = Frame(np.full((720, 1280, 3), color, np.uint8), index / FPS, index)
        found = tracker.update(FrameContext(frame, StageTimer()))
    assert ids(found) == [expected]


class ScriptedLook:
    """A closer look that confirms and sees faces only where a script has one."""

    def __init__(self, truth):
        self._truth = truth
        self.checked = []

    def confirm(self, frame, detections, timer):
        return [each for each in detections if self._face(frame, each.box_px)]

    def find(self, frame, boxes_px, timer):
        self.checked += [frame.index] * len(boxes_px)
        return [self._face(frame, box) for box in boxes_px]

    def _face(self, frame, box_px):
        middle = box_px.reshape(2, 2).mean(axis=0)
        for face in self._truth(frame.index):
            low, high = face.box_px[:2], face.box_px[2:]
            if (low <= middle).all() and (middle <= high).all():
                return detection_of(face)
        return None


def looked_at(found, truth, frames, score=0.99):
    networks, look = ScriptedFaces(found, TOPOLOGY), ScriptedLook(truth)
    config = FaceTrackerConfig(smoothing="off", max_faces=3)
    tracker = FaceTracker(config, networks, networks, confirm=look.confirm, look=look)
    rows = [
        tracker.update(FrameContext(Frame(PIXELS, index / FPS, index), StageTimer()))
        for index in range(frames)
    ]
    return rows, look


def test_a_shirt_is_never_a_face():
    face, shirt = face_at(300, 300), face_at(300, 600)
    rows, _ = looked_at(lambda index: [face, shirt], lambda index: [face], 12)
    assert [ids(row) for row in rows] == [[1]] * 12


def test_a_track_that_has_left_the_face_is_dropped_and_stays_so():
    """The mesh follows a shirt with full confidence; only the closer look knows better."""
    face, shirt = face_at(300, 300), face_at(300, 600)
    rows, _ = looked_at(
        lambda index: [face, shirt], lambda index: [face, shirt] if index < 20 else [face], 120
    )
    assert ids(rows[19]) == [1, 2]
    last = max(index for index, row in enumerate(rows) if 2 in ids(row))
    assert last < 20 + 15 + 3
    assert [ids(row) for row in rows[last + 1 :]] == [[1]] * (119 - last)


def test_followed_faces_are_checked_now_and_then_and_unsure_ones_more_often():
    sure, unsure = face_at(300, 300), face_at(300, 300, score=0.7)
    for face, least, most in ((sure, 3, 5), (unsure, 15, 22)):
        rows, look = looked_at(lambda index, face=face: [face], lambda index, face=face: [face], 60)
        assert ids(rows[-1]) == [1]
        assert least <= len(look.checked) <= most


def test_a_lost_face_is_searched_in_the_same_frame():
    rows, _, _ = run(lambda index: [face_at(200 if index < 5 else 1000, 300)], 7)
    assert rows[5][-1].landmarks.box_px[0] > 800


def test_no_more_faces_are_reported_than_wanted():
    def script(index):
        return [face_at(150 + 100 * k, 150 + 130 * (k % 4), 90) for k in range(12)]

    for wanted in (1, 5, 12, 30):
        rows, _, tracker = run(script, 4, max_faces=wanted)
        assert [len(row) for row in rows] == [min(wanted, 12)] * 4
        assert len(set(ids(rows[-1]))) == len(rows[-1])
        assert tracker.left_out == max(0, 12 - wanted)
        tracker.reset()
        assert tracker.left_out == 0


def test_many_faces_keep_their_ids_while_they_move():
    def script(index):
        return [face_at(100 + 110 * k + 4 * index, 200 + 30 * (k % 3), 80) for k in range(8)]

    rows, networks, _ = run(script, 30, max_faces=8)
    assert all(ids(row) == list(range(1, 9)) for row in rows)
    assert networks.detections == 1
    for face in rows[-1]:
        start = next(other for other in rows[0] if other.track_id == face.track_id)
        assert face.landmarks.box_px[0] - start.landmarks.box_px[0] == pytest.approx(4 * 29, abs=1)


def test_two_tracks_on_one_face_become_the_older():
    def script(index):
        apart = max(0, 300 - 30 * index)
        return [face_at(600 - apart, 300), face_at(600 + apart, 300)]

    rows, networks, _ = run(script, 15, max_faces=2)
    assert ids(rows[0]) == [1, 2]
    assert ids(rows[-1]) == [1]
    assert networks.detections > 1  # the place that became free is searched for, and the face not taken twice


def test_a_face_too_faint_is_no_face():
    rows, _, _ = run(lambda index: [face_at(300, 300, score=0.4)], 3)
    assert rows == [()] * 3


def test_images_stand_alone():
    rows, networks, _ = run(lambda index: [face_at(300 + 20 * index, 300)] * (index != 1), 3, mode="image")
    assert [ids(row) for row in rows] == [[1], [], [2]]  # who is in the next picture is somebody else
    assert all(face.state == "new" for row in rows for face in row)
    assert networks.detections == 3


def test_reset_forgets_everything():
    networks = ScriptedFaces(lambda index: [face_at(300, 300)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    for _ in range(2):
        assert tracker.update(FrameContext(Frame(PIXELS, 0.0, 0), StageTimer()))[0].state == "new"
        tracker.update(FrameContext(Frame(PIXELS, 0.1, 1), StageTimer()))
        tracker.reset()


class BrokenMesh(ScriptedFaces):
    """Answers with NaN in some frames."""

    def __init__(self, script, broken):
        super().__init__(script, TOPOLOGY)
        self.broken = broken

    def locate(self, frame, rois, timer):
        found = super().locate(frame, rois, timer)
        if frame.index not in self.broken:
            return found
        return [
            replace(each, landmarks=replace(each.landmarks, points_px=np.full((478, 3), np.nan, np.float32)))
            for each in found
        ]


def test_nan_from_the_mesh_is_a_missed_face(caplog):
    networks = BrokenMesh(lambda index: [face_at(300, 300)], broken={3, 4})
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    with caplog.at_level(logging.WARNING):
        rows = [
            tracker.update(FrameContext(Frame(PIXELS, index / FPS, index), StageTimer()))
            for index in range(8)
        ]
    assert [ids(row) for row in rows] == [[1]] * 8
    assert [row[0].state for row in rows[3:6]] == ["coasting", "coasting", "tracked"]
    assert all(np.isfinite(face.landmarks.points_px).all() for row in rows for face in row)
    assert tracker.nonfinite_outputs == 4  # the old place and the detected one, in two frames
    assert "NaN" in caplog.text


class BrokenDetector(ScriptedFaces):
    """A detection network that answers with NaN."""

    def detect(self, frame, timer):
        raise NonFiniteOutput("face_detector_short answered with NaN")


def test_nan_from_the_detector_is_no_face():
    networks = BrokenDetector(lambda index: [face_at(300, 300)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    assert tracker.update(FrameContext(Frame(PIXELS, 0.0, 0), StageTimer())) == ()
    assert tracker.nonfinite_outputs == 1


def test_timestamps_that_stand_still_or_go_back_do_no_harm():
    networks = ScriptedFaces(lambda index: [face_at(300 + index, 300)], TOPOLOGY)
    config = FaceTrackerConfig(smoothing=OneEuroConfig())
    tracker = FaceTracker(config, networks, networks)
    for index, time_s in enumerate([0.0, 0.0, -1.0, 5.0, 5.0, 1e9, float("nan"), 0.0]):
        (face,) = tracker.update(FrameContext(Frame(PIXELS, time_s, index), StageTimer()))
        assert face.landmarks.box_px[0] == pytest.approx(face_at(300 + index, 300).box_px[0], abs=8)


def test_each_stage_is_booked():
    networks = ScriptedFaces(lambda index: [face_at(300, 300)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    timer = StageTimer()
    timer.begin_frame(0)
    tracker.update(FrameContext(Frame(PIXELS, 0.0, 0), timer))
    assert list(timer.timings_ms) == ["infer", "detect", "track"]


@pytest.mark.parametrize(
    "options", [{"max_faces": 0}, {"min_presence": 1.5}, {"mode": "film"}, {"smoothing": "on"}, {"colour": 1}]
)
def test_nonsense_is_refused(options):
    with pytest.raises(ValidationError):
        FaceTrackerConfig(**options)


def test_faces_move_on_in_frames_without_inference_and_vanished_ones_are_forgotten():
    def script(index):
        return [face_at(300 + 6 * index, 300)] + [face_at(900, 300)] * (index < 6)

    networks = ScriptedFaces(script, TOPOLOGY)
    config = FaceTrackerConfig(smoothing="off", max_faces=2, coast_frames=0)
    tracker = FaceTracker(config, networks, networks)
    rows = [
        tracker.update(FrameContext(Frame(PIXELS, index / FPS, index), StageTimer(), every=2))
        for index in range(12)
    ]
    assert networks.detections < 6
    assert [ids(row) for row in rows] == [[1, 2]] * 6 + [[1]] * 6
    assert [row[0].age_frames for row in rows] == list(range(12))
    for index in range(4, 12):
        assert rows[index][0].landmarks.box_px[0] == pytest.approx(script(index)[0].box_px[0], abs=2)


def test_poses_need_a_camera():
    networks = ScriptedFaces(lambda index: [face_at(640, 360)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    frame, camera = Frame(PIXELS, 0.0, 0), CameraIntrinsics.from_fov(1280, 720)
    assert tracker.update(FrameContext(frame, StageTimer()))[0].pose is None
    (face,) = tracker.update(FrameContext(Frame(PIXELS, 0.1, 1), StageTimer(), camera))
    assert face.pose is not None
    assert (abs(face.pose.yaw_deg), abs(face.pose.roll_deg)) < (1.0, 1.0)


@pytest.mark.parametrize(
    ("mesh", "mode", "views", "effort"),
    [
        ("auto", "image", "auto", "photo"),
        ("auto", "video", "auto", "live"),
        ("auto", "live", "auto", "live"),
        ("auto", "video", "export", "export"),
        ("auto", "video", "off", "none"),
        ("auto", "image", "off", "none"),
        ("v2", "image", "auto", "photo"),
        ("v2", "video", "auto", "none"),
        ("v2", "video", "export", "export"),
        ("plain", "image", "auto", "none"),
        ("attention", "video", "export", "none"),
    ],
)
def test_pose_effort_follows_mesh_mode_and_setting(mesh, mode, views, effort):
    assert pose_effort(FaceTrackerConfig(mesh=mesh, mode=mode), HeadPoseConfig(views=views)) == effort
