"""Scores of expressions against MediaPipe's."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.errors import ConfigError
from arpipe.inference.runtime import Runtime
from arpipe.models.expressions import ExpressionNetwork
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.topology import load_topology
from arpipe.types import EXPRESSION_NAMES, Landmarks

pytestmark = pytest.mark.weights

GOLDENS = Path(__file__).parents[1] / "golden" / "expressions"
VISION = "mediapipe/mediapipe/tasks/testdata/vision"
PORTRAIT = "tfjs-models/face-landmarks-detection/test_data/portrait.jpg"
PORTRAIT_SIZE = (820, 1024)


def landmarks(points):
    return Landmarks(np.asarray(points, np.float32), 1.0, load_topology("face"))


def numbers(path, key):
    return [float(each) for each in re.findall(rf"\b{key}: ([-\d.e]+)", path.read_text("utf-8"))]


def test_scores_are_those_of_mediapipe_tasks():
    with np.load(GOLDENS / "expressions.npz") as golden, Runtime() as runtime:
        scores = ExpressionNetwork(runtime).score([landmarks(points) for points in golden["landmarks"]])
        np.testing.assert_allclose(scores, golden["scores"], rtol=0, atol=1e-4)


def test_scores_are_those_of_mediapipes_own_golden_pair(shared_data):
    folder = shared_data / VISION
    points = np.column_stack(
        [numbers(folder / "face_blendshapes_in_landmarks.prototxt", axis) for axis in "xyz"]
    )
    points[:, :2] *= PORTRAIT_SIZE
    with Runtime() as runtime:
        (scores,) = ExpressionNetwork(runtime).score([landmarks(points)])
    expected = numbers(folder / "face_blendshapes_out.prototxt", "score")
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-4)
    labels = re.findall(r'label: "(\w+)"', (folder / "face_blendshapes_out.prototxt").read_text("utf-8"))
    assert tuple(labels) == EXPRESSION_NAMES


def test_a_portrait_has_the_scores_that_mediapipe_expects(shared_data):
    """Its expected scores are those of the attention mesh."""
    pixels = cv2.imread(str(shared_data / PORTRAIT))[..., ::-1]
    expected = numbers(shared_data / VISION / "portrait_expected_blendshapes.pbtxt", "score")
    np.testing.assert_allclose(found(pixels, "attention"), expected, rtol=0, atol=0.02)


def test_a_photo_has_the_scores_of_mediapipe_tasks_from_its_pixels_on(portrait):
    with np.load(GOLDENS / "expressions.npz") as golden:
        np.testing.assert_allclose(found(portrait, "v2"), golden["scores"][0], rtol=0, atol=0.005)


def found(pixels, mesh):
    perception = PerceptionConfig.model_validate(
        {"track": ["expressions"], "face": {"mesh": mesh, "detector": "short"}}
    )
    with Pipeline(PipelineConfig(perception=perception), mode="image") as pipeline:
        (face,) = pipeline.detect(np.ascontiguousarray(pixels)).faces
    return [face.expressions[name] for name in EXPRESSION_NAMES]


def test_no_face_needs_no_network_run():
    with Runtime() as runtime:
        assert ExpressionNetwork(runtime).score([]) == []


def test_one_face_that_is_not_finite_does_not_spoil_the_others():
    with np.load(GOLDENS / "expressions.npz") as golden, Runtime() as runtime:
        good = golden["landmarks"][0]
        first, bad, last = ExpressionNetwork(runtime).score(
            [landmarks(good), landmarks(np.full_like(good, np.nan)), landmarks(good)]
        )
    assert bad is None
    np.testing.assert_array_equal(first, last)


@pytest.mark.parametrize(("mesh", "has_tongue"), [("v2", True), ("attention", False)])
def test_mesh_v2_adds_the_tongue(mesh, has_tongue, portrait):
    perception = PerceptionConfig.model_validate({"track": ["expressions"], "face": {"mesh": mesh}})
    with Pipeline(PipelineConfig(perception=perception), mode="image") as pipeline:
        (face,) = pipeline.detect(portrait).faces
    assert ("tongueOut" in face.expressions) == has_tongue
    assert not has_tongue or face.expressions["tongueOut"] < 0.2


def test_expressions_need_a_mesh_with_irises():
    config = PerceptionConfig.model_validate({"track": ["expressions"], "face": {"mesh": "plain"}})
    with pytest.raises(ConfigError, match="expressions need irises"):
        Perception(config)
