"""What the tracker does when faces come and move; its networks follow a script."""

import pytest

from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame
from tests.tracking.scripted import ScriptedFaces
from tests.tracking.scripted_runs import FPS, PIXELS, TOPOLOGY, face_at, ids, run


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


def test_each_stage_is_booked():
    networks = ScriptedFaces(lambda index: [face_at(300, 300)], TOPOLOGY)
    tracker = FaceTracker(FaceTrackerConfig(), networks, networks)
    timer = StageTimer()
    timer.begin_frame(0)
    tracker.update(FrameContext(Frame(PIXELS, 0.0, 0), timer))
    assert list(timer.timings_ms) == ["infer", "detect", "track"]


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
