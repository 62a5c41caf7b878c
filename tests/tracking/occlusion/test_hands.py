"""When hands are looked for, and where."""

import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.models.palm_detector import hand_roi
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.hands import HandTracker, HandTrackerConfig
from arpipe.tracking.networks import Networks
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.hands import CALM_EVERY, HandsNearFaces, PalmsNearFaces
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.types import Detection, Frame
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
    near = PalmsNearFaces(palms)
    tracker = HandTracker(HandTrackerConfig(mode=mode), Networks(near, hand_roi, NoHands()))
    hands = HandsNearFaces(tracker, near, mode)
    found = []
    for index in range(frames):
        before = len(palms.shown)
        frame = Frame(person.frame.pixels, index / 30, index)
        hands.update(FrameContext(frame, StageTimer(), faces=person.faces), alert=alert)
        found += [index] * (len(palms.shown) - before)
    return found


def test_palms_are_looked_for_now_and_then_and_more_often_on_alert(person):
    assert looks(person, "video", 45, alert=False) == [0, CALM_EVERY, 2 * CALM_EVERY]
    assert looks(person, "video", 10, alert=True) == [0, 3, 6, 9]


def test_photos_are_always_searched(person):
    assert looks(person, "image", 3, alert=False) == [0, 1, 2]


def test_palms_are_found_around_the_face_and_told_in_the_whole_picture(person):
    palms = Palms(finds=True)
    near = PalmsNearFaces(palms)
    near.faces = person.faces
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


def test_palms_are_not_looked_for_where_hands_are_tracked_anyway(person):
    searched = []
    for hands in (None, ()):
        palms = Palms()
        near = PalmsNearFaces(palms)
        tracker = HandTracker(HandTrackerConfig(), Networks(near, hand_roi, NoHands()))
        occlusion = OcclusionTracker(OcclusionConfig(), HandsNearFaces(tracker, near, "video"))
        occlusion.update(FrameContext(person.frame, StageTimer(), faces=person.faces, hands=hands))
        searched.append(len(palms.shown))
    assert searched == [1, 0]
