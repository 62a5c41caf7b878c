"""When further views of faces are taken, and which poses follow from them; the networks follow a script."""

from collections.abc import Sequence
from concurrent.futures import Future

import numpy as np
import pytest

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.models.face_views import CropView
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext, PoseEffort
from arpipe.tracking.face import FaceTracker
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.tracking.settings import Mode
from arpipe.types import Frame, Landmarks, Roi
from tests.head_pose.heads import CAMERA, observe, pose_of
from tests.tracking.scripted import ScriptedFaces
from tests.tracking.scripted_runs import FPS, PIXELS, TOPOLOGY, face_at

SHOWN_YAW, TRUE_YAW = 24.0, 30.0
WIDE = CameraIntrinsics.from_fov(1280, 720)


def head(yaw: float) -> Landmarks:
    return observe(pose_of(yaw, 0.0).apply(load_topology("face").canonical_m))


class ScriptedViews:
    """Further views of faces, which answer with one face, or with none.

    Args:
        answer: Landmarks of every face.
        finishes: Whether a look in the background ends by itself.

    Attributes:
        asked: Frame, number of faces and number of views of each look.
        begun: Looks in the background.
        places: x of the faces of each look, px.
    """

    def __init__(self, answer: Landmarks | None = None, finishes: bool = True) -> None:
        self.asked: list[tuple[int, int, int]] = []
        self.begun: list[Future[list[Landmarks | None]]] = []
        self.places: list[list[int]] = []
        self.answer = answer
        self._finishes = finishes

    def locate(
        self, frame: Frame, rois: Sequence[Roi], views: Sequence[CropView], timer: StageTimer
    ) -> list[Landmarks | None]:
        self.asked.append((frame.index, len(rois), len(views)))
        self.places.append([round(roi.center_px[0]) for roi in rois])
        return [self.answer] * len(rois)

    def begin(
        self, frame: Frame, rois: Sequence[Roi], views: Sequence[CropView], timer: StageTimer
    ) -> Future[list[Landmarks | None]]:
        self.begun.append(Future())
        found = self.locate(frame, rois, views, timer)
        if self._finishes:
            self.begun[-1].set_result(found)
        return self.begun[-1]


class Stage:
    """A tracker with scripted networks."""

    def __init__(self, views: ScriptedViews, faces: Sequence[Landmarks], mode: Mode = "video") -> None:
        self.faces = faces
        networks = ScriptedFaces(lambda index: self.faces, TOPOLOGY)
        config = FaceTrackerConfig(max_faces=2, mode=mode, smoothing="off")
        self._tracker = FaceTracker(config, networks, networks, views=views)
        self._index = 0

    def yaw_deg(self, effort: PoseEffort = "live", camera: CameraIntrinsics = CAMERA) -> float:
        """Track the next frame; yaw of the first face."""
        frame = Frame(PIXELS, self._index / FPS, self._index)
        self._index += 1
        pose = self._tracker.update(FrameContext(frame, StageTimer(), camera, pose_effort=effort))[0].pose
        assert pose is not None
        return pose.yaw_deg

    def reset(self) -> None:
        self._tracker.reset()


def ask_for_views(effort: PoseEffort, faces: Sequence[Landmarks]) -> list[tuple[int, int, int]]:
    """Return what the tracker asks of the further views in seven frames."""
    views = ScriptedViews()
    stage = Stage(views, faces)
    for _ in range(7):
        stage.yaw_deg(effort)
    return views.asked


def test_each_pose_effort_takes_its_views() -> None:
    one = [face_at(300, 300)]
    assert ask_for_views("none", one) == []
    assert ask_for_views("export", one) == [(index, 1, 2) for index in range(7)]
    assert ask_for_views("photo", one) == [(index, 1, 4) for index in range(7)]


def test_resting_heads_are_looked_at_rarely_and_turning_ones_often() -> None:
    views = ScriptedViews(head(TRUE_YAW))
    stage = Stage(views, [head(SHOWN_YAW)])
    for _ in range(60):
        stage.yaw_deg()
    assert [index for index, *_ in views.asked] == [0, 1, 2, 3, 4, 11, 23, 35, 47, 59]
    views.asked.clear()
    for step in range(24):
        stage.faces = [head(SHOWN_YAW - 1.1 * step)]
        stage.yaw_deg()
    assert len(views.asked) == 12


def test_exports_look_again_in_the_frame_in_which_a_head_has_turned_far_enough() -> None:
    views = ScriptedViews(head(TRUE_YAW))
    stage = Stage(views, [head(SHOWN_YAW)])
    for _ in range(24):
        stage.yaw_deg("export")
    assert [index for index, *_ in views.asked] == [0, 1, 2, 3, 4, 11, 23]
    views.asked.clear()
    for step in range(1, 25):
        stage.faces = [head(SHOWN_YAW - 0.7 * step)]
        stage.yaw_deg("export")
    assert {3} == set(np.diff([index for index, *_ in views.asked]))  # by 2.1°; 1.4° are too little


def test_resting_faces_are_looked_at_in_different_frames() -> None:
    landmarks = face_at(500, 300)
    views = ScriptedViews(landmarks)
    stage = Stage(views, [landmarks, face_at(700, 300)])
    for _ in range(40):
        stage.yaw_deg(camera=WIDE)
    assert [(index, count) for index, count, _ in views.asked if index > 9] == [
        (10, 1),
        (11, 1),
        (22, 1),
        (23, 1),
        (34, 1),
        (35, 1),
    ]


def test_faces_take_turns_in_the_background() -> None:
    views = ScriptedViews()  # without answers, every face is due in every frame
    stage = Stage(views, [face_at(x, 300) for x in (300, 700)])
    for _ in range(7):
        stage.yaw_deg(camera=WIDE)
    first, *later = views.places
    assert len(first) == 2
    assert later == [[x] for x in first * 3]


def test_first_pose_waits_for_its_views_and_later_ones_correct_the_next() -> None:
    views = ScriptedViews(head(TRUE_YAW))
    stage = Stage(views, [head(SHOWN_YAW)])
    assert stage.yaw_deg() == pytest.approx(TRUE_YAW, abs=0.3)
    assert not views.begun
    views.answer = head(SHOWN_YAW)  # from now on the views agree with what is shown
    assert stage.yaw_deg() == pytest.approx(TRUE_YAW, abs=0.3)
    assert len(views.begun) == 1
    assert stage.yaw_deg() < TRUE_YAW - 3.0


def test_correction_belongs_to_the_frame_that_was_looked_at() -> None:
    views = ScriptedViews(head(TRUE_YAW))
    stage = Stage(views, [head(SHOWN_YAW)])
    for _ in range(2):
        stage.yaw_deg()
    stage.faces = [head(SHOWN_YAW - 20.0)]  # the head jumps while the look is under way
    assert stage.yaw_deg() == pytest.approx(TRUE_YAW - 20.0, abs=0.4)


@pytest.mark.parametrize("mode", ["live", "video"])
def test_only_recorded_streams_wait_for_a_look(mode: Mode) -> None:
    views = ScriptedViews(head(TRUE_YAW), finishes=False)
    stage = Stage(views, [head(SHOWN_YAW)], mode)
    for _ in range(2):
        stage.yaw_deg()
    (begun,) = views.begun
    if mode == "live":
        for _ in range(9):
            stage.yaw_deg()  # would block for ever if it waited
        assert len(views.begun) == 1  # one look at a time
    begun.set_result([head(SHOWN_YAW)])
    assert stage.yaw_deg() < TRUE_YAW - 3.0


def test_reset_forgets_a_look_under_way() -> None:
    views = ScriptedViews(head(TRUE_YAW))
    stage = Stage(views, [head(SHOWN_YAW)])
    for _ in range(2):
        stage.yaw_deg()
    stage.reset()
    views.answer = None
    np.testing.assert_allclose([stage.yaw_deg() for _ in range(3)], SHOWN_YAW, atol=0.3)


def test_turns_begin_anew_with_a_stream() -> None:
    views = ScriptedViews()
    stage = Stage(views, [face_at(x, 300) for x in (300, 700)])
    for _ in range(2):  # an odd number of looks in the background
        stage.yaw_deg(camera=WIDE)
    stage.reset()
    first = views.places.copy()
    views.places.clear()
    for _ in range(2):
        stage.yaw_deg(camera=WIDE)
    assert views.places == first
