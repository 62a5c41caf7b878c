"""What the tracker does when faces vanish, come back, or never were faces."""

import numpy as np
import pytest

from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame
from tests.tracking.scripted import ScriptedFaces, detection_of
from tests.tracking.scripted_runs import FPS, PIXELS, TOPOLOGY, face_at, ids, run


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
