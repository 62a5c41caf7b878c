import numpy as np
import pytest

from arpipe import open_model
from arpipe.errors import InferenceError, ModelError
from tests.custom.networks import classifier, saved

PIXELS = np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8)


@pytest.fixture
def model(tmp_path):
    """A classifier with a card beside it."""
    saved(classifier(), tmp_path / "mine.onnx")
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nfile = "mine.onnx"\ntask = "classify"\nscores = "logits"\nactivation = "softmax"\n'
        '[input]\nname = "x"\nwidth = 32\nheight = 32\n'
    )
    with open_model(tmp_path / "mine.onnx") as opened:
        yield opened


def test_a_value_inside_becomes_the_output(model):
    with model.at("features", "pooled") as inner:
        answers = inner.run(PIXELS)
        assert inner.outputs == ("features", "pooled")
    np.testing.assert_allclose(answers["features"][0].mean(axis=(1, 2)), answers["pooled"][0], atol=1e-6)
    with pytest.raises(ModelError, match="there is no layer 'feature'"):
        model.at("feature")


def test_the_summary_counts_what_the_file_holds(model):
    assert model.summary().parameters == 1144


@pytest.mark.parametrize("activation", ["none", "sigmoid", "softmax"])
def test_activations_make_probabilities(model, activation):
    object.__setattr__(model.stored, "card", model.card.model_copy(update={"activation": activation}))
    values = np.array([[1.0, -2.0, 300.0, -300.0]])
    expected = {"none": values, "sigmoid": 1 / (1 + np.exp(-values.clip(-100, 100)))}
    found = model.probabilities(values)
    assert np.isfinite(found).all()
    if activation == "softmax":
        assert found.sum() == pytest.approx(1.0)
        assert found.argmax() == 2
    else:
        np.testing.assert_allclose(found, expected[activation])


def test_a_closed_network_says_so(model):
    model.close()
    model.close()
    with pytest.raises(InferenceError, match="network 'mine' is closed"):
        model.run(PIXELS)
