"""The compiler from TensorFlow Lite to ONNX: reader, operators, and passes over the graph."""
