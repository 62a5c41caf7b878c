"""When hands are looked for, and where."""

from concurrent.futures import Executor, Future
from dataclasses import replace

import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.errors import ArpipeError, NonFiniteOutput
from arpipe.io.sample import SampleSource
from arpipe.models.hands import HandObservation
from arpipe.models.palm_detector import hand_roi
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.hands import HandTracker
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.tracking.networks import Networks
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.hand_check import HandCheck
from arpipe.tracking.occlusion.hands import HandsNearFaces
from arpipe.tracking.occlusion.palms import PalmsNearFaces
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.tracking.occlusion.turns import ALERT_EVERY, CALM_EVERY
from arpipe.types import Detection, Frame, Landmarks
from tests.tracking.occlusion.pictures import SAMPLE


class Palms:
    """A palm detector that counts its looks, and finds one palm in the middle of what it is shown, if any."""

    def __init__(self, finds: bool = False) -> None:
        self.finds, self.shown = finds, []

    def detect(self, frame, timer):
        self.shown.append(frame)
        if not self.finds:
            return []
        middle = np.array([frame.width, frame.height]) / 2
        keypoints = middle + np.array([[0, 10], [0, 0], [0, -10], [0, 0], [0, 0], [0, 0], [0, 0]], float)
        return [Detection(np.array([*(middle - 20), *(middle + 20)]), keypoints, 0.9)]


class AtOnce(Executor):
    """Runs what is submitted at once."""

    def submit(self, work, /, *args, **kwargs):
        done = Future()
        try:
            done.set_result(work(*args, **kwargs))
        except ArpipeError as error:
            done.set_exception(error)
        return done


class Later(Executor):
    """Runs what was submitted when it is told to."""

    def __init__(self):
        self.waiting = []

    def submit(self, work, /, *args, **kwargs):
        self.waiting.append((Future(), lambda: work(*args, **kwargs)))
        return self.waiting[-1][0]

    def run(self):
        for future, work in self.waiting:
            future.set_result(work())
        self.waiting.clear()


class NoHands:
    def locate(self, frame, rois, timer):
        return [None] * len(rois)


@pytest.fixture(scope="module")
def person():
    with SampleSource(SAMPLE) as sample:
        return sitter(sample, 0)


def looks(person, mode, frames, alert):
    """Numbers of the frames in which palms were looked for."""
    palms = Palms()
    hands = hands_near(palms, mode)
    found = []
    for index in range(frames):
        before = len(palms.shown)
        hands.update(context_of(person, index), alert_of(person) if alert else [])
        found += [index] * (len(palms.shown) - before)
    return found


def hands_near(palms, mode, background=None, locator=None):
    near = PalmsNearFaces(palms, background or AtOnce())
    tracker = HandTracker(HandTrackerConfig(mode=mode), Networks(near, hand_roi, locator or NoHands()))
    return HandsNearFaces(tracker, near, mode)


def alert_of(person):
    return [face.track_id for face in person.faces]


def context_of(person, index):
    return FrameContext(Frame(person.frame.pixels, index / 30, index), StageTimer(), faces=person.faces)


def test_palms_are_looked_for_now_and_then_and_more_often_on_alert(person):
    assert looks(person, "video", 45, alert=False) == [0, CALM_EVERY, 2 * CALM_EVERY]
    assert looks(person, "video", 10, alert=True) == [0, 3, 6, 9]


def test_photos_are_always_searched(person):
    assert looks(person, "image", 3, alert=False) == [0, 1, 2]


def test_palms_are_found_around_the_face_and_told_in_the_whole_picture(person):
    palms = Palms(finds=True)
    near = PalmsNearFaces(palms, AtOnce())
    near.begin(context_of(person, 0), person.faces)
    assert near.take(StageTimer(), waits=True)
    (found,) = near.detect(person.frame, StageTimer())
    (part,) = palms.shown
    assert part.pixels.size < person.frame.pixels.size
    left, top, right, bottom = person.faces[0].landmarks.box_px
    x, y = found.box_px.reshape(2, 2).mean(axis=0)
    assert left < x < right
    assert top < y < bottom
    rows, columns = (part.height // 2, part.width // 2)
    here = person.frame.pixels[round(y) - 2 : round(y) + 3, round(x) - 2 : round(x) + 3]
    there = part.pixels[rows - 2 : rows + 3, columns - 2 : columns + 3]
    assert here.shape == there.shape
    assert np.abs(here.astype(int) - there).mean() < 8


class OneHand:
    """A hand wherever it is looked for."""

    def locate(self, frame, rois, timer):
        return [self._hand(roi) for roi in rois]

    @staticmethod
    def _hand(roi):
        points = np.random.default_rng(1).uniform(-20, 20, (21, 3)).astype(np.float32)
        points[:, :2] += roi.center_px.astype(np.float32)
        return HandObservation(Landmarks(points, 0.9, load_topology("hand")), roi, points / 100, 1.0)


def test_hands_are_tracked_from_the_frame_after_the_search(person):
    hands = hands_near(Palms(finds=True), "video", locator=OneHand())
    assert [len(hands.update(context_of(person, index), [])) for index in range(4)] == [0, 1, 1, 1]
    photos = hands_near(Palms(finds=True), "image", locator=OneHand())
    assert [len(photos.update(context_of(person, index), [])) for index in range(2)] == [1, 1]


class Look:
    """Sees a hand with a given score wherever it looks, and counts its looks."""

    def __init__(self, score):
        self.score, self.looks = score, 0

    def locate(self, frame, rois, timer):
        self.looks += len(rois)
        hands = OneHand().locate(frame, rois, timer)
        return [replace(hand, landmarks=replace(hand.landmarks, score=self.score)) for hand in hands]


@pytest.mark.parametrize(("score", "reported", "looks"), [(0.9, 8, 8), (0.01, 0, 3)])
def test_search_drops_palms_that_are_no_hands_and_rests_where_they_are(person, score, reported, looks):
    look = Look(score)
    near = PalmsNearFaces(Palms(finds=True), AtOnce(), HandCheck(look))
    found = []
    for index in range(8):  # a quarter of a second
        near.begin(context_of(person, index), person.faces)
        assert near.take(StageTimer(), waits=True)
        found += near.detect(person.frame, StageTimer())
    assert (len(found), look.looks) == (reported, looks)


def test_what_was_refused_in_one_stream_is_looked_at_in_the_next(person):
    look = Look(0.01)
    near = PalmsNearFaces(Palms(finds=True), AtOnce(), HandCheck(look))
    for _ in range(2):
        near.begin(context_of(person, 0), person.faces)
        near.reset()
    assert look.looks == 2


def test_live_frames_do_not_wait_for_a_search(person):
    palms, later = Palms(finds=True), Later()
    hands = hands_near(palms, "live", later, OneHand())
    assert [len(hands.update(context_of(person, index), alert_of(person))) for index in range(8)] == [0] * 8
    assert len(later.waiting) == 1  # searches do not pile up
    later.run()
    assert len(hands.update(context_of(person, 8), alert_of(person))) == 1


def test_live_searches_keep_their_turn_while_another_one_is_under_way(person):
    later = Later()
    hands = hands_near(Palms(), "live", later)
    for index in range(ALERT_EVERY + 1):
        hands.update(context_of(person, index), alert_of(person))
    later.run()
    hands.update(context_of(person, ALERT_EVERY + 1), alert_of(person))
    assert len(later.waiting) == 1


def test_a_search_that_fails_finds_nothing(person):
    class Broken:
        def detect(self, frame, timer):
            raise NonFiniteOutput("broken")

    hands = hands_near(Broken(), "video")
    assert [hands.update(context_of(person, index), alert_of(person)) for index in range(5)] == [()] * 5


def test_palms_are_not_looked_for_where_hands_are_tracked_anyway(person):
    searched = []
    for hands in (None, ()):
        palms = Palms()
        occlusion = OcclusionTracker(OcclusionConfig(), hands_near(palms, "video"))
        occlusion.update(FrameContext(person.frame, StageTimer(), faces=person.faces, hands=hands))
        searched.append(len(palms.shown))
    assert searched == [1, 0]
