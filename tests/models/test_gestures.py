"""Gestures of hands against MediaPipe's."""

import re
from pathlib import Path

import numpy as np
import pytest

from arpipe.inference.runtime import Runtime
from arpipe.models.gestures import GestureNetworks, normalize_hand
from arpipe.types import GESTURE_NAMES

GOLDENS = Path(__file__).parents[1] / "golden" / "expressions"
VISION = "mediapipe/mediapipe/tasks/testdata/vision"


@pytest.mark.weights
def test_scores_are_those_of_mediapipe_tasks():
    with np.load(GOLDENS / "gestures.npz") as golden, Runtime() as runtime:
        networks = GestureNetworks(runtime)
        embeddings = networks.embed(list(golden["landmarks"]), golden["right"].tolist())
        scores = networks.classify(embeddings)
        np.testing.assert_allclose(scores.max(axis=1), golden["score"], rtol=0, atol=1e-4)
    assert embeddings.shape == (len(scores), 128)
    np.testing.assert_allclose(scores.sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("fist", "Closed_Fist"),
        ("pointing_up", "Pointing_Up"),
        ("thumb_up", "Thumb_Up"),
        ("victory", "Victory"),
    ],
)
def test_labels_are_those_of_mediapipes_goldens(name, label, shared_data):
    text = (shared_data / VISION / f"{name}_landmarks.pbtxt").read_text("utf-8").split("world_landmarks")[0]
    points = np.array(
        [[float(each) for each in re.findall(rf"\b{axis}: ([-\d.e]+)", text)] for axis in "xyz"]
    )
    with Runtime() as runtime:
        networks = GestureNetworks(runtime)
        scores = networks.classify(networks.embed([points.T.astype(np.float32)], [1.0]))[0]
    assert GESTURE_NAMES[scores.argmax()] == label


@pytest.mark.weights
def test_a_hand_that_is_not_finite_has_no_embedding():
    with Runtime() as runtime:
        assert GestureNetworks(runtime).embed([np.full((21, 3), np.nan, np.float32)], [1.0]) is None


def test_normalised_hands_do_not_depend_on_place_and_size():
    points = np.random.default_rng(0).normal(size=(21, 3)).astype(np.float32)
    normalized = normalize_hand(points)
    assert normalized.dtype == np.float32
    np.testing.assert_array_equal(normalized[0], 0.0)
    assert np.ptp(normalized[:, :2], axis=0).max() == pytest.approx(1.0, abs=1e-4)
    np.testing.assert_allclose(
        normalize_hand(200 * points + np.float32([500, 300, 0])), normalized, atol=1e-4
    )
