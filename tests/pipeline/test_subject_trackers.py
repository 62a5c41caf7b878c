"""Subjects that are independent of faces are tracked beside them, with the same results."""

import threading

import numpy as np
import pytest

from arpipe.errors import InferenceError
from arpipe.geometry.affine2d import Affine2D
from arpipe.inference.runtime import Runtime
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.schedule import Rates
from arpipe.pipeline.subject_trackers import Lanes, Seen, SubjectTrackers
from arpipe.subjects import SUBJECTS, Subject
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.types import Frame, OcclusionMatte
from tests.patience import PATIENCE_S

HERE = __name__
MEETING = threading.Barrier(2)


class Meets:
    """Goes on once another tracker runs, too."""

    @classmethod
    def open(cls, runtime, *settings):
        return cls()

    def update(self, context):
        with context.timer.stage("meet"):
            MEETING.wait(PATIENCE_S)
        return (threading.current_thread().name,)

    def reset(self):
        pass


class Reads(Meets):
    """Tells what it is given."""

    def update(self, context):
        return context.faces, context.hands


class Fails(Meets):
    """Fails, after the other one has run."""

    def update(self, context):
        MEETING.wait(PATIENCE_S)
        raise InferenceError("broken")


def seen():
    timer = StageTimer()
    timer.begin_frame(0)
    return Seen(FrameContext(Frame(np.zeros((4, 4, 3), np.uint8), 0.0, 0), timer))


@pytest.fixture
def tracked(monkeypatch):
    """Track subjects of other classes; returns what was seen."""
    MEETING.reset()

    def run(**classes):
        for name, tracker in classes.items():
            known = SUBJECTS[name]
            changed = Subject(
                known.results, f"{HERE}:{tracker.__name__}", is_independent=known.is_independent
            )
            monkeypatch.setitem(SUBJECTS, name, changed)
        with Runtime() as runtime:
            trackers = SubjectTrackers(PerceptionConfig(), runtime, lambda seen: None)
            trackers.load(tuple(classes))
            frame = seen()
            trackers.update(tuple(classes), frame, Rates())
            return frame

    return run


@pytest.mark.parametrize(
    ("wanted", "beside", "first", "last"),
    [
        (("face", "expressions"), (), (), ("face", "expressions")),
        (("hands", "gestures"), (), (), ("hands", "gestures")),
        (
            ("face", "expressions", "hands", "gestures", "occlusion"),
            ("hands", "gestures"),
            ("face", "expressions"),
            ("occlusion",),
        ),
        (("face", "body", "mask"), ("body",), ("face",), ("mask",)),
    ],
)
def test_hands_and_bodies_run_beside_faces_and_everything_else_after_both(wanted, beside, first, last):
    assert Lanes.of(wanted) == Lanes(beside, first, last)


def test_both_lanes_run_at_the_same_time_and_later_subjects_read_both(tracked):
    frame = tracked(face=Meets, hands=Meets, occlusion=Reads)
    (face,), (hands,) = frame.results["faces"], frame.results["hands"]
    assert face == threading.current_thread().name != hands
    assert frame.results["occlusion"] == ((face,), (hands,))


def test_stages_of_both_lanes_belong_to_the_frame(tracked):
    spans = []
    frame = tracked(face=Meets, hands=Meets)
    assert set(frame.context.timer.timings_ms) == {"meet"}
    both = seen().context.timer
    both.observer = spans.append
    beside = both.beside()
    beside.add("detect", 0.0, 2.0)
    both.add("detect", 0.0, 3.0)
    both.include(beside)
    assert both.timings_ms == {"detect": 5.0}
    assert len(spans) == 2  # each was observed once, on its own thread


def test_a_failure_beside_the_faces_is_raised(tracked):
    with pytest.raises(InferenceError, match="broken"):
        tracked(face=Meets, hands=Fails)


def test_a_failure_of_the_faces_waits_for_the_other_lane(tracked):
    with pytest.raises(InferenceError, match="broken"):
        tracked(face=Fails, hands=Meets)
    assert MEETING.n_waiting == 0


def test_trackers_know_what_stands_before_the_faces():
    matte = OcclusionMatte(1, *[np.zeros((8, 8), np.float32)] * 2, Affine2D(np.eye(2, 3)))
    frame = seen()
    assert frame.context.occlusion == ()
    frame.take("occlusion", (matte,))
    assert frame.context.occlusion == (matte,)
    names = list(SUBJECTS)
    assert names.index("occlusion") < names.index("mask")
