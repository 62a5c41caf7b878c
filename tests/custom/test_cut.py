import numpy as np
import pytest

from arpipe.custom.cut import cut
from arpipe.custom.inner import find_value, value_shapes, with_outputs
from arpipe.errors import ModelError
from arpipe.inference.tensor_session import TensorSession
from tests.custom.networks import branched, classifier, picture, residual

NETWORKS = {"classifier": classifier, "residual": residual, "branched": branched}


def run(model, values):
    with TensorSession(model.SerializeToString(), "part") as session:
        return session.run(values)


@pytest.mark.parametrize("name", NETWORKS)
def test_head_and_tail_equal_the_whole_at_every_layer(name):
    model, x = NETWORKS[name](), {"x": picture()}
    whole = run(model, x)
    outputs = {output.name for output in model.graph.output}
    layers = [node.output[0] for node in model.graph.node if node.op_type != "Constant"]
    for layer in layers:
        if layer in outputs and layer == layers[-1]:
            continue
        halves = cut(model, layer)
        passed = run(halves.head, x)
        assert tuple(passed) == halves.passed
        answers = run(halves.tail, {**passed, **(x if halves.needs_input else {})})
        for output, value in whole.items():
            np.testing.assert_allclose(answers[output], value, rtol=1e-5, atol=1e-5)


def test_a_branch_round_the_layer_is_passed_on():
    assert cut(residual(), "c1").passed == ("c1", "r0")
    assert cut(residual(), "r1").passed == ("r1",)


def test_the_tail_takes_the_picture_where_a_branch_begins_there():
    assert cut(branched(), "narrow").needs_input
    assert not cut(classifier(), "features").needs_input


def test_nothing_behind_the_last_layer():
    with pytest.raises(ModelError, match="nothing behind layer 'logits'"):
        cut(classifier(), "logits")


def test_an_unknown_layer_names_the_nearest():
    with pytest.raises(ModelError, match="no layer 'feature'; did you mean 'features'"):
        find_value(classifier(), "feature")


def test_inner_values_become_outputs():
    model = with_outputs(classifier(), ["features", "r1"])
    answers = run(model, {"x": picture()})
    assert list(answers) == ["logits", "features", "r1"]
    assert {name: value.shape for name, value in answers.items()} == {
        "logits": (1, 4),
        "features": (1, 12, 8, 8),
        "r1": (1, 8, 16, 16),
    }


def test_shapes_of_all_values_are_known():
    shapes = value_shapes(classifier(), (1, 3, 32, 32))
    assert shapes["features"] == (1, 12, 8, 8)
    assert shapes["logits"] == (1, 4)
