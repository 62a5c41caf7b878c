import numpy as np
import pytest
from onnx import helper

from arpipe.custom.cut import cut
from arpipe.custom.explain.ending import find_ending, weighted_map
from arpipe.inference.tensor_session import TensorSession
from tests.custom.networks import branched, classifier, info, model_of, picture, residual, weights

CLASS = 2


@pytest.mark.parametrize("options", [{}, {"softmax": True}, {"mean": True}], ids=["plain", "softmax", "mean"])
def test_the_end_is_recognised(options):
    ending = find_ending(classifier(**options), "scores" if "softmax" in options else "logits")
    assert ending is not None
    assert ending.features == "features"
    assert (ending.weights == weights(4, 12, seed=4)).all()
    assert (ending.bias == weights(4, seed=5)).all()
    assert not ending.channels_last


def test_the_mean_of_a_map_is_the_logit_without_its_bias():
    model = classifier()
    ending = find_ending(model, "logits")
    head = cut(model, "features")
    with TensorSession(head.head.SerializeToString(), "head") as session:
        features = session.run({"x": picture()})["features"]
    with TensorSession(head.tail.SerializeToString(), "tail") as session:
        logits = session.run({"features": features})["logits"][0]
    for index in range(4):
        map_ = ending.class_map(features[0], index)
        assert map_.mean() + ending.bias[index] == pytest.approx(logits[index], abs=1e-5)


def test_weights_are_the_finite_differences_of_the_logit():
    """Grad-CAM's weight of a channel is the mean derivative of the class by the channel's places."""
    model = classifier()
    ending = find_ending(model, "logits")
    halves = cut(model, "features")
    with TensorSession(halves.head.SerializeToString(), "head") as session:
        features = session.run({"x": picture()})["features"]
    places = features.shape[2] * features.shape[3]
    with TensorSession(halves.tail.SerializeToString(), "tail") as session:

        def logit(values):
            return float(session.run({"features": values})["logits"][0, CLASS])

        for channel in range(12):
            moved = features.copy()
            moved[0, channel, 3, 5] += 1.0
            difference = (logit(moved) - logit(features)) * places
            assert difference == pytest.approx(ending.weights[CLASS, channel], abs=1e-3)


def test_channels_last_features_are_recognised():
    """As in networks that Keras exports: the mean over axes 1 and 2, then MatMul and Add."""
    nodes = [
        helper.make_node("Transpose", ["x"], ["f"], perm=[0, 2, 3, 1]),
        helper.make_node("ReduceMean", ["f"], ["p"], axes=[1, 2], keepdims=0),
        helper.make_node("MatMul", ["p", "w"], ["m"]),
        helper.make_node("Add", ["m", "b"], ["y"]),
    ]
    model = model_of(
        nodes, [info("x", [1, 3, 8, 8])], [info("y", [1, 5])], {"w": weights(3, 5), "b": weights(5, seed=1)}
    )
    ending = find_ending(model, "y")
    assert ending is not None
    assert ending.channels_last
    features = picture(8)[0].transpose(1, 2, 0)
    expected = features.mean(axis=(0, 1)) @ weights(3, 5) + weights(5, seed=1)
    maps = [ending.class_map(features, index).mean() + ending.bias[index] for index in range(5)]
    np.testing.assert_allclose(maps, expected, atol=1e-5)


@pytest.mark.parametrize(("model", "output"), [(residual(), "y"), (branched(), "mask")])
def test_other_ends_are_not_taken_for_it(model, output):
    assert find_ending(model, output) is None


def test_the_map_of_ones_own_classes_is_the_weighted_sum():
    features = picture(8)[0]
    np.testing.assert_allclose(
        weighted_map(features, np.array([1.0, -2.0, 0.5], np.float32)),
        features[0] - 2 * features[1] + 0.5 * features[2],
        atol=1e-6,
    )
