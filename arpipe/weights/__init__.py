"""Network weights: the catalogue, the cache that fetches them once, and the conversion from TFLite to ONNX."""
