"""Measures a glTF model of glasses: its front, lenses and temples."""

import numpy as np

from arpipe.effects.glasses.fit import ModelShape
from arpipe.errors import GltfError
from arpipe.geometry.transforms import Array
from arpipe.io.gltf import GltfModel
from arpipe.render.object_mesh import ObjectMesh

TEMPLES = {"temple_l": "left", "temple_r": "right"}
LENSES = ("lens_l", "lens_r")
OUTLINE_POINTS = 96
FRONT_POINTS = 160
TEMPLE_POINTS = 4000  # a fit measures temples centimetre by centimetre


def measure_model(mesh: ObjectMesh, model: GltfModel) -> ModelShape:
    """Measure a model for fitting.

    Raises:
        GltfError: Nothing belongs to the front.
    """
    front = mesh.positions(0)
    if not len(front):
        raise GltfError(
            "glasses: all meshes are below temple_l or temple_r, so there is no front; "
            "move the front out of the temple's node"
        )
    hinges_m, temples_m = {}, {}
    for number, part in enumerate(mesh.parts):
        points = mesh.positions(number)
        if part.name in TEMPLES and len(points):
            hinges_m[TEMPLES[part.name]] = part.pivot_m
            temples_m[TEMPLES[part.name]] = _thinned(points, TEMPLE_POINTS)
    return ModelShape(_thinned(front, FRONT_POINTS), _lens_back_m(model), hinges_m, temples_m)


def _lens_back_m(model: GltfModel) -> float:
    """Return the mean z of the lenses, m in the model frame; 0 if no node is named as one."""
    lenses = [
        primitive.positions @ matrix[:3, :3].T + matrix[:3, 3]
        for node, matrix in zip(model.nodes, model.model_from_node(), strict=True)
        if node.name in LENSES and node.mesh is not None
        for primitive in model.meshes[node.mesh]
    ]
    return float(np.concatenate(lenses)[:, 2].mean()) if lenses else 0.0


def outline(points: Array) -> Array:
    """Return a few points with the same extent as all (n, 3) points: the extremes in many directions."""
    if not len(points):
        return points
    rng = np.random.default_rng(3)
    directions = rng.normal(size=(OUTLINE_POINTS, 3))
    directions[:, 2] *= 0.5  # mostly seen from the front
    # Not a matrix product, because BLAS would use threads, which then keep a core busy for 30 ms.
    reach = np.einsum("ni,ki->nk", points.astype(np.float32), directions.astype(np.float32))
    extremes: Array = points[sorted(set(reach.argmax(axis=0).tolist()))]
    return extremes


def _thinned(points: Array, count: int) -> Array:
    return points[:: max(1, len(points) // count)]
