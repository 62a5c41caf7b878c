"""Segmenting a part of the frame while people are small, with a stand-in network that segments red things."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from arpipe.models.segmentation import PersonMask
from arpipe.preprocess.fit import resize
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.mask.tracker import CHECK_EVERY, MaskTracker
from arpipe.tracking.mask.zoom import MARGIN, MOST_OF_FRAME, FramePart, next_part, part_around
from arpipe.types import Frame

SIZE = 640, 360


class RedSegmenter:
    """Segments what is red; like a network, it misses things that are too small."""

    def __init__(self):
        self.shapes = []

    def segment(self, frame, timer):
        self.shapes.append((frame.width, frame.height))
        seen = resize(frame.pixels, 256, 144)
        red = seen[..., 0].astype(np.float32) / 255.0
        if (red > 0.5).mean() < 0.004:
            red[:] = 0.0
        return PersonMask(red, seen)


def picture(*boxes, size=SIZE):
    """Red rectangles (x0, y0, x1, y1) on black."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    for x0, y0, x1, y1 in boxes:
        pixels[y0:y1, x0:x1, 0] = 255
    return pixels


def run(pictures, faces_px=(), **config):
    """Masks, and the size of each segmented part."""
    network = RedSegmenter()
    tracker = MaskTracker(MaskTrackerConfig(**config), network)
    faces = tuple(
        SimpleNamespace(landmarks=SimpleNamespace(box_px=box), state="tracked", track_id=number)
        for number, box in enumerate(faces_px)
    )
    masks = [
        tracker.update(FrameContext(Frame(pixels, index / 30, index), StageTimer(), faces=faces))
        for index, pixels in enumerate(pictures)
    ]
    return masks, network.shapes


SMALL, LARGE = (300, 150, 340, 240), (120, 40, 520, 360)


def test_small_people_are_segmented_in_a_part_from_the_first_frame_on():
    pixels = picture(SMALL)
    masks, sizes = run([pixels] * 3)
    assert sizes[0] == SIZE
    assert all(width * height < 0.2 * SIZE[0] * SIZE[1] for width, height in sizes[1:])
    for mask in masks:
        assert mask.shape == pixels.shape[:2]
        assert ((mask > 0.5) == (pixels[..., 0] > 128)).mean() > 0.998
        assert mask[:100].max() == 0.0


@pytest.mark.parametrize("config", [{"zoom": False}, {}])
def test_the_whole_frame_is_segmented_if_configured_or_if_people_fill_it(config):
    _, sizes = run([picture(LARGE if not config else SMALL)] * 4, **config)
    assert sizes == [SIZE] * 4


def test_the_part_rests_while_people_stay_in_it_and_follows_when_they_leave():
    pictures = [picture((300 + 4 * step, 150, 340 + 4 * step, 240)) for step in range(12)]
    masks, sizes = run(pictures)
    assert 1 < len(set(sizes)) <= 6
    for mask, pixels in zip(masks, pictures, strict=True):
        inside, true = mask > 0.5, pixels[..., 0] > 128
        assert (inside & true).sum() / (inside | true).sum() > 0.93


def test_new_people_elsewhere_are_found_at_the_next_check_of_the_whole_frame():
    both = picture(SMALL, (20, 100, 90, 260))
    masks, sizes = run([picture(SMALL)] * 3 + [both] * (CHECK_EVERY + 3))
    assert SIZE in sizes[2:]
    assert masks[-1][180, 50] > 0.9
    assert masks[-1][200, 320] > 0.9


TINY, TINY_FACE = (320, 300, 334, 340), np.array([323.0, 300.0, 331.0, 308.0])


def test_a_person_whom_the_network_misses_is_found_by_the_face():
    masks, _ = run([picture(TINY)] * 3)
    assert max(mask.max() for mask in masks) == 0.0
    masks, sizes = run([picture(TINY)] * (CHECK_EVERY + 5), [TINY_FACE])
    assert sizes[0] == SIZE
    assert all(mask[320, 327] > 0.9 for mask in masks)
    assert all((mask > 0.5).sum() < 900 for mask in masks)


def test_of_a_face_without_anybody_around_it_the_face_is_kept():
    masks, sizes = run([picture()] * 3, [np.array([300.0, 100.0, 360.0, 160.0])])
    assert all(1500 < (mask > 0.5).sum() < 3600 for mask in masks)
    assert all(mask[130, 330] == 1.0 for mask in masks)
    assert sizes.count(SIZE) == 3
    assert len(sizes) == 4  # the part showed nobody and is not soon tried again


@pytest.mark.parametrize("box", [(-900, -900, -800, -800), (-50, 100, 900, 9000), (5000, 10, 5100, 90)])
def test_faces_beyond_the_frame_or_larger_than_it_give_no_part(box):
    assert part_around([np.array(box, float)], *SIZE) is None
    assert part_around([], *SIZE) is None
    masks, _ = run([picture(SMALL)], [np.array(box, float)])
    assert masks[0][200, 320] > 0.9


def test_an_empty_frame_and_another_size_begin_anew():
    _, sizes = run([picture(SMALL)] * 2 + [picture()] * 2 + [picture(SMALL, size=(480, 300))] * 2)
    assert sizes[0] == sizes[-4] == SIZE
    assert sizes[-3] == (480, 300)
    assert np.prod(sizes[-1]) < 0.3 * 480 * 300


def test_a_part_has_a_margin_and_lies_within_the_frame():
    mask = np.zeros((400, 600), np.float32)
    mask[200:400, 40:140] = 1.0
    part = next_part(None, mask)
    margin = MARGIN * 200
    assert part.bottom == 400
    assert part.left == pytest.approx(40 - margin, abs=4)
    assert part.right == pytest.approx(140 + margin, abs=4)
    assert part.top == pytest.approx(200 - margin, abs=4)
    assert next_part(part, mask) is part
    assert next_part(None, np.ones((400, 600), np.float32)) is None
    assert next_part(part, np.zeros((400, 600), np.float32)) is None
    assert part.area < MOST_OF_FRAME * 600 * 400


def test_a_part_is_given_up_when_people_come_to_its_rim_or_shrink_in_it():
    mask = np.zeros((400, 600), np.float32)
    mask[150:300, 250:350] = 1.0
    part = next_part(None, mask)
    assert next_part(FramePart(250, 150, 350, 300), mask) == part
    mask[:] = 0.0
    mask[200:230, 290:310] = 1.0
    assert next_part(part, mask).area < part.area


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (3, 40)])
def test_tiny_frames_have_parts_or_none(size):
    pixels = cv2.resize(picture(SMALL), size[::-1], interpolation=cv2.INTER_AREA)
    (mask,), _ = run([pixels])
    assert mask.shape == size
