"""Splits a model into connected pieces, regardless of its nodes and meshes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from arpipe.geometry.transforms import Array
from arpipe.io.gltf import GltfModel, Material
from arpipe.io.gltf.model import Floats, Triangles
from arpipe.render.object_mesh import normal_matrix

WELD = 1e-5  # vertices nearer than this share of the model's extent are one
MIN_SOLID = (
    0.003  # volume over area^1.5: a ball has 0.094, a wire as thin as a rim 0.01, a curved plate nearly 0
)
SAMPLES = 24_000

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class MeshPiece:
    """Connected triangles of one material.

    Attributes:
        name: Name of the node and of its material, lower case.
        material: Surface, or None.
        positions: (n, 3) vertices, in the file's unit until `moved`.
        normals: (n, 3), unit length.
        uvs: (n, 2), or None.
        colors: (n, 4), or None.
        triangles: (m, 3), counter-clockwise when seen from outside.
        opacity: Mean of the material, its texture and the vertices, in [0, 1]; 1 unless the material blends.
    """

    name: str
    material: Material | None
    positions: Array
    normals: Array
    uvs: Floats | None
    colors: Floats | None
    triangles: Triangles
    opacity: float = 1.0

    @property
    def low(self) -> Array:
        """(3,) least coordinates."""
        low: Array = self.positions.min(axis=0)
        return low

    @property
    def high(self) -> Array:
        """(3,) greatest coordinates."""
        high: Array = self.positions.max(axis=0)
        return high

    @property
    def middle(self) -> Array:
        """(3,) middle of the bounding box."""
        return (self.low + self.high) / 2.0

    @property
    def extent(self) -> Array:
        """(3,) size of the bounding box."""
        return self.high - self.low

    def moved(self, linear: Array, offset: Array) -> "MeshPiece":
        """Return the piece under a (3, 3) matrix without reflection, and an offset."""
        normals = self.normals @ normal_matrix(linear).T
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        return replace(self, positions=self.positions @ linear.T + offset, normals=normals)

    def part(self, chosen: npt.NDArray[np.bool_]) -> "MeshPiece":
        """Return some of the triangles with the vertices that they use."""
        used, triangles = np.unique(self.triangles[chosen], return_inverse=True)
        return replace(
            self,
            positions=self.positions[used],
            normals=self.normals[used],
            uvs=None if self.uvs is None else self.uvs[used],
            colors=None if self.colors is None else self.colors[used],
            triangles=triangles.reshape(-1, 3).astype(np.uint32),
        )

    def facing(self) -> Array:
        """Return (m, 3) vectors along the triangles' normals, as long as twice their areas."""
        corners = self.positions[self.triangles]
        facing: Array = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        return facing


def span(pieces: Iterable[MeshPiece], axis: int) -> tuple[float, float]:
    """Return the least and the greatest coordinate of at least one piece along an axis."""
    bounds = [(float(piece.low[axis]), float(piece.high[axis])) for piece in pieces]
    return min(low for low, _ in bounds), max(high for _, high in bounds)


def vertices_of(pieces: Iterable[MeshPiece]) -> Array:
    """Return the (n, 3) vertices of at least one piece."""
    return np.concatenate([piece.positions for piece in pieces])


def pieces_of(model: GltfModel) -> list[MeshPiece]:
    """Split all meshes of a model into connected pieces, in the model frame."""
    found = []
    for node, matrix in zip(model.nodes, model.model_from_node(), strict=True):
        for primitive in model.meshes[node.mesh] if node.mesh is not None else ():
            material = None if primitive.material is None else model.materials[primitive.material]
            order = -1 if float(np.linalg.det(matrix[:3, :3])) < 0.0 else 1
            whole = MeshPiece(
                f"{node.name} {'' if material is None else material.name}".lower(),
                material,
                primitive.positions.astype(np.float64),
                primitive.normals.astype(np.float64),
                primitive.uvs,
                primitive.colors,
                primitive.indices[:, ::order],
            )
            pieces = _split(whole.moved(matrix[:3, :3], matrix[:3, 3]))
            found += [_outwards(replace(piece, opacity=_opacity(piece, model))) for piece in pieces]
    return found


def _opacity(piece: MeshPiece, model: GltfModel) -> float:
    """Return how opaque a piece is on average; in an atlas, pieces of one material may differ."""
    material = piece.material
    if material is None or material.alpha_mode != "BLEND":
        return 1.0
    opacity = float(material.base_color_factor[3])
    if piece.colors is not None:
        opacity *= float(piece.colors[:, 3].mean())
    if material.base_color_texture is not None and piece.uvs is not None:
        texture = model.textures[material.base_color_texture]
        height, width = texture.pixels.shape[:2]
        place = np.column_stack([piece.uvs, np.ones(len(piece.uvs))]) @ texture.transform[:2].T
        column, row = np.floor(place % 1.0 * (width, height)).astype(np.int64).T
        alpha = texture.pixels[np.minimum(row, height - 1), np.minimum(column, width - 1), 3]
        opacity *= float(alpha.mean()) / 255.0
    return opacity


def _outwards(piece: MeshPiece) -> MeshPiece:
    """Flip the triangles of a solid that face inwards, as some exporters write them."""
    corners = piece.positions[piece.triangles] - piece.middle
    volume = float(np.einsum("ij,ij->", corners[:, 0], piece.facing())) / 6.0
    area = float(np.linalg.norm(piece.facing(), axis=1).sum()) / 2.0
    if volume > -MIN_SOLID * area**1.5:
        return piece
    return replace(piece, triangles=piece.triangles[:, ::-1], normals=-piece.normals)


@dataclass(frozen=True, slots=True, eq=False)
class SampledSurface:
    """Points spread evenly over a model, however its vertices are spread.

    Attributes:
        points: (n, 3).
        area: Of the whole surface, in the square of the points' unit.
    """

    points: Array
    area: float


def sample(pieces: list[MeshPiece]) -> SampledSurface:
    """Spread points over the surface of pieces, reproducibly."""
    corners = np.concatenate([piece.positions[piece.triangles] for piece in pieces])
    areas = np.concatenate([np.linalg.norm(piece.facing(), axis=1) for piece in pieces]) / 2.0
    total = float(areas.sum())
    if total <= 0.0:
        return SampledSurface(np.zeros((0, 3)), 0.0)
    rng = np.random.default_rng(5)
    chosen = corners[rng.choice(len(areas), SAMPLES, p=areas / total)]
    weights = rng.dirichlet((1.0, 1.0, 1.0), SAMPLES)
    return SampledSurface(np.einsum("nk,nki->ni", weights, chosen), total)


def _split(piece: MeshPiece) -> list[MeshPiece]:
    """Split a piece into connected ones; triangles without area are dropped."""
    piece = piece.part(np.linalg.norm(piece.facing(), axis=1) > 0.0)
    if not len(piece.triangles):
        return []
    cell = max(float(piece.extent.max()) * WELD, 1e-30)
    welded = np.unique(np.rint((piece.positions - piece.low) / cell), axis=0, return_inverse=True)[1]
    labels = connected(welded.reshape(-1)[piece.triangles])
    return [piece.part(labels == label) for label in np.unique(labels)]


def connected(triangles: Labels) -> Labels:
    """Return (m,) numbers of the groups of (m, 3) triangles that share vertices."""
    labels = np.arange(int(triangles.max()) + 1)
    while True:
        least: Labels = labels[triangles].min(axis=1)
        joined = labels.copy()
        np.minimum.at(joined, triangles.reshape(-1), np.repeat(least, 3))
        joined = joined[joined]
        if (joined == labels).all():
            return least
        labels = joined
