"""A detector made by hand: it finds the bright blob of a picture."""

import numpy as np
import pytest
from onnx import helper
from PIL import Image

from arpipe import (
    Explainer,
    Frame,
    Model,
    ObjectDetector,
    Perception,
    PerceptionConfig,
    Pipeline,
    PipelineConfig,
)
from arpipe.apps.model.collection import _against_litert
from arpipe.custom.library import add_model, find_model
from arpipe.errors import ConfigError, ModelError
from arpipe.tracking.objects_config import ObjectConfig
from tests.custom.networks import info, model_of, saved, try_out_here
from tests.weights.convert.answers import litert
from tests.weights.convert.test_detections import detector as ssd

SIDE, CELL, HALF = 64, 8, 12.0


@pytest.fixture
def detector(tmp_path):
    """YOLO v8's layout: a box of 24 px around each cell of 8, whose score is the cell's brightness; class 1 is dark."""
    cells = SIDE // CELL
    rows, columns = np.mgrid[:cells, :cells]
    boxes = np.stack(
        [columns * CELL + CELL / 2, rows * CELL + CELL / 2, *[np.full((cells, cells), 2 * HALF)] * 2]
    )
    nodes = [
        helper.make_node("AveragePool", ["x"], ["small"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("ReduceMean", ["small"], ["grey"], axes=[1], keepdims=1),
        helper.make_node("Sub", ["one", "grey"], ["dark"]),
        helper.make_node("Mul", ["dark", "faint"], ["darker"]),
        helper.make_node("Concat", ["boxes", "grey", "darker"], ["rows"], axis=1),
        helper.make_node("Reshape", ["rows", "flat"], ["output"]),
    ]
    constants = {
        "one": np.float32(1),
        "faint": np.float32(0.2),
        "boxes": boxes[None].astype(np.float32),
        "flat": np.array([1, 6, cells * cells], np.int64),
    }
    output = [info("output", [1, 6, cells * cells])]
    model = model_of(nodes, [info("x", [1, 3, SIDE, SIDE])], output, constants, names={0: "lamp", 1: "night"})
    saved(model, tmp_path / "lamps.onnx")
    (tmp_path / "labels.txt").write_text("lamp\nnight\n")
    card = tmp_path / "lamps.toml"
    card.write_text(
        'name = "lamps"\nfile = "lamps.onnx"\nlabels = "labels.txt"\ntask = "detect"\ndecoder = "yolo-transposed"\n'
        '[input]\nname = "x"\nwidth = 64\nheight = 64\nfit = "letterbox"\n'
    )
    return card


def lamp_at(x, y, width=256, height=128):
    """Return a dark picture with a lamp of 32 px, which is one cell of the network."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[y : y + 32, x : x + 32] = 255
    return pixels


def test_boxes_come_back_in_px_of_the_picture(detector):
    network = ObjectDetector(find_model(detector))
    (lamp,) = network.detect(lamp_at(64, 32))
    assert (lamp.label, lamp.index, lamp.score) == ("lamp", 0, 1.0)
    scale = 256 / SIDE
    center = np.array([64 + 16, 32 + 16])
    np.testing.assert_allclose(lamp.box_px, [*(center - HALF * scale), *(center + HALF * scale)], atol=1e-6)
    network.close()


def test_a_tflite_file_with_post_processing_is_a_detector(tmp_path, monkeypatch):
    """Added as it is: the decoder is recognised, and the boxes are those of LiteRT, in px of the picture."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr("arpipe.custom.describe.try_out", try_out_here)
    path = tmp_path / "ssd.tflite"
    path.write_bytes(ssd(nms_score_threshold=0.9))
    add_model(path, input_text="-1..1")
    stored = find_model("ssd")
    assert (stored.card.task, stored.card.decoder) == ("detect", "ssd")
    assert all(good for good, _ in _against_litert(stored))
    pixels = np.random.default_rng(1).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    boxes, classes, scores, count = litert(path.read_bytes(), pixels[None].astype(np.float32) / 127.5 - 1)
    network = ObjectDetector(stored, min_score=0.0, max_overlap=1.0)
    found = network.detect(pixels)
    network.close()
    assert len(found) == count.item() > 1
    assert [each.index for each in found] == classes[0, : len(found)].tolist()
    np.testing.assert_allclose([each.score for each in found], scores[0, : len(found)], atol=1e-5)
    for each, box in zip(found, boxes[0], strict=False):
        np.testing.assert_allclose(each.box_px, (8 * box[[1, 0, 3, 2]]).clip(0, 8), atol=1e-4)


def test_boxes_end_at_the_edge_of_the_picture(detector):
    network = ObjectDetector(find_model(detector))
    (lamp,) = network.detect(lamp_at(0, 0))
    assert lamp.box_px.tolist() == [0.0, 0.0, 64.0, 64.0]
    network.close()


def test_objects_keep_their_numbers(detector):
    config = PerceptionConfig(track=("objects",), objects=ObjectConfig(model=str(detector)))
    ids, states = [], []
    with Perception(config) as perception:
        for index, x in enumerate((64, 96, None, 96, 224)):
            pixels = np.zeros((128, 256, 3), np.uint8) if x is None else lamp_at(x, 32)
            objects = perception.detect(Frame(pixels, index / 30, index)).objects
            ids.append([each.track_id for each in objects])
            states.append([str(each.state) for each in objects])
        record = perception.detect(Frame(lamp_at(224, 32), 1.0, 5)).to_dict()["objects"][0]
    assert ids == [[1], [1], [1], [1], [2, 1]]
    assert states == [["new"], ["tracked"], ["coasting"], ["tracked"], ["new", "coasting"]]
    assert (record["label"], record["id"], record["score"]) == ("lamp", 2, 1.0)


def test_only_the_named_classes_are_reported(detector):
    config = ObjectConfig(model=str(detector), classes=("night",))
    with Perception(PerceptionConfig(track=("objects",), objects=config)) as perception:
        assert perception.detect(Frame(lamp_at(64, 32), 0.0, 0)).objects == ()


@pytest.mark.parametrize(("label", "is_drawn"), [("lamp", True), ("night", False)])
def test_a_sticker_sits_on_the_objects_of_its_class(detector, tmp_path, label, is_drawn):
    Image.new("RGBA", (8, 8), (255, 0, 0, 255)).save(tmp_path / "star.png")
    settings = PipelineConfig(perception=PerceptionConfig(objects=ObjectConfig(model=str(detector))))
    with Pipeline(settings, effects=[f"sticker(image={tmp_path / 'star.png'}, label={label})"]) as pipeline:
        drawn = pipeline.process(lamp_at(64, 32)).pixels
    assert (drawn[48, 80] == (255, 0, 0)).all() == is_drawn
    assert (drawn[120, 20] == 0).all()


def test_without_a_detector_it_is_said_what_to_do():
    with pytest.raises(ConfigError, match="names no detector, and arpipe brings none; add yours"):
        Perception(PerceptionConfig(track=("objects",)))


def test_a_classifier_is_no_detector(detector):
    detector.write_text(
        detector.read_text().replace('task = "detect"\ndecoder = "yolo-transposed"', 'task = "other"')
    )
    with pytest.raises(ModelError, match="lamps is not a detector: its card says task 'other'"):
        ObjectDetector(find_model(detector))


@pytest.mark.parametrize("taker", [Model, ObjectDetector, Explainer])
def test_a_name_instead_of_a_network_is_refused_with_the_way_to_find_it(taker):
    said = f"{taker.__name__}: expected a StoredModel, got str; arpipe.custom.library.find_model finds one"
    with pytest.raises(TypeError, match=said):
        taker("lamps")
