"""Rewrites that make the graph fast on ONNX Runtime's CPU kernels; each leaves the outputs as they were."""

from arpipe.weights.graph import Graph


def optimise(graph: Graph) -> None:
    """Apply all rewrites, in place."""
