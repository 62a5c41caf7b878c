"""Meshes, skins, scenes and the tree of nodes."""

from typing import Annotated

from pydantic import Field, field_validator

from arpipe.io.gltf.schema.base import MAX_ITEMS, GltfObject, Index, Vector3
from arpipe.io.gltf.schema.buffers import Draco

MAX_LEVELS = 16  # per node; halving the triangles each time, a million become fifteen

Coverage = Annotated[float, Field(ge=0.0, le=1.0)]


class PrimitiveExtensions(GltfObject):
    """Extensions of a primitive."""

    draco: Draco | None = Field(default=None, alias="KHR_draco_mesh_compression")


class PrimitiveEntry(GltfObject):
    """Geometry with one material; `mode` 4, 5 and 6 are triangles."""

    attributes: dict[str, Index]
    indices: Index | None = None
    material: Index | None = None
    mode: int = 4
    extensions: PrimitiveExtensions = PrimitiveExtensions()
    targets: list[dict[str, Index]] = []


class MeshEntry(GltfObject):
    """Primitives drawn together."""

    primitives: Annotated[list[PrimitiveEntry], Field(min_length=1, max_length=MAX_ITEMS)]
    name: str = ""


class Levels(GltfObject):
    """MSFT_lod: nodes that replace a node when it is small on the screen, in decreasing detail."""

    ids: Annotated[list[Index], Field(min_length=1, max_length=MAX_LEVELS)]


class NodeExtensions(GltfObject):
    """Extensions of a node."""

    levels: Levels | None = Field(default=None, alias="MSFT_lod")


class NodeExtras(GltfObject):
    """The part of a node's `extras` that MSFT_lod defines: the minimum screen coverage of each level."""

    screen_coverage: Annotated[tuple[Coverage, ...], Field(max_length=MAX_LEVELS + 1)] = Field(
        default=(), alias="MSFT_screencoverage"
    )


class NodeEntry(GltfObject):
    """A node of the tree with `matrix`, or with translation, rotation (x, y, z, w) and scale."""

    name: str = ""
    children: list[Index] = []
    mesh: Index | None = None
    skin: Index | None = None
    matrix: Annotated[list[float], Field(min_length=16, max_length=16)] | None = None
    translation: Vector3 = (0.0, 0.0, 0.0)
    rotation: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 1.0)
    scale: Vector3 = (1.0, 1.0, 1.0)
    extensions: NodeExtensions | None = None
    extras: NodeExtras | None = None

    @field_validator("extras", mode="before")
    @classmethod
    def _only_objects(cls, extras: object) -> object:
        """Ignore `extras` of other types, which the specification allows."""
        return extras if isinstance(extras, dict | NodeExtras) else None

    @property
    def levels(self) -> list[int]:
        """Indices of the nodes of MSFT_lod, in decreasing detail."""
        if self.extensions is None or self.extensions.levels is None:
            return []
        return self.extensions.levels.ids


class SkinEntry(GltfObject):
    """Joints of a skinned mesh, and the transforms from the mesh to each of them."""

    joints: Annotated[list[Index], Field(min_length=1, max_length=MAX_ITEMS)]
    inverse_bind_matrices: Index | None = None


class SceneEntry(GltfObject):
    """Root nodes of a scene."""

    nodes: list[Index] = []
