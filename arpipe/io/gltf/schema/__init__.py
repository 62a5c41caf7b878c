"""The part of glTF's JSON that arpipe reads, as validated types. Unknown keys are ignored, wrong values are errors.

Names are those of the glTF 2.0 specification in snake case. Whether an index is in range is checked where it is
followed.
"""

from pydantic import field_validator

from arpipe.io.gltf.schema.base import GltfObject, IgnoredEntry, Index, Items
from arpipe.io.gltf.schema.buffers import Accessor, Buffer, BufferView, Draco, Meshopt, Sparse
from arpipe.io.gltf.schema.materials import MaterialEntry, SpecularGlossiness
from arpipe.io.gltf.schema.nodes import MeshEntry, NodeEntry, PrimitiveEntry, SceneEntry, SkinEntry
from arpipe.io.gltf.schema.textures import ImageEntry, Sampler, TextureEntry, TextureInfo, TextureTransform

__all__ = [
    "Accessor",
    "Asset",
    "Buffer",
    "Draco",
    "Gltf",
    "ImageEntry",
    "MaterialEntry",
    "Meshopt",
    "NodeEntry",
    "PrimitiveEntry",
    "Sampler",
    "Sparse",
    "SpecularGlossiness",
    "TextureInfo",
    "TextureTransform",
]


class AssetExtras(GltfObject):
    """Credits as Sketchfab writes them."""

    title: str = ""
    author: str = ""
    license: str = ""


class Asset(GltfObject):
    """Version of the file, and its credits."""

    version: str
    copyright: str = ""
    extras: AssetExtras | None = None

    @field_validator("extras", mode="before")
    @classmethod
    def _only_texts(cls, extras: object) -> object:
        """Ignore `extras` of other programs, which the specification leaves to them."""
        if not isinstance(extras, dict):
            return None
        return {key: value for key, value in extras.items() if isinstance(value, str)}


class Gltf(GltfObject):
    """A whole file."""

    asset: Asset
    extensions_used: list[str] = []
    extensions_required: list[str] = []
    scene: Index | None = None
    scenes: Items[SceneEntry] = []
    nodes: Items[NodeEntry] = []
    meshes: Items[MeshEntry] = []
    materials: Items[MaterialEntry] = []
    textures: Items[TextureEntry] = []
    samplers: Items[Sampler] = []
    images: Items[ImageEntry] = []
    accessors: Items[Accessor] = []
    buffer_views: Items[BufferView] = []
    buffers: Items[Buffer] = []
    skins: Items[SkinEntry] = []
    animations: Items[IgnoredEntry] = []
    cameras: Items[IgnoredEntry] = []
