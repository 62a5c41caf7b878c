"""Masks of several people in a stream, with a stand-in network that sees only the largest red thing."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from arpipe.geometry.affine2d import Affine2D
from arpipe.io.sources import open_source
from arpipe.models import face_search
from arpipe.models.segmentation import PersonMask
from arpipe.preprocess.fit import resize
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask import crowd as crowd_module
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.mask.crowd import KEEP_FRAMES, SEARCH_EVERY, Crowd, FacesOfCrowds
from arpipe.tracking.mask.group import LOOKS_PER_FRAME
from arpipe.tracking.mask.person import KnownPerson, Occluders, close_holes, keep_people, part_of_person
from arpipe.tracking.mask.tracker import MaskTracker
from arpipe.types import Detection, Frame, OcclusionMatte

SIZE = 960, 540
FACE_PX = 40


class LargestSegmenter:
    """Segments the largest red thing, as the network melts all people but one."""

    def __init__(self):
        self.sizes = []

    def segment(self, frame, timer):
        self.sizes.append((frame.width, frame.height))
        seen = resize(frame.pixels, 256, 144)
        red = seen[..., 0].astype(np.float32) / 255.0
        count, labels, stats, _ = cv2.connectedComponentsWithStats((red > 0.4).astype(np.uint8))
        if count > 1:
            red *= labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()
        return PersonMask(red, seen)


class Boxes:
    """A detector that answers with the same boxes."""

    def __init__(self, *boxes):
        self.found = [Detection(np.array(box, np.float64), np.zeros((6, 2)), 0.9) for box in boxes]
        self.calls = 0

    def detect(self, frame, timer):
        self.calls += 1
        return self.found

    def reset(self):
        """Nothing depends on the searches before."""


def face_of(x, y=120):
    """The box of the face of a person who stands at x."""
    return np.array([x - FACE_PX / 2, y, x + FACE_PX / 2, y + FACE_PX], np.float64)


def scene(*places, index=0):
    """People as red columns, the first one the widest."""
    pixels = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    for number, x in enumerate(places):
        half = 45 - 5 * number
        pixels[110:340, x - half : x + half, 0] = 255
    return Frame(pixels, index / 30.0, index)


def tracked(box, number, state="tracked"):
    return SimpleNamespace(landmarks=SimpleNamespace(box_px=box), state=state, track_id=number)


def context_of(frame, boxes, timer=None):
    faces = tuple(tracked(box, number) for number, box in enumerate(boxes))
    return FrameContext(frame, timer or StageTimer(), faces=faces)


def test_in_a_group_everybody_is_segmented_around_the_face():
    places = (200, 480, 760)
    for known, seen in ((1, [True, False, False]), (3, [True, True, True])):
        tracker = MaskTracker(MaskTrackerConfig(), LargestSegmenter())
        for index in range(3):
            frame = scene(*places, index=index)
            mask = tracker.update(context_of(frame, [face_of(x) for x in places[:known]]))
            assert [bool(mask[250, x] > 0.9) for x in places] == seen
            assert mask[250, 340] == mask[250, 620] == 0.0


def test_only_a_few_people_are_segmented_per_frame_and_the_others_move_with_the_picture():
    network = LargestSegmenter()
    tracker = MaskTracker(MaskTrackerConfig(), network)
    counts = []
    for index in range(6):
        places = tuple(x + 3 * index for x in (110, 350, 590, 830))
        frame = scene(*places, index=index)
        before = len(network.sizes)
        mask = tracker.update(context_of(frame, [face_of(x) for x in places]))
        counts.append(len(network.sizes) - before)
        truth = frame.pixels[..., 0] > 0
        assert np.mean((mask > 0.5) != truth) < 0.01
    assert counts[0] == 1 + 4
    assert counts[1:] == [1 + LOOKS_PER_FRAME] * 5


def test_people_whose_faces_are_not_tracked_are_searched_for_now_and_then():
    places = (200, 700)
    detector = Boxes(*(face_of(x) for x in places))
    tracker = MaskTracker(MaskTrackerConfig(), LargestSegmenter(), crowd=Crowd(lambda: detector))
    for index in range(SEARCH_EVERY + 2):
        mask = tracker.update(context_of(scene(*places, index=index), []))
        assert mask[250, 700] > 0.9
    assert detector.calls == 2


def test_every_stream_is_searched_by_the_same_ranges(monkeypatch):
    used = []

    class Range:
        def __init__(self, reach, runtime, min_score):
            self.reach = reach

        def detect(self, frame, timer):
            used.append(self.reach)
            return ()

    look = SimpleNamespace(confirm=lambda frame, found, timer: found)
    monkeypatch.setattr(face_search, "FaceDetector", Range)
    monkeypatch.setattr(crowd_module, "CloserLook", lambda *_, **__: look)
    crowd, context = Crowd(lambda: FacesOfCrowds(None)), context_of(scene(200), [])
    for _ in range(2):
        for _ in range(SEARCH_EVERY + 2):
            crowd.update(context)
        crowd.reset()
    assert used == 2 * ["short", "full", "short"]


def test_who_turns_away_still_counts_for_a_while():
    crowd = Crowd(None)
    frame = scene(200, 700)
    boxes = [face_of(200), face_of(700)]
    assert len(crowd.update(context_of(frame, boxes))) == 2
    counts = [len(crowd.update(context_of(frame, boxes[:1]))) for _ in range(KEEP_FRAMES + 2)]
    assert counts[:KEEP_FRAMES] == [2] * KEEP_FRAMES
    assert counts[-1] == 1
    coasting = FrameContext(frame, StageTimer(), faces=(tracked(boxes[1], 1, "coasting"),))
    assert len(Crowd(None).update(coasting)) == 0


def test_a_face_that_moves_stays_one_person():
    crowd = Crowd(lambda: Boxes(face_of(200)))
    for index in range(40):
        seen = crowd.update(context_of(scene(200), [face_of(200 + 2 * index)]))
    assert len(seen) <= 2  # the one that is tracked, and the one that the search finds where it was
    assert (seen[0] == face_of(278)).all()


def test_a_stream_leaves_the_group_when_one_person_remains(monkeypatch):
    monkeypatch.setattr(crowd_module, "KEEP_FRAMES", 5)
    network = LargestSegmenter()
    tracker = MaskTracker(MaskTrackerConfig(), network)
    for index in range(9):
        places = (200, 700) if index == 0 else (200,)
        tracker.update(context_of(scene(*places, index=index), [face_of(x) for x in places]))
    before = len(network.sizes)
    mask = tracker.update(context_of(scene(200, index=99), [face_of(200)]))
    assert len(network.sizes) - before == 1
    assert mask[250, 200] > 0.9


def test_without_zoom_a_group_is_segmented_as_one_frame():
    network = LargestSegmenter()
    tracker = MaskTracker(MaskTrackerConfig(zoom=False), network)
    tracker.update(context_of(scene(200, 700), [face_of(200), face_of(700)]))
    assert network.sizes == [SIZE]


def test_large_faces_have_closer_crops():
    small = part_of_person(face_of(480), *SIZE)
    large = part_of_person(np.array([380.0, 100.0, 580.0, 300.0]), *SIZE)
    assert (small.right - small.left) / FACE_PX == pytest.approx(6.4, abs=0.1)
    assert (large.right - large.left) / 200.0 == pytest.approx(3.6, abs=0.1)


def test_hair_and_hands_before_a_face_are_in_the_mask():
    box = np.array([40.0, 40.0, 80.0, 80.0])
    covered = np.ones((32, 32), np.float32)
    before = Occluders(covered, Affine2D(np.array([[2.0, 0.0, 30.0], [0.0, 2.0, 20.0]])))
    masks = {}
    for name, person in (("known", KnownPerson(box, before)), ("unknown", KnownPerson(box))):
        masks[name] = np.zeros((160, 160), np.float32)
        keep_people(masks[name], [person])
    above = (36, 60)  # on the head, above the face
    assert masks["unknown"][above] < 0.2
    assert masks["known"][above] > 0.9
    assert masks["known"][:, :30].max() == masks["known"][100:].max() == 0.0  # not beyond the head


def test_occluders_move_with_the_mask_s_scale_and_part():
    matte = np.zeros((64, 64), np.float32)
    matte[10:20, 30:40] = 1.0
    person = KnownPerson(
        np.array([100.0, 100.0, 200.0, 200.0]),
        Occluders(matte, Affine2D(np.array([[4.0, 0.0, 20.0], [0.0, 4.0, 60.0]]))),
    )
    part = part_of_person(person.box_px, 400, 400)
    whole = person.before.within(np.s_[0:400, 0:400])
    half = person.scaled(0.5, 0.5).before.within(np.s_[0:200, 0:200])
    moved = person.in_part(part).before.within(np.s_[0:200, 0:200])
    np.testing.assert_allclose(half, whole[::2, ::2], atol=0.3)
    assert abs(float(half.sum()) - float(whole.sum()) / 4) < 0.05 * float(half.sum())
    np.testing.assert_allclose(
        moved, whole[part.top : part.top + 200, part.left : part.left + 200], atol=1e-3
    )


def test_the_matte_of_a_tracked_face_reaches_the_mask():
    box = face_of(200)
    frame = scene(700)  # nobody at 200, as the network sees it
    covered = np.ones((64, 64), np.float32)
    image_from_crop = Affine2D(np.array([[2.0, 0.0, 136.0], [0.0, 2.0, 76.0]]))
    matte = OcclusionMatte(0, covered, covered, image_from_crop)
    context = FrameContext(frame, StageTimer(), faces=(tracked(box, 0),), occlusion=(matte,))
    with_matte = MaskTracker(MaskTrackerConfig(), LargestSegmenter()).update(context)
    without = MaskTracker(MaskTrackerConfig(), LargestSegmenter()).update(context_of(frame, [box]))
    assert with_matte[115, 200] > without[115, 200] + 0.3


def test_holes_that_are_half_believed_are_closed_and_gaps_stay():
    mask = np.zeros((100, 100), np.float32)
    mask[20:, 20:80] = 1.0
    mask[40:50, 30:40] = 0.35  # a hole in a shirt
    mask[40:50, 60:70] = 0.02  # the wall between arm and body
    mask[80:, 45:55] = 0.4  # a lap at the lower edge
    mask[60:70, 15:25] = 0.35  # a dent at the side
    close_holes(mask)
    assert mask[45, 35] > 0.6
    assert mask[45, 65] == 0.0
    assert mask[90, 50] > 0.7
    assert mask[65, 18] == np.float32(0.35)
    assert mask[:20].max() == 0.0


@pytest.mark.weights
def test_a_teacher_behind_his_class_stays_in_the_picture(runtime, shared_data):
    tracker = MaskTracker.open(runtime, MaskTrackerConfig())
    with open_source(shared_data / "yakhyo-head-pose/assets/in_video.mp4") as source:
        for frame in source:
            if frame.index >= 36:
                mask = tracker.update(FrameContext(frame, StageTimer()))
            if frame.index == 40:
                break
    assert mask[90:150, 620:660].mean() > 0.9  # his face, which the whole frame's mask misses
    assert mask[180:230, 580:640].mean() > 0.9  # and his coat
    assert mask[40:80, 800:900].mean() < 0.1  # the board
