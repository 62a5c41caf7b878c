"""Running networks; only this package imports ONNX Runtime."""
