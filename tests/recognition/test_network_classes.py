"""Classes learned on the features of a small random network."""

import numpy as np
import pytest

from arpipe import Explainer
from arpipe.custom.library import find_model
from arpipe.errors import ConfigError, ModelError
from arpipe.recognition.network_classes import learn_network
from tests.custom.networks import branched, classifier, saved, try_out_here

COLORS = {"red": (220, 40, 40), "green": (40, 200, 60), "blue": (50, 60, 230)}


@pytest.fixture(autouse=True)
def faster(monkeypatch):
    monkeypatch.setattr("arpipe.custom.describe.try_out", try_out_here)


def tinted(color, seed, side=48):
    noise = np.random.default_rng(seed).normal(0, 20, (side, side, 3))
    return np.clip(noise + COLORS[color], 0, 255).astype(np.uint8)


def examples(count=4):
    return {color: [tinted(color, seed) for seed in range(count)] for color in COLORS}


@pytest.fixture
def base(tmp_path):
    return find_model(saved(classifier(), tmp_path / "base.onnx"))


@pytest.mark.parametrize("count", [1, 4])
def test_other_pictures_of_the_classes_are_recognised(base, tmp_path, count):
    learned = learn_network(base, "colors", examples(count))
    with Explainer(find_model(learned.save(tmp_path / "colors"))) as network:
        assert network.method == "grad-cam"
        for color in COLORS:
            best, *_ = network.predict(tinted(color, 99)).top(1)
            assert best.label == color
    expected = np.eye(3) * (0 if count == 1 else count)
    assert (learned.confusion == expected).all()


def test_its_heat_map_shows_where_the_class_is(base, tmp_path):
    learned = learn_network(base, "colors", {color: examples()[color] for color in ("red", "blue")})
    half = np.hstack([tinted("red", 50)[:, :24], tinted("blue", 51)[:, 24:]])
    with Explainer(find_model(learned.save(tmp_path / "colors"))) as network:
        for color, is_left in (("red", True), ("blue", False)):
            heat = network.explain(half, color).heat.values
            left, right = np.array_split(heat, 2, axis=1)
            assert (left.mean() > right.mean()) == is_left


def test_too_few_classes_or_pictures_are_refused(base):
    with pytest.raises(ConfigError, match="two classes or more"):
        learn_network(base, "one", {"red": [tinted("red", 0)]})
    with pytest.raises(ConfigError, match="'blue' 0"):
        learn_network(base, "two", {"red": [tinted("red", 0)], "blue": []})
    for label in ("", " red", "red\n"):
        with pytest.raises(ConfigError, match="one line without spaces"):
            learn_network(base, "two", {"blue": [tinted("blue", 0)], label: [tinted("red", 0)]})
    with pytest.raises(ConfigError, match="name"):
        learn_network(base, "No name!", examples(1))


def test_a_network_with_another_end_is_refused(tmp_path):
    other = find_model(saved(branched(), tmp_path / "other.onnx"))
    with pytest.raises(ModelError, match="does not end in global average pooling"):
        learn_network(other, "colors", examples(1))
