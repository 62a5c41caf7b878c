"""The skin of a face as triangles in its UV layout."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.coat import Surface, UvTexture
from arpipe.effects.makeup.curves import Floats
from arpipe.effects.makeup.face import MakeupFace
from arpipe.topology import Topology


def skin_surface(
    shader: str,
    topology: Topology,
    triangles: npt.NDArray[np.int32],
    options: Mapping[str, int] | None = None,
    textures: tuple[UvTexture, ...] = (),
) -> Surface:
    """Return a surface that follows the landmarks and normals of a face.

    Args:
        shader: Name of the shader.
        topology: Topology of the faces.
        triangles: (m, 3) indices of landmarks.
        options: See `Surface`.
        textures: See `Surface`.
    """
    uv = topology.uv.astype(np.float32)
    indices = np.ascontiguousarray(triangles, np.uint32)
    return Surface(shader, topology.count, indices, uv, options or {}, textures)


def skin_vertices(face: MakeupFace) -> Floats:
    """Return the (n, 6) positions and normals of a face."""
    return np.hstack([face.points, face.normals]).astype(np.float32)
