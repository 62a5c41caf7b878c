"""Networks that are added, found, and refused."""

import zipfile

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from arpipe.apps.model.collection import _against_litert
from arpipe.custom.explain.explainer import Explainer
from arpipe.custom.library import add_model, added_names, find_model, library_folder, remove_model
from arpipe.custom.model import Model, open_model
from arpipe.errors import ConfigError, ModelError
from tests.custom.networks import SIDE, branched, classifier, info, model_of, saved, try_out_here
from tests.weights.convert.tflite_files import TfliteFile, options


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture(autouse=True)
def faster(request, monkeypatch):
    """Runs networks in this process, except in tests of the other one."""
    if "own_process" not in request.fixturenames:
        monkeypatch.setattr("arpipe.custom.describe.try_out", try_out_here)


@pytest.fixture
def own_process():
    """Runs networks in a process of their own, as users do."""


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("cat\ndog\nsquirrel\nred fox\n")
    return path


def test_an_added_network_classifies_with_its_labels(tmp_path, labels, own_process):
    file = saved(classifier(), tmp_path / "Squirrel.onnx")
    found = add_model(file, labels=labels, input_text="rgb -1..1")
    assert (found.card.task, found.card.scores, found.card.activation) == ("classify", "logits", "softmax")
    assert added_names() == ["squirrel"]
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3)).astype(np.uint8)
    with open_model("squirrel") as model:
        classes = model.classify(pixels, top=4)
        tensor, _ = model.prepare([pixels])
        (logits,) = model.run_tensor(tensor)["logits"]
    assert tensor.shape == (1, 3, SIDE, SIDE)
    assert -1 <= tensor.min() < -0.5 < 0.5 < tensor.max() <= 1
    assert {each.label for each in classes} == {"cat", "dog", "squirrel", "red fox"}
    assert sum(each.score for each in classes) == pytest.approx(1.0)
    assert classes[0].index == logits.argmax()


def test_the_card_is_a_file_that_can_be_edited(tmp_path):
    add_model(saved(classifier(), tmp_path / "mine.onnx"), input_text="-1..1")
    card = library_folder() / "mine" / "model.toml"
    card.write_text(card.read_text().replace('color = "rgb"', 'color = "bgr"'))
    assert find_model("mine").card.input.color == "bgr"
    card.write_text(card.read_text().replace("width", "wdth"))
    with pytest.raises(ModelError, match="input.wdth: is not a valid key; did you mean 'width'"):
        find_model("mine")


def test_external_data_is_copied_along(tmp_path):
    path = tmp_path / "big.onnx"
    onnx.save(classifier(), path, save_as_external_data=True, location="big.bin", size_threshold=0)
    add_model(path)
    path.unlink()
    (tmp_path / "big.bin").unlink()
    with open_model("big") as model:
        assert model.run(np.zeros((9, 9, 3), np.uint8))["logits"].shape == (1, 4)


def test_a_network_with_a_fixed_batch_takes_any_number_of_pictures(tmp_path):
    add_model(saved(classifier(batch=2), tmp_path / "two.onnx"))
    pixels = np.random.default_rng(0).integers(0, 256, (5, 33, 33, 3)).astype(np.uint8)
    with open_model("two") as model:
        together = model.run(list(pixels))["logits"]
        alone = [model.run(each)["logits"][0] for each in pixels]
    np.testing.assert_allclose(together, alone, atol=1e-6)


def test_a_network_without_classes_answers_plainly(tmp_path):
    found = add_model(saved(branched(), tmp_path / "mask.onnx"))
    assert found.card.task == "other"
    with open_model("mask") as model:
        assert set(model.run(np.zeros((9, 9, 3), np.uint8))) == {"mask", "pooled"}
        with pytest.raises(ModelError, match="mask is not a classifier: its card says task 'other'"):
            model.classify(np.zeros((9, 9, 3), np.uint8))


def test_uint8_and_grey_inputs_are_recognised(tmp_path):
    nodes = [
        helper.make_node("Cast", ["x"], ["f"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["f"], ["y"], axes=[1, 2], keepdims=0),
    ]
    model = model_of(nodes, [info("x", [1, 6, 6, 1], TensorProto.UINT8)], [info("y", [1, 1])], {})
    card = add_model(saved(model, tmp_path / "grey.onnx")).card
    assert (card.input.dtype, card.input.color, card.input.layout) == ("uint8", "gray", "nhwc")
    with open_model("grey") as opened:
        assert opened.run(np.full((6, 6, 3), 77, np.uint8))["y"] == 77


def test_a_file_can_be_opened_without_being_added(tmp_path):
    with open_model(saved(classifier(), tmp_path / "loose.onnx")) as model:
        assert model.classify(np.zeros((9, 9, 3), np.uint8), 1)[0].label.isdecimal()
    assert added_names() == []


def test_names_are_taken_once(tmp_path):
    file = saved(classifier(), tmp_path / "mine.onnx")
    add_model(file)
    with pytest.raises(ModelError, match="there is a network 'mine' already"):
        add_model(file)
    add_model(file, replace=True)
    remove_model("mine")
    assert added_names() == []
    with pytest.raises(ModelError, match="there is no network 'mine'"):
        find_model("mine")


def test_wrong_label_counts_are_refused_and_nothing_is_left(tmp_path, labels):
    with pytest.raises(ModelError, match="4 labels for 5 values .a background class first"):
        add_model(saved(classifier(classes=5), tmp_path / "mine.onnx"), labels=labels)
    assert list(library_folder().iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "text", "message"),
    [
        (["n", 3, "h", "w"], "", "leaves its size open; .*--input 'rgb 224x224"),
        (["n", 3, 3, 3], "", "does not tell where its channels are"),
        (["n", 3, 32], "", "is not a picture: four dimensions"),
        (["n", 5, 32, 32], "nchw rgb", "is not a picture: none of its dimensions is that of 3 or 1 channels"),
        (["n", 3, 32, 32], "64", "64 was stated, but the network's input is"),
    ],
)
def test_inputs_that_cannot_be_guessed_say_what_to_write(tmp_path, shape, text, message):
    model = model_of([helper.make_node("Relu", ["x"], ["y"])], [info("x", shape)], [info("y", shape)], {})
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=message):
        add_model(path, input_text=text)


def test_a_decoder_that_the_outputs_do_not_suit_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(ModelError, match=r"cannot be read as those of 'yolo' .*choose another decoder: ssd"):
        add_model(saved(classifier(), tmp_path / "mine.onnx"), decoder="yolo")
    assert list(library_folder().iterdir()) == []


def test_a_free_size_is_stated(tmp_path):
    model = classifier(size="s")
    card = add_model(saved(model, tmp_path / "free.onnx"), input_text="48x32").card
    assert (card.input.width, card.input.height) == (48, 32)


def test_answers_of_nan_are_refused(tmp_path):
    nodes = [helper.make_node("Log", ["x"], ["l"]), helper.make_node("Sqrt", ["l"], ["y"])]
    model = model_of(nodes, [info("x", [1, 3, 8, 8])], [info("y", [1, 3, 8, 8])], {})
    with pytest.raises(ModelError, match="answered with NaN or infinity in 'y'"):
        add_model(saved(model, tmp_path / "nan.onnx"))


def test_a_network_that_asks_for_much_memory_is_stopped(tmp_path, own_process):
    """64 GB, which no shape in the file reveals: the size is computed from the input."""
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["m"], keepdims=0),
        helper.make_node("Sub", ["m", "m"], ["zero"]),
        helper.make_node("Cast", ["zero"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Add", ["whole", "huge"], ["shape"]),
        helper.make_node("ConstantOfShape", ["shape"], ["much"]),
        helper.make_node("ReduceMax", ["much"], ["y"], keepdims=0),
    ]
    huge = np.array([2**17, 2**17], np.int64)
    model = model_of(nodes, [info("x", [1, 3, 8, 8])], [info("y", [])], {"huge": huge})
    with pytest.raises(ModelError, match=r"8 GB|memory|failed on cpu"):
        add_model(saved(model, tmp_path / "greedy.onnx"))


def test_a_network_that_does_not_end_is_stopped(tmp_path, monkeypatch, own_process):
    monkeypatch.setattr("arpipe.custom.trial.MAX_SECONDS", 2)
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["c2"]), helper.make_node("Mul", ["v", "v"], ["v2"])],
        "body",
        [info("i", [], TensorProto.INT64), info("c", [], TensorProto.BOOL), info("v", [1, 3, 8, 8])],
        [info("c2", [], TensorProto.BOOL), info("v2", [1, 3, 8, 8])],
    )
    nodes = [helper.make_node("Loop", ["often", "yes", "x"], ["y"], body=body)]
    constants = {"often": np.array(2**62, np.int64), "yes": np.array(True)}
    model = model_of(nodes, [info("x", [1, 3, 8, 8])], [info("y", [1, 3, 8, 8])], constants)
    with pytest.raises(ModelError, match="had not answered after 2 s and was stopped"):
        add_model(saved(model, tmp_path / "endless.onnx"))


def test_float16_networks_take_float16(tmp_path):
    half = numpy_helper.from_array(np.float16(0.5), "half")
    model = model_of(
        [helper.make_node("Mul", ["x", "half"], ["y"])],
        [info("x", [1, 3, 8, 8], TensorProto.FLOAT16)],
        [info("y", [1, 3, 8, 8], TensorProto.FLOAT16)],
        {},
    )
    model.graph.initializer.append(half)
    card = add_model(saved(model, tmp_path / "half.onnx")).card
    assert card.input.dtype == "float16"
    with open_model("half") as opened:
        answer = opened.run(np.full((8, 8, 3), 255, np.uint8))["y"]
    assert answer.dtype == np.float16
    assert (answer == 0.5).all()


def test_quantised_networks_run_and_are_explained(tmp_path):
    """8-bit weights behind DequantizeLinear, as ONNX Runtime's quantisation in the QDQ format writes them."""
    model = classifier()
    kept = {tensor.name: tensor for tensor in model.graph.initializer}
    weights = numpy_helper.to_array(kept["w3"])
    scale = np.float32(np.abs(weights).max() / 127)
    quantised = np.rint(weights / scale).astype(np.int8)
    model.graph.initializer.remove(kept["w3"])
    for name, value in (("q", quantised), ("s", scale), ("z", np.int8(0))):
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    model.graph.node.insert(0, helper.make_node("DequantizeLinear", ["q", "s", "z"], ["w3"]))
    add_model(saved(model, tmp_path / "small.onnx"))
    with Explainer(find_model("small")) as explainer:
        found = explainer.explain(np.random.default_rng(0).integers(0, 256, (32, 32, 3)).astype(np.uint8))
    assert explainer.method == "grad-cam"
    assert found.heat.values.shape == (8, 8)
    assert sum(found.prediction.scores) == pytest.approx(1.0)


def test_a_tflite_network_is_converted_and_agrees_with_litert(tmp_path):
    file = TfliteFile((1, 8, 8, 3))
    rng = np.random.default_rng(0)
    kernel, bias = rng.normal(size=(4, 3, 3, 3)).astype(np.float32), np.zeros(4, np.float32)
    fields = {"padding": 0, "strideH": 2, "strideW": 2, "dilationHFactor": 1, "dilationWFactor": 1}
    inputs = [file.input, file.constant(kernel), file.constant(bias)]
    made = file.add("CONV_2D", inputs, (1, 4, 4, 4), options("Conv2DOptions", **fields))
    path = tmp_path / "lite.tflite"
    path.write_bytes(file.content(file.add("LOGISTIC", [made], (1, 4, 4, 4))))
    add_model(path)
    stored = find_model("lite")
    assert stored.source is not None
    (compared,) = _against_litert(stored)
    assert compared[0], compared[1]
    assert "differs from LiteRT by at most" in compared[1]


def test_an_operator_that_cannot_be_converted_is_named(tmp_path):
    file = TfliteFile((1, 8, 8, 3))
    path = tmp_path / "odd.tflite"
    path.write_bytes(file.content(file.add("CEIL", [file.input], (1, 8, 8, 3))))
    with pytest.raises(ModelError, match="operator CEIL cannot be converted.*docs/own-models.md"):
        add_model(path)


@pytest.mark.parametrize(
    ("names", "message"), [((), "0 networks .none."), (("a.tflite", "b.tflite"), "2 networks")]
)
def test_a_bundle_has_one_network(tmp_path, names, message):
    path = tmp_path / "bundle.task"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("readme.txt", "nothing")
        for name in names:
            bundle.writestr(name, b"xxxx")
    with pytest.raises(ModelError, match=message):
        add_model(path)


def test_a_wrong_word_of_the_input_is_refused_before_anything_is_run(tmp_path):
    with pytest.raises(ConfigError, match="did you mean"):
        add_model(tmp_path / "absent.onnx", input_text="rbg")


def test_a_card_that_does_not_match_its_network_is_refused(tmp_path):
    add_model(saved(classifier(), tmp_path / "mine.onnx"))
    card = library_folder() / "mine" / "model.toml"
    card.write_text(card.read_text().replace("width = 32", "width = 64"))
    with pytest.raises(ModelError, match="its card says .* the network's input is 'x'"):
        Model(find_model("mine"))
