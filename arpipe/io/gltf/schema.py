"""The part of glTF's JSON that arpipe reads, as validated types. Unknown keys are ignored, wrong values are errors.

Names are those of the glTF 2.0 specification in snake case. Whether an index is in range is checked where it is
followed.
"""

from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.alias_generators import to_camel

MAX_ITEMS = 20_000  # per array of the file; real glasses have a few dozen
MAX_DECODED_ELEMENTS = 2**26  # of a compressed buffer view
MAX_LEVELS = 16  # per node; halving the triangles each time, a million become fifteen

Item = TypeVar("Item")
Items = Annotated[list[Item], Field(max_length=MAX_ITEMS)]
Index = Annotated[int, Field(ge=0)]
Offset = Annotated[int, Field(ge=0)]
Size = Annotated[int, Field(ge=1)]


def _clamp(value: float, info: ValidationInfo) -> float:
    """Clamp to [0, 1], as exporters round and some write what other programs tolerate; adds a note."""
    clamped = min(max(value, 0.0), 1.0)
    if clamped != value:
        notes: set[str] = (info.context or {}).get("notes", set())
        notes.add(f"{to_camel(info.field_name or 'value')} {value:g} is outside 0 to 1; {clamped:g} is used")
    return clamped


Unit = Annotated[float, AfterValidator(_clamp)]
Coverage = Annotated[float, Field(ge=0.0, le=1.0)]
Unsigned = Annotated[float, Field(ge=0.0)]
Vector2 = tuple[float, float]
Vector3 = tuple[float, float, float]
UnitColor = tuple[Unit, Unit, Unit]
ComponentType = Literal[5120, 5121, 5122, 5123, 5125, 5126]


class _Object(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, allow_inf_nan=False, populate_by_name=True
    )


class IgnoredEntry(_Object):
    """An entry of which only the presence matters."""


class Draco(_Object):
    """KHR_draco_mesh_compression: attributes by name → unique id in the compressed data."""

    buffer_view: Index
    attributes: dict[str, Index]


class Meshopt(_Object):
    """EXT_meshopt_compression: what a compressed buffer view decodes to."""

    buffer: Index
    byte_length: Size
    byte_stride: Annotated[int, Field(ge=2, le=256)]
    count: Annotated[int, Field(ge=1, le=MAX_DECODED_ELEMENTS)]
    mode: Literal["ATTRIBUTES", "TRIANGLES", "INDICES"]
    byte_offset: Offset = 0
    filter: Literal["NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL"] = "NONE"

    @model_validator(mode="after")
    def _stride_suits_mode(self) -> "Meshopt":
        if self.byte_stride not in (2, 4) if self.mode != "ATTRIBUTES" else self.byte_stride % 4:
            raise ValueError(f"byteStride {self.byte_stride} does not suit mode {self.mode}")
        return self


class BufferViewExtensions(_Object):
    """Extensions of a buffer view."""

    meshopt: Meshopt | None = Field(default=None, alias="EXT_meshopt_compression")


class BufferExtensions(_Object):
    """Extensions of a buffer; with meshopt, a buffer may be a placeholder without content."""

    meshopt: IgnoredEntry | None = Field(default=None, alias="EXT_meshopt_compression")


class AssetExtras(_Object):
    """Credits as Sketchfab writes them."""

    title: str = ""
    author: str = ""
    license: str = ""


class Asset(_Object):
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


class Buffer(_Object):
    """Bytes of the GLB, of a file beside it, or in a data URI."""

    byte_length: Size
    uri: str | None = None
    extensions: BufferExtensions = BufferExtensions()


class BufferView(_Object):
    """A range of bytes in a buffer."""

    buffer: Index
    byte_length: Size
    byte_offset: Offset = 0
    byte_stride: Annotated[int, Field(ge=4, le=252)] | None = None
    extensions: BufferViewExtensions = BufferViewExtensions()


class SparseIndices(_Object):
    """Indices of the elements that a sparse accessor replaces."""

    buffer_view: Index
    component_type: Literal[5121, 5123, 5125]
    byte_offset: Offset = 0


class SparseValues(_Object):
    """Values that a sparse accessor replaces them with."""

    buffer_view: Index
    byte_offset: Offset = 0


class Sparse(_Object):
    """Elements that differ from the accessor's base."""

    count: Size
    indices: SparseIndices
    values: SparseValues


class Accessor(_Object):
    """A typed view of a buffer view; all zeros without one."""

    component_type: ComponentType
    count: Size
    type: Literal["SCALAR", "VEC2", "VEC3", "VEC4", "MAT2", "MAT3", "MAT4"]
    buffer_view: Index | None = None
    byte_offset: Offset = 0
    normalized: bool = False
    sparse: Sparse | None = None


class ImageEntry(_Object):
    """A picture in a file or buffer view."""

    uri: str | None = None
    buffer_view: Index | None = None
    name: str = ""


class Sampler(_Object):
    """Filtering and wrapping of a texture."""

    mag_filter: Literal[9728, 9729] = 9729
    min_filter: Literal[9728, 9729, 9984, 9985, 9986, 9987] = 9987
    wrap_s: Literal[33071, 33648, 10497] = 10497
    wrap_t: Literal[33071, 33648, 10497] = 10497


class OtherSource(_Object):
    """EXT_texture_webp and EXT_texture_avif: a picture of another format."""

    source: Index


class TextureEntryExtensions(_Object):
    """Extensions of a texture."""

    webp: OtherSource | None = Field(default=None, alias="EXT_texture_webp")
    avif: OtherSource | None = Field(default=None, alias="EXT_texture_avif")


class TextureEntry(_Object):
    """A picture with a sampler."""

    source: Index | None = None
    sampler: Index | None = None
    extensions: TextureEntryExtensions = TextureEntryExtensions()

    @property
    def picture(self) -> int | None:
        """Index of the picture to use: the one of the core specification, else that of an extension."""
        others = [other.source for other in (self.extensions.webp, self.extensions.avif) if other is not None]
        return self.source if self.source is not None else next(iter(others), None)


class TextureTransform(_Object):
    """KHR_texture_transform."""

    offset: Vector2 = (0.0, 0.0)
    rotation: float = 0.0
    scale: Vector2 = (1.0, 1.0)
    tex_coord: Index | None = None


class TextureExtensions(_Object):
    """Extensions of a texture slot."""

    transform: TextureTransform | None = Field(default=None, alias="KHR_texture_transform")


class TextureInfo(_Object):
    """A texture slot of a material; `scale` applies to normal maps, `strength` to occlusion maps."""

    index: Index
    tex_coord: Index = 0
    scale: float = 1.0
    strength: Unit = 1.0
    extensions: TextureExtensions = TextureExtensions()


class MetallicRoughness(_Object):
    """The metallic-roughness model of the core specification."""

    base_color_factor: tuple[Unit, Unit, Unit, Unit] = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: TextureInfo | None = None
    metallic_factor: Unit = 1.0
    roughness_factor: Unit = 1.0
    metallic_roughness_texture: TextureInfo | None = None


class Transmission(_Object):
    """KHR_materials_transmission."""

    transmission_factor: Unit = 0.0
    transmission_texture: TextureInfo | None = None


class Ior(_Object):
    """KHR_materials_ior."""

    ior: Unsigned = 1.5


class Volume(_Object):
    """KHR_materials_volume."""

    thickness_factor: Unsigned = 0.0
    attenuation_distance: Annotated[float, Field(gt=0.0)] | None = None
    attenuation_color: UnitColor = (1.0, 1.0, 1.0)


class Clearcoat(_Object):
    """KHR_materials_clearcoat."""

    clearcoat_factor: Unit = 0.0
    clearcoat_roughness_factor: Unit = 0.0


class EmissiveStrength(_Object):
    """KHR_materials_emissive_strength."""

    emissive_strength: Unsigned = 1.0


class Unlit(_Object):
    """KHR_materials_unlit, which has no properties."""


class SpecularGlossiness(_Object):
    """KHR_materials_pbrSpecularGlossiness, the model that metallic-roughness has replaced."""

    diffuse_factor: tuple[Unit, Unit, Unit, Unit] = (1.0, 1.0, 1.0, 1.0)
    diffuse_texture: TextureInfo | None = None
    specular_factor: UnitColor = (1.0, 1.0, 1.0)
    glossiness_factor: Unit = 1.0
    specular_glossiness_texture: TextureInfo | None = None


class MaterialExtensions(_Object):
    """Material extensions that arpipe renders."""

    transmission: Transmission = Field(default=Transmission(), alias="KHR_materials_transmission")
    ior: Ior = Field(default=Ior(), alias="KHR_materials_ior")
    volume: Volume = Field(default=Volume(), alias="KHR_materials_volume")
    clearcoat: Clearcoat = Field(default=Clearcoat(), alias="KHR_materials_clearcoat")
    emissive_strength: EmissiveStrength = Field(
        default=EmissiveStrength(), alias="KHR_materials_emissive_strength"
    )
    unlit: Unlit | None = Field(default=None, alias="KHR_materials_unlit")
    specular_glossiness: SpecularGlossiness | None = Field(
        default=None, alias="KHR_materials_pbrSpecularGlossiness"
    )


class MaterialEntry(_Object):
    """A surface."""

    name: str = ""
    pbr_metallic_roughness: MetallicRoughness = MetallicRoughness()
    normal_texture: TextureInfo | None = None
    occlusion_texture: TextureInfo | None = None
    emissive_texture: TextureInfo | None = None
    emissive_factor: UnitColor = (0.0, 0.0, 0.0)
    alpha_mode: Literal["OPAQUE", "MASK", "BLEND"] = "OPAQUE"
    alpha_cutoff: Unsigned = 0.5
    double_sided: bool = False
    extensions: MaterialExtensions = MaterialExtensions()


class PrimitiveExtensions(_Object):
    """Extensions of a primitive."""

    draco: Draco | None = Field(default=None, alias="KHR_draco_mesh_compression")


class PrimitiveEntry(_Object):
    """Geometry with one material; `mode` 4, 5 and 6 are triangles."""

    attributes: dict[str, Index]
    indices: Index | None = None
    material: Index | None = None
    mode: int = 4
    extensions: PrimitiveExtensions = PrimitiveExtensions()
    targets: list[dict[str, Index]] = []


class MeshEntry(_Object):
    """Primitives drawn together."""

    primitives: Annotated[list[PrimitiveEntry], Field(min_length=1, max_length=MAX_ITEMS)]
    name: str = ""


class Levels(_Object):
    """MSFT_lod: nodes that replace a node when it is small on the screen, in decreasing detail."""

    ids: Annotated[list[Index], Field(min_length=1, max_length=MAX_LEVELS)]


class NodeExtensions(_Object):
    """Extensions of a node."""

    levels: Levels | None = Field(default=None, alias="MSFT_lod")


class NodeExtras(_Object):
    """The part of a node's `extras` that MSFT_lod defines: the minimum screen coverage of each level."""

    screen_coverage: Annotated[tuple[Coverage, ...], Field(max_length=MAX_LEVELS + 1)] = Field(
        default=(), alias="MSFT_screencoverage"
    )


class NodeEntry(_Object):
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


class SkinEntry(_Object):
    """Joints of a skinned mesh, and the transforms from the mesh to each of them."""

    joints: Annotated[list[Index], Field(min_length=1, max_length=MAX_ITEMS)]
    inverse_bind_matrices: Index | None = None


class SceneEntry(_Object):
    """Root nodes of a scene."""

    nodes: list[Index] = []


class Gltf(_Object):
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
