"""A photo is a photo: nothing of one reaches the next, whatever was measured in it."""

import cv2
import numpy as np
import pytest

from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.types import Frame

pytestmark = [pytest.mark.gl, pytest.mark.weights]

EFFECTS = ("evening", "wayfarer", "background(blur=12)")
NUMBER = 20
# What takes long in a photo and remembers nothing: the search for small faces, and a mask for each person.
CONFIG = PipelineConfig(
    perception=PerceptionConfig(face=FaceTrackerConfig(detector="short"), mask=MaskTrackerConfig(zoom=False))
)


@pytest.fixture(scope="module")
def photos(portrait):
    """Different looks of one portrait: sharp, soft, noisy, dark, grey, mirrored, tinted, and without a face."""
    rng = np.random.default_rng(3)
    made = []
    for number in range(NUMBER):
        left, top = 60 + 5 * (number % 7), 3 * (number % 5)
        picture = np.ascontiguousarray(portrait[top : top + 320, left : left + 320])
        if number % 3 == 1:
            picture = cv2.GaussianBlur(picture, (0, 0), 0.8 + 0.2 * (number % 4))
        if number % 4 == 2:
            noise = rng.normal(0.0, 4.0 + number, picture.shape)
            picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
        if number % 5 == 3:
            picture = (picture * (0.4 + 0.03 * number)).astype(np.uint8)
        if number % 5 == 4:
            picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)
        if number % 2:
            picture = np.ascontiguousarray(picture[:, ::-1])
        if number == 9:
            picture = np.full_like(picture, 90)
        made.append(picture)
    return made


def render(photos, order, time_s=float):
    with Pipeline(CONFIG, effects=EFFECTS, mode="image") as pipeline:
        return {
            number: pipeline.process(Frame(photos[number], time_s(place), place)).pixels
            for place, number in enumerate(order)
        }


def test_every_photo_of_a_batch_equals_the_photo_rendered_alone(photos):
    batch = render(photos, range(NUMBER))
    shuffled = render(photos, np.random.default_rng(1).permutation(NUMBER).tolist(), lambda place: 0.0)
    different = [number for number in range(NUMBER) if not np.array_equal(batch[number], shuffled[number])]
    assert different == []
    for number in (6, 13):
        assert np.array_equal(render(photos, [number])[number], batch[number])
        assert not np.array_equal(batch[number], photos[number])
