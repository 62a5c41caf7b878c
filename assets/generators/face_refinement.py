"""Write `assets/topology/face_refinement.json`: which landmarks the attention mesh's extra outputs replace.

The lists stand in the network itself, in the options of its `Landmarks2TransformMatrix` operators, in the
order of its outputs: lips, left eye, right eye (of the picture).

    python assets/generators/face_refinement.py
"""

import json
from pathlib import Path

import flatbuffers.flexbuffers as flexbuffers
import tflite

from arpipe.folders import cache_folder
from arpipe.weights import catalog, store

NETWORK = "face_mesh_attention"
OUTPUTS = ("lips", "left_eye", "right_eye")
MESH_POINTS = 468
IRIS_POINTS = 5
EYELID_POINTS = 16  # an eye's list begins with its contour, whose mean z the iris takes
TARGET = Path(__file__).resolve().parents[1] / "topology" / "face_refinement.json"


def main() -> None:
    """Read the network's options, write the table."""
    store.fetch([NETWORK])
    member = catalog.network(NETWORK).member
    content = (cache_folder() / "tflite" / Path(member).name).read_bytes()
    model = tflite.Model.GetRootAsModel(content, 0)
    graph = model.Subgraphs(0)
    lists = []
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        if model.OperatorCodes(operator.OpcodeIndex()).CustomCode() == b"Landmarks2TransformMatrix":
            lists.append(flexbuffers.Loads(bytes(operator.CustomOptionsAsNumpy()))["subset_idxs"])
    replaced = dict(zip(OUTPUTS, lists, strict=True))
    irises = {}
    for number, eye in enumerate(OUTPUTS[1:]):
        first = MESH_POINTS + number * IRIS_POINTS
        irises[eye.replace("eye", "iris")] = {
            "indices": list(range(first, first + IRIS_POINTS)),
            "depth_from": replaced[eye][:EYELID_POINTS],
        }
    table = {
        "origin": "options of face_landmark_with_attention.tflite, MediaPipe 0.10.21; made by "
        "assets/generators/face_refinement.py",
        "replaced": replaced,
        "irises": irises,
    }
    TARGET.write_text(json.dumps(table) + "\n", encoding="utf-8")
    print(f"wrote {TARGET.name}: {', '.join(f'{name} {len(ids)}' for name, ids in replaced.items())}")


if __name__ == "__main__":
    main()
