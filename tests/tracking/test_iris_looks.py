"""When irises are looked at, and when what was seen is measured."""

import pytest

from arpipe.models.face_mesh import next_roi
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.iris_looks import IrisLooks
from arpipe.types import Frame
from tests.head_pose.heads import CAMERA
from tests.tracking.scripted_runs import PIXELS
from tests.tracking.test_pose_views import ScriptedViews, head

FACE = head(10.0)


class Track:
    """A face whose irises are due in every second frame, and which lists what it measures."""

    def __init__(self):
        self.asked, self.measured = 0, []

    def iris_roi(self):
        self.asked += 1
        return next_roi(FACE) if self.asked % 2 else None

    def measure_irises(self, landmarks, camera):
        self.measured.append((landmarks, camera))


@pytest.fixture
def views():
    return ScriptedViews(FACE)


def begin(looks, track, index):
    looks.begin([track], FrameContext(Frame(PIXELS, index / 30.0, index), StageTimer()), CAMERA)


def test_irises_are_measured_before_the_poses_of_the_next_frame(views):
    looks, track = IrisLooks(lambda: views), Track()
    for index in range(4):
        looks.finish(StageTimer())
        assert len(track.measured) == (index + 1) // 2
        begin(looks, track, index)
    assert [asked[0] for asked in views.asked] == [0, 2]
    assert track.measured == [(FACE, CAMERA)] * 2


def test_mesh_is_loaded_for_the_first_face_that_is_due(views):
    loaded = []
    looks = IrisLooks(lambda: loaded.append(views) or views)
    looks.begin([], FrameContext(Frame(PIXELS, 0.0, 0), StageTimer()), CAMERA)
    assert loaded == []
    track = Track()
    begin(looks, track, 0)
    begin(looks, track, 2)
    assert loaded == [views]


def test_nothing_is_measured_without_an_answer_or_after_a_reset(views):
    track = Track()
    unanswered = IrisLooks(lambda: ScriptedViews(None))
    begin(unanswered, track, 0)
    unanswered.finish(StageTimer())
    forgetful, other = IrisLooks(lambda: views), Track()
    begin(forgetful, other, 0)
    forgetful.reset()
    forgetful.finish(StageTimer())
    assert track.measured == other.measured == []
    assert len(views.asked) == 1
