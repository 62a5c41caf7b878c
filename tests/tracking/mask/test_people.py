"""Masks of photos: each person is segmented around the face."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.io.image.reader import read_image
from arpipe.models.segmentation import PersonMask
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.mask.people import segment_people
from arpipe.tracking.mask.person import KnownPerson
from arpipe.tracking.mask.tracker import MaskTracker
from arpipe.types import Frame

GROUPS = Path(__file__).parents[2] / "golden" / "groups" / "faces.json"
FACE = np.array([400.0, 100.0, 460.0, 160.0])
GREY = Frame(np.full((600, 900, 3), 128, np.uint8), 0.0, 0)


class BySize:
    """A network that answers with one value for crops and another one for whole frames."""

    def __init__(self, of_crops, of_wholes, whole=(900, 600)):
        self._values = of_crops, of_wholes
        self._whole = whole
        self.sizes = []

    def segment(self, frame, timer):
        self.sizes.append((frame.width, frame.height))
        value = self._values[(frame.width, frame.height) == self._whole]
        picture = cv2.resize(frame.pixels, (256, 144))
        return PersonMask(np.full((144, 256), value, np.float32), picture)


def segment(network, *faces):
    return segment_people(network, GREY, [KnownPerson(box) for box in faces], StageTimer())


def test_without_faces_the_mask_is_that_of_the_whole_photo():
    network = BySize(0.0, 1.0)
    assert (segment(network) == 1.0).all()
    assert network.sizes == [(900, 600)]


def test_a_crop_decides_around_the_face_and_the_whole_photo_elsewhere():
    mask = segment(BySize(1.0, 0.0), FACE)
    assert mask[300, 430] == 1.0
    assert mask[300, 50] == mask[300, 850] == 0.0


def test_crops_fade_into_the_photo_without_a_seam():
    mask = segment(BySize(1.0, 0.0), FACE)
    assert np.abs(np.diff(mask, axis=1)).max() < 0.2
    assert np.abs(np.diff(mask, axis=0)).max() < 0.2


def test_two_neighbours_do_not_weaken_each_other():
    mask = segment(BySize(1.0, 0.0), FACE, FACE + 120.0 * np.array([1, 0, 1, 0]))
    assert (mask[130, 380:560] == 1.0).all()


def test_a_face_is_foreground_even_where_the_network_sees_nobody():
    mask = segment(BySize(0.0, 0.0), FACE)
    assert mask[130, 430] == 1.0
    assert mask[130, 470] == mask[300, 430] == 0.0


def test_what_the_network_half_believes_counts_on_head_and_trunk_only():
    mask = segment(BySize(0.45, 0.45), FACE)
    believed, elsewhere = mask[260, 430], mask[260, 600]
    assert believed > 0.7
    assert elsewhere < 0.5


@pytest.mark.parametrize(
    "box", [(-30.0, -20.0, 40.0, 60.0), (870.0, 560.0, 960.0, 660.0), (0.0, 0.0, 900.0, 600.0)]
)
def test_faces_at_the_edge_and_as_large_as_the_photo_are_fine(box):
    mask = segment(BySize(1.0, 0.0), np.array(box))
    assert mask.shape == (600, 900)
    assert 0.0 <= mask.min() <= mask.max() == 1.0


@pytest.mark.weights
def test_everybody_in_a_group_stays_in_the_picture(runtime, shared_data):
    tracker = MaskTracker.open(runtime, MaskTrackerConfig(mode="image"))
    for name in ("groups/group-1.jpg", "groups/selfie-many-people.jpg"):
        frame = Frame(read_image(shared_data / name), 0.0, 0)
        mask = tracker.update(FrameContext(frame, StageTimer()))
        faces = json.loads(GROUPS.read_text("utf-8"))[name]["faces"]
        assert [float(mask[y0:y1, x0:x1].mean()) > 0.85 for x0, y0, x1, y1 in faces].count(False) == 0
        assert mask[: frame.height // 12].mean() < 0.05  # the ceiling
