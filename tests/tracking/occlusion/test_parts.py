"""Mattes of users who have added a network that tells hair, skin and clothes, with a stand-in for that network."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.errors import WeightsError
from arpipe.inference.runtime import Runtime
from arpipe.io.sample import SampleSource
from arpipe.models.person_parts import NETWORK, PersonPart, PersonPartSegmenter
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion import parts
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.types import Frame
from arpipe.weights import store
from tests.tracking.occlusion import part_network
from tests.tracking.occlusion.part_network import BLUE, GREEN, MAGENTA
from tests.tracking.occlusion.pictures import SAMPLE, Sheet, brim, hair_over_temple, mask

ARM = [(15, -9), (120, -2), (120, 60), (15, 30)]  # across the left eye, below the brow, mm


CHEEK = (-30, 32)


def arm(sheet: Sheet) -> None:
    sheet.fill(sheet.polygon(ARM), GREEN)


def arm_like_face(sheet: Sheet) -> None:
    x, y = np.rint(sheet.px(CHEEK)).astype(int)
    sheet.fill(sheet.polygon(ARM), sheet.pixels[y, x].copy())


def picture(draw, index: int = 0):
    """Frame and face of the sample with something drawn before it, and where that is."""
    with SampleSource(SAMPLE) as sample:
        result = sitter(sample, index)
    sheet = Sheet(result, seed=2)
    if draw is not None:
        draw(sheet)
    pixels = np.clip(np.rint(sheet.pixels), 0, 255).astype(np.uint8)
    return Frame(pixels, 0.0, index), result.faces[0], sheet.truth


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    path = part_network.know(monkeypatch, tmp_path, part_network.content())
    store.add(path)
    with Runtime() as runtime:
        yield runtime


def matte_of(runtime, frame, face, network="multiclass"):
    tracker = OcclusionTracker.open(runtime, OcclusionConfig(mode="image", hands=False, network=network))
    return tracker.update(FrameContext(frame, StageTimer(), faces=(face,)))[0]


def in_image(plane, matte, shape):
    matrix = matte.image_from_crop.matrix
    return cv2.warpAffine(plane, matrix, shape[::-1], flags=cv2.INTER_LINEAR)


def test_probabilities_are_those_of_the_logits(runtime):
    segmenter = PersonPartSegmenter(runtime)
    colors = np.full((segmenter.side_px, segmenter.side_px, 3), (200, 150, 130), np.uint8)
    for number, color in enumerate((BLUE, GREEN, MAGENTA)):
        colors[:, 64 * number : 64 * number + 64] = color
    timer = StageTimer()
    found = segmenter.segment(colors, timer)
    np.testing.assert_allclose(found.sum(axis=0), 1.0, atol=1e-5)
    expected = (PersonPart.HAIR, PersonPart.BODY_SKIN, PersonPart.OTHER, PersonPart.FACE_SKIN)
    assert tuple(found[:, 128, 32::64].argmax(axis=0)) == expected
    assert set(timer.timings_ms) == {"segment"}


@pytest.mark.parametrize(
    "draw",
    [arm, hair_over_temple(BLUE, 1, 12), brim(MAGENTA)],
    ids=["arm", "hair", "brim"],
)
def test_what_the_network_sees_before_the_face_hides_glasses(runtime, draw):
    frame, face, truth = picture(draw)
    matte = matte_of(runtime, frame, face)
    covered = in_image(matte.covered, matte, truth.shape)
    points = face.landmarks
    eyes = np.concatenate([points.region("left_eye"), points.region("right_eye")])[:, :2]
    low, high = np.floor(eyes.min(axis=0)).astype(int), np.ceil(eyes.max(axis=0)).astype(int)
    rows, columns = slice(low[1] - 12, high[1] + 4), slice(low[0], high[0])
    before = cv2.erode(truth, np.ones((7, 7)))[rows, columns] > 0.9
    clear = cv2.dilate(truth, np.ones((9, 9)))[rows, columns] < 0.02
    here = covered[rows, columns]
    assert here[before].size == 0 or here[before].mean() > 0.9
    assert here[clear].mean() < 0.03


def test_an_arm_needs_the_network(runtime):
    """By colours, it is skin of the face; the stand-in goes by another colour."""
    covered = {}
    for network, draw in (("multiclass", arm), ("none", arm_like_face)):
        frame, face, truth = picture(draw)
        x, y = np.rint(face.landmarks["left_eye_outer"][:2]).astype(int)
        assert cv2.erode(truth, np.ones((9, 9)))[y, x] > 0.9
        matte = matte_of(runtime, frame, face, network)
        covered[network] = in_image(matte.covered, matte, truth.shape)[y, x]
    assert covered["multiclass"] > 0.9
    assert covered["none"] < 0.1


def test_masks_and_arms_keep_makeup_away_and_bare_faces_do_not(runtime):
    for draw, low, high in ((mask(MAGENTA), 0.0, 0.02), (None, 0.95, 1.0)):
        frame, face, truth = picture(draw)
        matte = matte_of(runtime, frame, face)
        lips = np.zeros(truth.shape, np.uint8)
        outline = face.landmarks.region("lips_outer")[:, :2]
        cv2.fillPoly(lips, [np.rint(outline).astype(np.int32).reshape(-1, 1, 2)], 1)
        bare = in_image(matte.bare, matte, truth.shape)[lips > 0].mean()
        assert low <= bare <= high
    frame, face, truth = picture(arm)
    matte = matte_of(runtime, frame, face)
    inside = np.zeros(truth.shape, np.uint8)
    outline = face.landmarks.region("face_oval")[:, :2]
    cv2.fillPoly(inside, [cv2.convexHull(np.rint(outline).astype(np.int32))], 1)
    shown = (cv2.erode(truth * inside, np.ones((15, 15))) > 0.9).nonzero()
    assert in_image(matte.bare, matte, truth.shape)[shown].mean() < 0.05


def test_streams_are_looked_at_now_and_then_and_the_answer_moves_with_the_face(runtime):
    tracker = OcclusionTracker.open(runtime, OcclusionConfig(hands=False, network="multiclass"))
    frame, face, truth = picture(arm)
    timer, looks = StageTimer(), []
    timer.observer = lambda span: looks.append(span.stage) if span.stage == "segment" else None
    for index in range(2 * parts.LOOK_EVERY):
        shift = 4 * index
        pixels = np.roll(frame.pixels, shift, axis=1)
        points = face.landmarks.points_px + np.array([shift, 0.0, 0.0], np.float32)
        seen = replace(face, landmarks=replace(face.landmarks, points_px=points), age_frames=index)
        context = FrameContext(Frame(pixels, index / 30.0, index), timer, faces=(seen,))
        (matte,) = tracker.update(context)
        covered = in_image(matte.covered, matte, truth.shape)
        x, y = np.rint(points[face.landmarks.topology.index("left_eye_outer")][:2]).astype(int)
        assert covered[y, x] > 0.8, index
    assert len(looks) == 2
    tracker.reset()
    tracker.update(FrameContext(frame, timer, faces=(face,)))
    assert len(looks) == 3


def test_auto_uses_the_network_only_where_its_file_was_added(tmp_path, monkeypatch):
    path = part_network.know(monkeypatch, tmp_path, part_network.content())
    frame, face, _ = picture(arm)
    with Runtime() as runtime:
        absent = matte_of(runtime, frame, face, "auto")
        assert runtime.providers == {}
        with pytest.raises(WeightsError, match="no package has selfie_multiclass_256x256.tflite"):
            matte_of(runtime, frame, face, "multiclass")
        store.add(path)
        added = matte_of(runtime, frame, face, "auto")
        assert list(runtime.providers) == [NETWORK]
        np.testing.assert_array_equal(matte_of(runtime, frame, face, "none").covered, absent.covered)
    assert np.abs(added.covered - absent.covered).max() > 0.9


def test_a_file_that_cannot_be_converted_is_not_kept(tmp_path, monkeypatch):
    from tests.weights.convert.tflite_files import TfliteFile

    file = TfliteFile((1, 4, 4, 3))
    network = file.content(file.add("SIN", [file.input], (1, 4, 4, 3)))
    path = part_network.know(monkeypatch, tmp_path, network)
    with pytest.raises(WeightsError, match="SIN cannot be converted"):
        store.add(path)
    assert not PersonPartSegmenter.is_available()
    assert not list((tmp_path / "home").rglob("*.tflite"))
