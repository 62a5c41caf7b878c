"""Pictures with nobody, with parts of people, with several, and hardly a picture at all: through the networks."""

import cv2
import numpy as np
import pytest

from arpipe.assets import asset_path
from arpipe.timing import StageTimer
from arpipe.tracking.body import BodyTracker
from arpipe.tracking.body_config import BodyTrackerConfig
from arpipe.tracking.context import FrameContext
from arpipe.tracking.hands import HandTracker
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.types import Frame

pytestmark = pytest.mark.weights

SIZES = [(1, 1), (16, 16), (1, 300), (300, 2)]


@pytest.fixture(scope="module")
def bodies(runtime):
    return BodyTracker.open(runtime, BodyTrackerConfig(mode="image"))


@pytest.fixture(scope="module")
def hands(runtime):
    return HandTracker.open(runtime, HandTrackerConfig(mode="image", max_hands=4))


def read(path):
    return cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()


def detect(tracker, pixels):
    return tracker.update(FrameContext(Frame.from_rgb(pixels), StageTimer()))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("level", [0, 127, 255])
def test_empty_pictures_of_any_size_show_nobody(bodies, hands, size, level):
    pixels = np.full((*size, 3), level, np.uint8)
    assert detect(bodies, pixels) == detect(hands, pixels) == ()


def test_noise_shows_nobody(bodies, hands):
    pixels = np.random.default_rng(4).integers(0, 256, (240, 320, 3)).astype(np.uint8)
    assert detect(bodies, pixels) == detect(hands, pixels) == ()


def test_half_a_person_is_one_with_invisible_legs(bodies):
    (body,) = detect(bodies, read(asset_path("samples/astronaut.png")))
    names = body.landmarks.topology.names
    visibility = body.landmarks.visibility
    assert visibility[names["nose"]] > 0.9
    assert max(visibility[names[f"{side}_ankle"]] for side in ("left", "right")) < 0.2
    assert body.landmarks["nose"][1] < body.landmarks["left_shoulder"][1]
    assert body.landmarks["left_shoulder"][0] > body.landmarks["right_shoulder"][0]


def test_three_people_are_three(bodies, shared_data):
    pixels = read(shared_data / "tfjs-models/shared/test_data/three_people.jpg")
    found = detect(bodies, pixels)
    assert len(found) == 3
    noses = sorted(body.landmarks["nose"][0] for body in found)
    assert np.diff(noses).min() > 100


@pytest.mark.parametrize("columns", [3, 5])
def test_crowds_are_found_tile_by_tile(runtime, columns, shared_data):
    person = read(shared_data / "tfjs-models/pose-detection/test_data/pose.jpg")[200:660, 230:770]
    nobody = np.broadcast_to(person[:1, :1], person.shape)
    people = [person] * 5 + [nobody] * (-5 % columns)
    rows = [np.hstack(people[start : start + columns]) for start in range(0, len(people), columns)]
    tracker = BodyTracker.open(runtime, BodyTrackerConfig(mode="image", detector="tiled"))
    found = detect(tracker, np.vstack(rows))
    assert len(found) == 5
    noses = np.array([body.landmarks["nose"][:2] for body in found])
    apart = np.linalg.norm(noses[:, None] - noses, axis=2) + 1e6 * np.eye(5)
    assert apart.min() > 300


def test_a_hand_at_the_edge_is_found_while_its_palm_is_visible(hands, shared_data):
    pixels = read(shared_data / "tfjs-models/hand-pose-detection/test_data/hands.jpg")
    whole = detect(hands, pixels)
    assert [hand.side for hand in whole] == ["left", "left"]
    cut = detect(hands, pixels[50:, 75:])  # fingertips and a part of the palm's edge are gone
    assert len(cut) == 2
    for hand in cut:
        off = [
            np.abs(hand.landmarks.points_px[:, :2] + [75, 50] - other.landmarks.points_px[:, :2]).mean()
            for other in whole
        ]
        assert min(off) < 25
