"""What is told by a graph's declaration, first layers, metadata and first answers."""

import numpy as np
import pytest
from onnx import helper

from arpipe.custom.guess import guess_decoder, guess_input, guess_outputs, labels_in
from arpipe.inference.tensor_session import TensorInfo
from tests.custom.networks import classifier, info, model_of

SOURCE = TensorInfo("x", ("n", 32, 32, 3), "float32")


def scaled(*nodes, **constants):
    nodes = [helper.make_node(kind, inputs, outputs) for kind, inputs, outputs in nodes]
    return model_of(nodes, [info("x", ["n", 32, 32, 3])], [info("y", ["n", 32, 32, 3])], constants)


@pytest.mark.parametrize(
    ("model", "high"),
    [
        (scaled(("Relu", ["x"], ["y"])), 1.0),
        (scaled(("Div", ["x", "k"], ["y"]), k=np.float32(127.5)), 255.0),
        (
            scaled(
                ("Mul", ["x", "k"], ["m"]),
                ("Add", ["m", "b"], ["y"]),
                k=np.float32(1 / 127.5),
                b=np.float32(-1),
            ),
            255.0,
        ),
        (scaled(("Sub", ["x", "k"], ["y"]), k=np.array([123.7, 116.8, 103.9], np.float32)), 255.0),
        (scaled(("Sub", ["x", "k"], ["y"]), k=np.array([0.485, 0.456, 0.406], np.float32)), 1.0),
    ],
)
def test_a_network_that_scales_pixels_itself_takes_them_as_they_are(model, high):
    guessed = guess_input(SOURCE, {}, model)
    assert (guessed.card.low, guessed.card.high) == (0.0, high)
    assert "is a guess" in guessed.notes[0]


def test_what_is_stated_is_no_guess():
    guessed = guess_input(SOURCE, {"low": -1.0, "high": 1.0, "color": "rgb"}, classifier())
    assert guessed.notes == ()


@pytest.mark.parametrize(
    ("shapes", "decoder"),
    [
        ({"a": (1, 84, 8400)}, "yolo-transposed"),
        ({"a": (1, 25200, 85)}, "yolo"),
        ({"a": (1, 25200, 6)}, "yolo"),
        ({"a": (1, 300, 6)}, "end-to-end"),
        ({"a": (1, 5, 2100)}, "yolo-transposed"),
        ({"boxes": (1, 10, 4), "classes": (1, 10), "scores": (1, 10), "count": (1,)}, "ssd"),
        ({"logits": (1, 100, 92), "pred_boxes": (1, 100, 4)}, "detr"),
        ({"a": (1, 1000)}, None),
        ({"a": (1, 21, 64, 64)}, None),
        ({"a": (1, 4, 8400)}, None),
        ({"mesh": (1, 468, 3), "presence": (1,)}, None),
    ],
)
def test_detectors_are_recognised_by_their_outputs(shapes, decoder):
    outputs = [TensorInfo(name, shape, "float32") for name, shape in shapes.items()]
    assert guess_decoder(outputs, shapes, {}) == decoder


def test_a_task_in_the_metadata_overrules_the_shape():
    outputs = [TensorInfo("a", (1, 84, 8400), "float32")]
    assert guess_decoder(outputs, {"a": (1, 84, 8400)}, {"task": "segment"}) is None


def test_names_in_the_metadata_are_labels():
    assert labels_in(model_of([], [], [], {}, names={0: "cat", 1: "dog"})) == ("cat", "dog")
    assert labels_in(model_of([], [], [], {}, names=["cat", "dog"])) == ("cat", "dog")
    for nonsense in ({1: "cat"}, "__import__('os')", "{", 3):
        assert labels_in(model_of([], [], [], {}, names=nonsense)) == ()


@pytest.mark.parametrize("softmax", [False, True])
def test_a_softmax_at_the_end_needs_no_other(softmax):
    name = "scores" if softmax else "logits"
    outputs = [TensorInfo(name, ("n", 4), "float32")]
    guessed = guess_outputs(outputs, {name: (1, 4)}, classifier(softmax=softmax))
    assert (guessed.task, guessed.activation) == ("classify", "none" if softmax else "softmax")
