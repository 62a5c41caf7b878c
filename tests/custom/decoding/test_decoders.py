"""Every decoder on outputs that are made of known boxes, encoded as its exporter encodes them."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from arpipe.custom.decoding.candidates import BoxCandidates, corners, suppress
from arpipe.custom.decoding.decoders import DECODERS, InputSize, decode, yolox_cells
from arpipe.errors import ModelError
from arpipe.inference.tensor_session import TensorSession
from tests.custom.networks import info

SIZE = InputSize(320, 160)
BOXES = np.array([[10.0, 20.0, 110.0, 90.0], [200.0, 30.0, 260.0, 150.0], [0.0, 0.0, 32.0, 16.0]])
CLASSES = np.array([2, 0, 1])
SCORES = np.array([0.9, 0.8, 0.6])
COUNT = 3


def centers():
    return np.hstack([(BOXES[:, :2] + BOXES[:, 2:]) / 2, BOXES[:, 2:] - BOXES[:, :2]])


def class_rows():
    rows = np.zeros((3, COUNT))
    rows[np.arange(3), CLASSES] = SCORES
    return rows


def ssd():
    normalised = (BOXES / SIZE.sides)[:, [1, 0, 3, 2]]
    padded = [np.pad(each, [(0, 2)] + [(0, 0)] * (each.ndim - 1)) for each in (normalised, CLASSES, SCORES)]
    return {
        "boxes": padded[0],
        "classes": padded[1].astype(float),
        "scores": padded[2],
        "count": np.float32(3),
    }


def yolo():
    return {"output": np.hstack([centers(), np.full((3, 1), 0.5), class_rows() * 2])}


def yolo_transposed():
    return {"output": np.hstack([centers(), class_rows()]).T}


def yolox():
    cells, strides = yolox_cells(SIZE)
    rows = np.zeros((len(cells), 5 + COUNT))
    rows[:, 2:4] = -3.0
    for box, classes, place in zip(centers(), class_rows(), (100, 250, 830), strict=True):
        rows[place, :2] = box[:2] / strides[place] - cells[place]
        rows[place, 2:4] = np.log(box[2:] / strides[place])
        rows[place, 4], rows[place, 5:] = 1.0, classes
    return {"output": rows}


def end_to_end():
    return {"output": np.hstack([BOXES, SCORES[:, None], CLASSES[:, None]])}


def detr():
    others = (1 - SCORES[:, None]) / COUNT
    probabilities = np.hstack([np.where(class_rows() > 0, class_rows(), others), others])
    return {"logits": np.log(probabilities), "pred_boxes": centers() / SIZE.sides}


MADE = {
    "ssd": ssd,
    "yolo": yolo,
    "yolo-transposed": yolo_transposed,
    "yolox": yolox,
    "end-to-end": end_to_end,
    "detr": detr,
}


def test_every_decoder_is_tested():
    assert set(MADE) == set(DECODERS)


@pytest.mark.parametrize("name", MADE)
def test_known_boxes_come_back(name):
    found = decode(
        name, {key: value.astype(np.float32) for key, value in MADE[name]().items()}, SIZE
    ).at_least(0.5)
    np.testing.assert_allclose(found.boxes, BOXES, atol=1e-3)
    np.testing.assert_allclose(found.scores, SCORES, atol=1e-5)
    assert found.classes.tolist() == CLASSES.tolist()


@pytest.mark.parametrize("name", MADE)
def test_other_outputs_are_refused(name):
    with pytest.raises(ModelError, match=f"cannot be read as those of '{name}'"):
        decode(name, {"a": np.zeros(7, np.float32)}, SIZE)


@pytest.mark.parametrize("name", MADE)
def test_no_objects_are_no_boxes(name):
    outputs = {key: value * 0 - 9.0 * ("logits" in key) for key, value in MADE[name]().items()}
    assert decode(name, outputs, SIZE).at_least(0.5).scores.size == 0


def test_boxes_of_nonsense_are_dropped():
    boxes = np.array([[0, 0, np.nan, 5], [5, 5, 5, 9], [9, 9, 3, 3], [0, 0, 5, 5.0]])
    found = BoxCandidates(boxes, np.ones(4), np.zeros(4, np.intp)).at_least(0.5)
    assert found.boxes.tolist() == [[0, 0, 5, 5]]


@pytest.mark.parametrize("seed", range(3))
def test_suppression_equals_onnx_runtimes(seed):
    """Of 200 random boxes in three classes, the same remain as with ONNX's NonMaxSuppression."""
    rng = np.random.default_rng(seed)
    boxes = corners(np.hstack([rng.random((200, 2)) * 100, rng.random((200, 2)) * 40 + 5]))
    scores, classes = rng.random(200), rng.integers(0, 3, 200)
    node = helper.make_node(
        "NonMaxSuppression", ["b", "s", "most", "overlap", "least"], ["kept"], center_point_box=0
    )
    graph = helper.make_graph(
        [node],
        "nms",
        [
            info("b", [1, 200, 4]),
            info("s", [1, 3, 200]),
            info("most", [1], TensorProto.INT64),
            info("overlap", [1]),
            info("least", [1]),
        ],
        [info("kept", ["k", 3], TensorProto.INT64)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    by_class = np.zeros((1, 3, 200), np.float32)
    by_class[0, classes, np.arange(200)] = scores
    with TensorSession(model.SerializeToString(), "nms") as session:
        kept = session.run(
            {
                "b": boxes[None].astype(np.float32),
                "s": by_class,
                "most": np.array([200]),
                "overlap": np.array([0.45], np.float32),
                "least": np.array([0.3], np.float32),
            }
        )["kept"]
    ours = suppress(BoxCandidates(boxes, scores, classes).at_least(0.3), 0.45, 200)
    assert sorted(ours.scores.tolist()) == sorted(scores[kept[:, 2]].tolist())


def test_most_objects_are_the_best_ones():
    boxes = np.array([[10.0 * place, 0, 10 * place + 5, 5] for place in range(6)])
    found = BoxCandidates(boxes, np.linspace(1, 0.5, 6), np.zeros(6, np.intp))
    assert suppress(found, 0.5, 2).scores.tolist() == [1.0, 0.9]
