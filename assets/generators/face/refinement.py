"""Makes `assets/topology/face_refinement.json`: the landmarks that the extra outputs of the attention mesh replace.

The lists are stored in the network itself, in the options of its `Landmarks2TransformMatrix` operators, in the order
of its outputs: lips, left eye, right eye (of the picture).
"""

import json
from pathlib import Path

from flatbuffers import flexbuffers

from arpipe.weights import store
from arpipe.weights.convert.tflite_reader import read

NETWORK = "face_mesh_attention"
OUTPUTS = ("lips", "left_eye", "right_eye")
MESH_POINTS = 468
IRIS_POINTS = 5
EYELID_POINTS = 16  # the list of an eye begins with its contour, whose mean z is the depth of the iris
TARGET = Path(__file__).resolve().parents[2] / "topology" / "face_refinement.json"


def files() -> dict[Path, bytes]:
    """Return path → content of the table, read from the network."""
    lists = [
        flexbuffers.Loads(operator.custom_options)["subset_idxs"]
        for operator in read(store.source(NETWORK)).operators
        if operator.kind == "Landmarks2TransformMatrix"
    ]
    replaced = dict(zip(OUTPUTS, lists, strict=True))
    irises = {}
    for number, eye in enumerate(OUTPUTS[1:]):
        first = MESH_POINTS + number * IRIS_POINTS
        irises[eye.replace("eye", "iris")] = {
            "indices": list(range(first, first + IRIS_POINTS)),
            "depth_from": replaced[eye][:EYELID_POINTS],
        }
    origin = (
        "options of face_landmark_with_attention.tflite, MediaPipe 0.10.21; "
        "made by assets/generators/face/refinement.py"
    )
    table = {"origin": origin, "replaced": replaced, "irises": irises}
    return {TARGET: (json.dumps(table) + "\n").encode()}
