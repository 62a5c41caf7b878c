"""Running a network: the only place that knows ONNX Runtime."""
