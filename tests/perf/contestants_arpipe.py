"""arpipe's contestants, and the networks on their own."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

EFFECTS = {"arpipe-glasses": ["aviator"], "arpipe-makeup": ["evening"]}
Step = Callable[[np.ndarray, int], object]


def make(name: str, threads: int, model: Path | None) -> Step:
    """Return a function that processes a frame, given its index."""
    if name.startswith("network-"):
        return _network(name.removeprefix("network-"), threads, model)
    effects = next((names for start, names in EFFECTS.items() if name.startswith(start)), [])
    meshes = {
        "arpipe-plain": "plain",
        "arpipe-attention": "attention",
        "arpipe-v2": "v2",
        "arpipe-glasses-attention": "attention",
    }
    return _pipeline(meshes.get(name, "auto"), effects, threads, name)


def _pipeline(mesh: str, effects: list[str], threads: int, name: str) -> Step:
    from arpipe.inference.providers import SessionConfig
    from arpipe.pipeline.perception_config import PerceptionConfig
    from arpipe.pipeline.pipeline import Pipeline
    from arpipe.pipeline.pipeline_config import PipelineConfig
    from arpipe.tracking.face_config import FaceTrackerConfig
    from arpipe.types import Frame

    faces = int(name.rpartition("x")[2]) if name.rpartition("x")[2].isdigit() else 1
    detector = "auto" if faces > 1 else "short"  # four people stand too far away for the short range
    face = FaceTrackerConfig(mode="video", mesh=mesh, max_faces=faces, detector=detector)  # type: ignore[arg-type]
    session = SessionConfig(intra_op_threads=threads)
    config = PipelineConfig(perception=PerceptionConfig(face=face, session=session))
    pipeline = Pipeline(config, effects=effects)

    def step(pixels: np.ndarray, index: int) -> object:
        frame = Frame(pixels, index / 30.0, index)
        return pipeline.process(frame) if effects else pipeline.detect(frame)

    return step


def _network(runtime: str, threads: int, model: Path | None) -> Step:
    tensor = np.random.default_rng(0).random((1, 192, 192, 3), dtype=np.float32)
    if runtime == "onnxruntime":
        from arpipe.inference.providers import SessionConfig
        from arpipe.inference.session import Session

        session = Session("face_mesh", SessionConfig(intra_op_threads=threads))
        return lambda _frame, _index: session.run(tensor)
    if runtime == "litert":
        from ai_edge_litert.interpreter import Interpreter

        interpreter = Interpreter(str(model), num_threads=threads)
        interpreter.allocate_tensors()
        place = interpreter.get_input_details()[0]["index"]

        def invoke(_frame: np.ndarray, _index: int) -> object:
            interpreter.set_tensor(place, tensor)
            return interpreter.invoke()

        return invoke
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = openvino.compile_model(str(model), "CPU", settings)
    return lambda _frame, _index: compiled(tensor)
