"""Materials, and their extensions that arpipe renders."""

from typing import Annotated, Literal

from pydantic import Field

from arpipe.io.gltf.schema.base import GltfObject, Unit, UnitColor, Unsigned
from arpipe.io.gltf.schema.textures import TextureInfo


class MetallicRoughness(GltfObject):
    """The metallic-roughness model of the core specification."""

    base_color_factor: tuple[Unit, Unit, Unit, Unit] = (1.0, 1.0, 1.0, 1.0)
    base_color_texture: TextureInfo | None = None
    metallic_factor: Unit = 1.0
    roughness_factor: Unit = 1.0
    metallic_roughness_texture: TextureInfo | None = None


class Transmission(GltfObject):
    """KHR_materials_transmission."""

    transmission_factor: Unit = 0.0
    transmission_texture: TextureInfo | None = None


class Ior(GltfObject):
    """KHR_materials_ior."""

    ior: Unsigned = 1.5


class Volume(GltfObject):
    """KHR_materials_volume."""

    thickness_factor: Unsigned = 0.0
    attenuation_distance: Annotated[float, Field(gt=0.0)] | None = None
    attenuation_color: UnitColor = (1.0, 1.0, 1.0)


class Clearcoat(GltfObject):
    """KHR_materials_clearcoat."""

    clearcoat_factor: Unit = 0.0
    clearcoat_roughness_factor: Unit = 0.0


class EmissiveStrength(GltfObject):
    """KHR_materials_emissive_strength."""

    emissive_strength: Unsigned = 1.0


class Unlit(GltfObject):
    """KHR_materials_unlit, which has no properties."""


class SpecularGlossiness(GltfObject):
    """KHR_materials_pbrSpecularGlossiness, the model that metallic-roughness has replaced."""

    diffuse_factor: tuple[Unit, Unit, Unit, Unit] = (1.0, 1.0, 1.0, 1.0)
    diffuse_texture: TextureInfo | None = None
    specular_factor: UnitColor = (1.0, 1.0, 1.0)
    glossiness_factor: Unit = 1.0
    specular_glossiness_texture: TextureInfo | None = None


class MaterialExtensions(GltfObject):
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


class MaterialEntry(GltfObject):
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
