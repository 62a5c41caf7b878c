"""What the rewrites are for: the converted networks keep up with LiteRT and XNNPACK, one thread each.

Ratios of alternating runs on the same input, so a slow or busy machine slows both; the quarter of each that was
disturbed least is compared. The limits have slack; measured on a 2-core AVX-512 machine: face_mesh 0.83 to 0.90,
face_detector_short 0.83.
"""

import time

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from arpipe.inference.session import Session
from arpipe.weights import catalog, store

pytestmark = pytest.mark.weights

ROUNDS, WARM_UP = 60, 10


def seconds(function) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


@pytest.mark.parametrize(("name", "limit"), [("face_mesh", 1.3), ("face_detector_short", 1.3)])
def test_network_keeps_up_with_litert(name: str, limit: float):
    network = catalog.network(name)
    image = np.random.default_rng(0).uniform(0, 1, (1, network.input.height, network.input.width, 3))
    image = image.astype(np.float32)
    interpreter = Interpreter(model_content=store.source(name), num_threads=1)
    interpreter.allocate_tensors()
    place = interpreter.get_input_details()[0]["index"]

    def litert() -> None:
        interpreter.set_tensor(place, image)
        interpreter.invoke()

    with Session(name) as session:
        for _ in range(WARM_UP):
            litert()
            session.run(image)
        times = np.array([(seconds(lambda: session.run(image)), seconds(litert)) for _ in range(ROUNDS)])
    ours, theirs = np.percentile(times, 25, axis=0)
    assert ours / theirs <= limit, f"{name}: {ours * 1e3:.2f} ms, LiteRT {theirs * 1e3:.2f} ms"
