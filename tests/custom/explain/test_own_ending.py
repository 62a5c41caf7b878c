import numpy as np
import onnxruntime
import pytest
from onnx import helper

from arpipe.custom.explain.ending import find_ending
from arpipe.custom.explain.own_ending import SCORES, replace_ending
from tests.custom.networks import SIDE, classifier, info, model_of, picture, weights


def channels_last():
    """conv → transpose to channels last → relu → mean → matrix."""
    nodes = [
        helper.make_node("Conv", ["x", "w1"], ["c1"], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4),
        helper.make_node("Transpose", ["c1"], ["turned"], perm=[0, 2, 3, 1]),
        helper.make_node("Relu", ["turned"], ["features"]),
        helper.make_node("ReduceMean", ["features"], ["pooled"], axes=[1, 2], keepdims=0),
        helper.make_node("Gemm", ["pooled", "w2", "b2"], ["logits"], transB=1),
    ]
    constants = {"w1": weights(8, 3, 3, 3, seed=1), "w2": weights(4, 8, seed=2), "b2": weights(4, seed=3)}
    return model_of(nodes, [info("x", ["n", 3, SIDE, SIDE])], [info("logits", ["n", 4])], constants)


@pytest.mark.parametrize("made", [classifier(), channels_last()], ids=["nchw", "nhwc"])
def test_with_the_old_matrix_the_answers_stay(made):
    ending = find_ending(made, "logits")
    other = replace_ending(made, ending, ending.weights, ending.bias)
    pictures = np.concatenate([picture(seed=seed) for seed in range(2)])
    answers = [
        onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(
            [output], {"x": pictures}
        )[0]
        for model, output in ((made, "logits"), (other, SCORES))
    ]
    np.testing.assert_allclose(*answers, rtol=1e-4, atol=1e-6)
    again = find_ending(other, SCORES)
    assert again is not None
    np.testing.assert_array_equal(again.weights, ending.weights)
