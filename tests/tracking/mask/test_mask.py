import cv2
import numpy as np
import pytest

from arpipe.models.segmentation import PersonMask
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.mask.edges import refine
from arpipe.tracking.mask.steady import MaskSteadier
from arpipe.tracking.mask.tracker import MaskTracker
from arpipe.types import Frame

WHOLE = MaskTrackerConfig(zoom=False)
SUBJECT, BEHIND = (200, 150, 120), (40, 60, 90)


def disc_scene(center, size=(640, 360), radius=90):
    """A disc before a plain wall: the picture (h, w, 3) and its true mask."""
    y, x = np.mgrid[: size[1], : size[0]]
    truth = np.clip(radius + 0.5 - np.hypot(x - center[0], y - center[1]), 0.0, 1.0).astype(np.float32)
    pixels = truth[..., None] * np.array(SUBJECT) + (1.0 - truth[..., None]) * np.array(BEHIND)
    return np.rint(pixels).astype(np.uint8), truth


def noisy(pixels, seed, deviation=3.0):
    noise = np.random.default_rng(seed).normal(0.0, deviation, pixels.shape)
    return np.clip(np.rint(pixels + noise), 0, 255).astype(np.uint8)


def coarse(pixels, truth, seed=0):
    """What a network of 144 × 256 might say: blurred, off by a pixel, wavering."""
    small = cv2.resize(cv2.GaussianBlur(truth, (0, 0), 4.0), (256, 144), interpolation=cv2.INTER_AREA)
    small = np.roll(small, 1, axis=1)
    waver = np.random.default_rng(seed).normal(0.0, 0.1, small.shape) * small * (1.0 - small) * 4.0
    probability = np.clip(small + waver, 0.0, 1.0).astype(np.float32)
    return PersonMask(probability, cv2.resize(pixels, (256, 144), interpolation=cv2.INTER_AREA))


class Scripted:
    """Gives the masks of a script, by the frame's index."""

    def __init__(self, masks):
        self.masks = masks
        self.segmented = []

    def segment(self, frame, timer):
        self.segmented.append(frame.index)
        return self.masks[frame.index]


def tracked(scenes, fps=30.0):
    timer = StageTimer()
    script = Scripted([coarse(pixels, truth, index) for index, (pixels, truth) in enumerate(scenes)])
    tracker = MaskTracker(WHOLE, script)
    masks = []
    for index, (pixels, _) in enumerate(scenes):
        timer.begin_frame(index)
        masks.append(tracker.update(FrameContext(Frame(pixels, index / fps, index), timer)))
        assert set(timer.timings_ms) == {"refine"}
    return masks


def test_refined_edges_lie_where_the_picture_has_them():
    pixels, truth = disc_scene((300, 180))
    mask = coarse(pixels, truth)
    before = np.abs(cv2.resize(mask.probability, (640, 360)) - truth).mean()
    after = np.abs(refine(mask.probability, mask.picture, pixels) - truth).mean()
    assert after < 0.25 * before
    assert after < 0.004


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_sure_mask_stays_as_it_is(level):
    pixels, _ = disc_scene((300, 180))
    mask = np.full((144, 256), level, np.float32)
    assert (refine(mask, cv2.resize(pixels, (256, 144)), pixels) == level).all()


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (3, 40)])
def test_pictures_of_a_few_pixels_have_a_mask_too(size):
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    mask = rng.random((256, 256), dtype=np.float32)
    refined = refine(mask, cv2.resize(pixels, (256, 256)), pixels)
    assert refined.shape == size
    assert 0.0 <= refined.min() <= refined.max() <= 1.0


def test_an_even_picture_keeps_the_network_s_edge():
    pixels = np.full((360, 640, 3), 128, np.uint8)
    _, truth = disc_scene((300, 180))
    mask = coarse(pixels, truth)
    assert np.abs(refine(mask.probability, mask.picture, pixels) - truth).mean() < 0.03


def test_a_still_scene_hardly_flickers():
    pixels, truth = disc_scene((300, 180))
    scenes = [(noisy(pixels, seed), truth) for seed in range(16)]
    steady = np.array(tracked(scenes))[6:]
    alone = np.array([tracked([scene])[0] for scene in scenes])[6:]
    change = [np.abs(np.diff(masks, axis=0)).sum(axis=(1, 2)).mean() for masks in (steady, alone)]
    assert change[0] < 0.25 * change[1]


def test_a_moving_subject_leaves_no_ghost():
    scenes = [disc_scene((120 + 14 * index, 180)) for index in range(24)]
    masks = tracked([(noisy(pixels, seed), truth) for seed, (pixels, truth) in enumerate(scenes)])
    for mask, (_, truth) in zip(masks[4:], scenes[4:], strict=True):
        left = cv2.dilate((truth > 0).astype(np.uint8), np.ones((13, 13), np.uint8)) == 0
        assert mask[left].max() < 0.1
        assert mask[truth == 1.0].mean() > 0.98


def test_a_creeping_subject_is_followed():
    scenes = [disc_scene((300 + 0.5 * index, 180)) for index in range(60)]
    mask, (_, truth) = tracked(scenes)[-1], scenes[-1]
    assert np.abs(mask - truth).mean() < 0.006


def test_another_scene_another_size_and_a_gap_begin_anew():
    steadier = MaskSteadier()
    black = PersonMask(np.zeros((144, 256), np.float32), np.zeros((144, 256, 3), np.uint8))
    white = PersonMask(np.ones((144, 256), np.float32), np.full((144, 256, 3), 255, np.uint8))
    square = PersonMask(np.ones((256, 256), np.float32), np.zeros((256, 256, 3), np.uint8))
    same = PersonMask(np.ones((144, 256), np.float32), np.zeros((144, 256, 3), np.uint8))
    steadier.update(black, 0.0)
    assert (steadier.update(white, 0.03).probability == 1.0).all()
    assert (steadier.update(square, 0.06).probability == 1.0).all()
    for later_s in (9.0, -9.0):
        steadier.reset()
        steadier.update(black, 0.0)
        assert (steadier.update(same, later_s).probability == 1.0).all()
    steadier.update(black, 20.0)
    assert steadier.update(same, 20.03).probability.max() < 0.2


def textured(center, size=(640, 360), radius=90):
    """A disc before a wall, both with a pattern of their own; the disc's moves with it."""
    pixels, truth = disc_scene(center, size, radius)
    pattern = cv2.GaussianBlur(np.random.default_rng(3).normal(0.0, 120.0, (720, 1280)), (0, 0), 3.0)
    wall = pattern[: size[1], : size[0]]
    left, top = (round(640 - center[0]), round(360 - center[1]))
    disc = pattern[top : top + size[1], left : left + size[0]]
    shade = truth * disc + (1.0 - truth) * wall
    return np.clip(pixels + shade[..., None], 0, 255).astype(np.uint8), truth


def scheduled(scenes, every, fps=30.0):
    """Masks of a stream with inference on every n-th frame, and those frames."""
    script = Scripted([coarse(pixels, truth, index) for index, (pixels, truth) in enumerate(scenes)])
    tracker = MaskTracker(WHOLE, script)
    masks = [
        tracker.update(FrameContext(Frame(pixels, index / fps, index), StageTimer(), every=every))
        for index, (pixels, _) in enumerate(scenes)
    ]
    return masks, script.segmented


@pytest.mark.parametrize("every", [2, 3])
def test_a_mask_moves_with_the_picture_in_frames_without_inference(every):
    scenes = [textured((200 + 8 * index, 180)) for index in range(12)]
    masks, segmented = scheduled(scenes, every)
    assert segmented == list(range(0, 12, every))
    for mask, (_, truth) in zip(masks[1:], scenes[1:], strict=True):
        inside, true = mask > 0.5, truth > 0.5
        assert (inside & true).sum() / (inside | true).sum() > 0.96


def test_a_cut_a_gap_and_another_size_are_segmented_at_once():
    here, there = textured((200, 180)), disc_scene((450, 180))
    bright = np.clip(there[0].astype(int) + 90, 0, 255).astype(np.uint8), there[1]
    _, segmented = scheduled([here, here, here, bright, bright], 5)
    assert segmented == [0, 3]
    _, segmented = scheduled([here] * 4, 5, fps=0.5)
    assert segmented == [0, 1, 2, 3]
    _, segmented = scheduled([here, textured((200, 180), (480, 360))], 5)
    assert segmented == [0, 1]


def test_a_reset_tracker_segments_its_first_frame():
    scene = textured((200, 180))
    script = Scripted([coarse(*scene)] * 3)
    tracker = MaskTracker(WHOLE, script)
    for index in range(3):
        tracker.update(FrameContext(Frame(scene[0], index / 30, index), StageTimer(), every=4))
        if index == 1:
            tracker.reset()
    assert script.segmented == [0, 2]
