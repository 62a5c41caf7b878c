"""What LiteRT and our conversion answer."""

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from arpipe.weights.convert import tflite_import, tflite_reader


def litert(content: bytes, image: np.ndarray) -> list[np.ndarray]:
    """What LiteRT answers without XNNPACK."""
    interpreter = Interpreter(
        model_content=content,
        num_threads=1,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return [interpreter.get_tensor(output["index"]) for output in interpreter.get_output_details()]


def converted(content: bytes, image: np.ndarray, optimised: bool) -> list[np.ndarray]:
    """What our conversion answers, with or without the rewrites for speed."""
    model = tflite_reader.read(content)
    shapes = {f"output{i}": tensor.shape[1:] or tensor.shape for i, tensor in enumerate(model.outputs)}
    convert = tflite_import.convert if optimised else tflite_import.convert_plainly
    graph = convert(content, shapes)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(list(shapes), {"input": image})
