"""Networks of the user's in the pipeline, asked for by effects and by the configuration."""

import shutil

import numpy as np
import pytest
from onnx import helper

from arpipe import Frame, Layer, Perception, PerceptionConfig, Pipeline
from arpipe.errors import AssetError, ConfigError, ModelError
from arpipe.needs import ModelNeed, Need, parse_needs
from arpipe.pipeline.schedule import Rates
from tests.custom.networks import classifier, info, model_of, saved


@pytest.fixture
def network(tmp_path, monkeypatch):
    """A classifier in a file, with a card beside it."""
    path = saved(classifier(), tmp_path / "mine.onnx")
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nfile = "mine.onnx"\ntask = "classify"\nscores = "logits"\nactivation = "softmax"\n'
        'labels = "labels.txt"\n[input]\nname = "x"\nwidth = 32\nheight = 32\n'
    )
    (tmp_path / "labels.txt").write_text("cat\ndog\nsquirrel\nfox\n")
    return str(path)


def frames(count=4):
    rng = np.random.default_rng(0)
    return [
        Frame(rng.integers(0, 256, (48, 64, 3)).astype(np.uint8), index / 30, index) for index in range(count)
    ]


def test_words_for_networks_are_needs():
    assert parse_needs({"face", "model:mine"}) == {Need.FACE, ModelNeed("model:mine")}
    assert ModelNeed("model:a/b.onnx").model == "a/b.onnx"
    for word in ("model:", "modl:mine"):
        with pytest.raises(ConfigError, match="there is no need"):
            parse_needs({word})


def test_an_effect_gets_the_answers_of_the_network_that_it_needs(network):
    seen = []

    class Watcher(Layer):
        needs = frozenset({f"model:{network}"})

        def paint(self, pixels, scene):
            seen.append(scene.result.models[network])

    with Pipeline(layers=[Watcher()]) as pipeline:
        result = pipeline.process(frames()[0]).result
        assert pipeline.facts()["networks"] == {"mine": "cpu"}
    (prediction,) = seen
    assert [each.label for each in prediction.top(4)] != []
    assert prediction.scores.sum() == pytest.approx(1.0)
    assert prediction.heat(1).values.max() == pytest.approx(1.0)
    assert "model:mine" in result.timings_ms
    assert not result.faces


def test_a_tracked_network_is_exported(network):
    config = PerceptionConfig(track=(f"model:{network}",))
    with Perception(config) as perception:
        record = perception.detect(frames()[0]).to_dict()
    (answer,) = record["models"].values()
    assert len(answer["classes"]) == 4
    assert answer["outputs"] == {"logits": [4], "features": [12, 8, 8]}


@pytest.mark.parametrize(
    ("model", "error"), [("mine.toml", None), ("../mine.toml", "leads out of the pack's folder")]
)
def test_a_pack_brings_its_network(network, tmp_path, model, error):
    pack = tmp_path / "look"
    pack.mkdir()
    for name in ("mine.onnx", "mine.toml", "labels.txt"):
        shutil.copy(tmp_path / name, pack)
    head = 'schema = 1\nname = "look"\ntitle = "Look"\nlicense = "CC0-1.0"\n'
    (pack / "effect.toml").write_text(f'{head}[[layers]]\nkind = "classify"\nmodel = "{model}"\n')
    if error:
        with pytest.raises(AssetError, match=error):
            Pipeline(effects=str(pack))
        return
    with Pipeline(effects=str(pack)) as pipeline:
        picture = pipeline.process(frames()[0])
        assert pipeline.facts()["networks"] == {"mine": "cpu"}
    assert list(picture.result.models) == [str(pack / "mine.toml")]
    assert (picture.pixels != frames()[0].pixels).any()


def test_a_network_runs_at_its_rate(network):
    name = f"model:{network}"
    config = PerceptionConfig(track=(name,), every=Rates.model_validate({name: 2}))
    with Perception(config) as perception:
        found = [perception.detect(frame) for frame in frames(5)]
    assert [name.partition(":")[0] in str(result.timings_ms) for result in found] == [
        True,
        False,
        True,
        False,
        True,
    ]
    scores = [result.models[network].scores for result in found]
    assert (scores[0] == scores[1]).all()
    assert (scores[1] != scores[2]).any()


def test_an_answer_of_nan_is_left_out(tmp_path):
    model = model_of(
        [helper.make_node("Sqrt", ["x"], ["y"])], [info("x", [1, 3, 8, 8])], [info("y", [1, 3, 8, 8])], {}
    )
    saved(model, tmp_path / "root.onnx")
    card = tmp_path / "root.toml"
    card.write_text(
        'name = "root"\nfile = "root.onnx"\n[input]\nname = "x"\nwidth = 8\nheight = 8\nlow = -1.0\nhigh = 1.0\n'
    )
    black, white = (Frame(np.full((8, 8, 3), level, np.uint8), level / 30, level) for level in (0, 255))
    with Perception(PerceptionConfig(track=(f"model:{card}",))) as perception:
        assert perception.detect(black).models == {}
        assert (perception.detect(white).models[str(card)].outputs["y"] == 1.0).all()


def test_an_unknown_network_is_refused_before_the_first_frame():
    with pytest.raises(ModelError, match="no network 'efficientnet-lite'; did you mean 'efficientnet-lite0'"):
        Perception(needs={"model:efficientnet-lite"})
