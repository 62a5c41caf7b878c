"""Network weights: the catalogue, the cache that fetches them once, the conversion from TFLite to ONNX."""
