import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.assets import asset_path
from arpipe.errors import InferenceError
from arpipe.inference.runtime import Runtime
from arpipe.models.segmentation import LANDSCAPE, SQUARE, PersonSegmenter, network_for
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.mask.tracker import MaskTracker
from arpipe.types import Frame
from tests.effects.cut_out import overlap, sample_truth

OUTLINES = Path(__file__).parents[1] / "golden" / "outlines" / "people.json"


@pytest.fixture
def timer():
    made = StageTimer()
    made.begin_frame(0)
    return made


def test_the_network_is_the_one_of_the_frame_s_shape():
    shapes = [(1280, 720), (640, 480), (512, 512), (540, 960), (1, 1), (16, 9)]
    assert [network_for(*shape) for shape in shapes] == [
        LANDSCAPE,
        LANDSCAPE,
        SQUARE,
        SQUARE,
        SQUARE,
        LANDSCAPE,
    ]


@pytest.mark.weights
@pytest.mark.parametrize(
    ("size", "shape"), [((320, 180), (144, 256)), ((512, 512), (256, 256)), ((16, 16), (256, 256))]
)
def test_a_mask_of_the_network_s_size_for_any_frame(runtime, size, shape, timer):
    rng = np.random.default_rng(2)
    frame = Frame(rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8), 0.0, 0)
    segmenter = PersonSegmenter(runtime)
    mask = segmenter.segment(frame, timer)
    assert mask.probability.shape == shape
    assert mask.picture.shape == (*shape, 3)
    assert 0.0 <= mask.probability.min() <= mask.probability.max() <= 1.0
    assert "segment" in timer.timings_ms


@pytest.mark.weights
def test_nobody_is_found_on_a_bare_wall(runtime, timer):
    tracker = MaskTracker.open(runtime)
    for level in (0, 128, 255):
        tracker.reset()
        wall = Frame(np.full((480, 640, 3), level, np.uint8), 0.0, 0)
        assert (tracker.update(FrameContext(wall, timer)) > 0.5).mean() < 0.02


@pytest.mark.weights
def test_people_are_found_to_the_pixel(runtime, timer):
    overlaps = []
    tracker = MaskTracker.open(runtime)
    for index in (40, 60, 100, 120):
        frame, truth, _ = sample_truth(index)
        tracker.reset()
        mask = tracker.update(FrameContext(frame, timer))
        assert mask.shape == truth.shape
        assert mask.dtype == np.float32
        overlaps.append(overlap(mask, truth))
    assert np.mean(overlaps) >= 0.93
    assert min(overlaps) >= 0.9


@pytest.mark.weights
def test_edges_are_better_than_the_network_s_own(runtime, timer):
    frame, truth, _ = sample_truth(60)
    segmenter = PersonSegmenter(runtime)
    tracker = MaskTracker(MaskTrackerConfig(), segmenter)
    coarse = cv2.resize(segmenter.segment(frame, timer).probability, truth.shape[::-1])
    fine = tracker.update(FrameContext(frame, timer))
    assert np.abs(fine - truth).mean() < 0.7 * np.abs(coarse - truth).mean()


def outlined(root):
    """Name, picture and hand-drawn mask of the photos that are in a folder."""
    outlines = json.loads(OUTLINES.read_text("utf-8"))
    for name, polygons in outlines.items():
        if not name or not (root / name).is_file():
            continue
        picture = cv2.imdecode(np.fromfile(root / name, np.uint8), cv2.IMREAD_COLOR)
        truth = np.zeros(picture.shape[:2], np.float32)
        for level, kind in ((1.0, "people"), (0.0, "gaps")):
            for corners in polygons[kind]:
                cv2.fillPoly(truth, [np.array(corners, np.int32)], (level,))
        yield name, np.ascontiguousarray(picture[..., ::-1]), truth


def overlaps_with_hand_drawn(runtime, root, timer, mode="video"):
    found = {}
    for name, pixels, truth in outlined(root):
        tracker = MaskTracker.open(runtime, MaskTrackerConfig(mode=mode))
        found[name] = overlap(tracker.update(FrameContext(Frame(pixels, 0.0, 0), timer)), truth)
    return found


@pytest.mark.weights
def test_the_sample_portrait_is_cut_out_as_by_hand(runtime, timer):
    (found,) = overlaps_with_hand_drawn(runtime, asset_path("samples").parent, timer).values()
    assert found >= 0.95


@pytest.mark.weights
def test_real_people_are_cut_out_as_by_hand(runtime, shared_data, timer):
    found = overlaps_with_hand_drawn(runtime, shared_data, timer)
    if len(found) < 4:
        pytest.skip(f"not all photos with a hand-drawn outline are in {shared_data}")
    assert np.mean(list(found.values())) >= 0.96  # 0.967 measured; the goal is 0.93
    assert min(found.values()) >= 0.92, found


@pytest.mark.weights
def test_several_people_in_a_photo_are_cut_out_better_than_in_a_frame(runtime, shared_data, timer):
    as_frames = overlaps_with_hand_drawn(runtime, shared_data, timer)
    as_photos = overlaps_with_hand_drawn(runtime, shared_data, timer, "image")
    if len(as_photos) < 4:
        pytest.skip(f"not all photos with a hand-drawn outline are in {shared_data}")
    assert np.mean(list(as_photos.values())) >= np.mean(list(as_frames.values()))
    assert min(as_photos.values()) >= 0.945, as_photos  # 0.953 measured, three people; 0.929 as a frame


def far_away(index, scale=0.45):
    """The sample's person at a share of the size, walking through the empty studio; frame and true mask."""
    frame, truth, room = sample_truth(index)
    size = round(frame.width * scale), round(frame.height * scale)
    alpha, person = (
        cv2.resize(each, size, interpolation=cv2.INTER_AREA)
        for each in (truth.astype(np.float32), frame.pixels)
    )
    pixels, mask = room.astype(np.uint8), np.zeros(truth.shape, np.float32)
    left = 3 * index - 60
    place = np.s_[frame.height - size[1] :, left : left + size[0]]
    mask[place] = alpha
    pixels[place] = np.rint(pixels[place] + alpha[..., None] * (person.astype(np.float32) - pixels[place]))
    return Frame(pixels, index / 30.0, index), mask


@pytest.mark.weights
def test_people_far_away_are_cut_out_as_well_as_near_ones(runtime, timer):
    found = {}
    for zoom in (False, True):
        tracker = MaskTracker.open(runtime, MaskTrackerConfig(zoom=zoom))
        scenes = (far_away(index) for index in range(40, 52))
        found[zoom] = [overlap(tracker.update(FrameContext(frame, timer)), truth) for frame, truth in scenes]
    assert np.mean(found[True]) >= 0.97
    assert np.mean(found[True]) > np.mean(found[False]) + 0.03


@pytest.mark.weights
def test_a_segmenter_whose_runtime_is_closed_says_so(timer):
    with Runtime() as closed:
        segmenter = PersonSegmenter(closed)
    with pytest.raises(InferenceError, match="closed"):
        segmenter.segment(Frame(np.zeros((8, 8, 3), np.uint8), 0.0, 0), timer)
