"""Reads surfaces: glTF's core material and the extensions that arpipe renders, flattened."""

import numpy as np

from arpipe.io.gltf import schema
from arpipe.io.gltf.model import Material
from arpipe.io.gltf.specular_glossiness import MetallicSurface, convert
from arpipe.io.gltf.textures import TextureTable


def read_material(material: schema.MaterialEntry, index: int, textures: TextureTable) -> Material:
    """Read a material; adds the pictures that it uses to `textures`."""
    where = f"materials[{index}]"
    more = material.extensions
    surface = _surface(material, textures, where)
    emissive = np.asarray(material.emissive_factor, np.float64) * more.emissive_strength.emissive_strength
    return Material(
        name=material.name,
        base_color_factor=surface.base_color_factor,
        base_color_texture=surface.base_color_texture,
        metallic=surface.metallic,
        roughness=surface.roughness,
        metallic_roughness_texture=surface.metallic_roughness_texture,
        normal_texture=textures.index(material.normal_texture, f"{where}.normalTexture"),
        normal_scale=1.0 if material.normal_texture is None else material.normal_texture.scale,
        occlusion_texture=textures.index_if_first_uvs(
            material.occlusion_texture, f"{where}.occlusionTexture"
        ),
        occlusion_strength=1.0 if material.occlusion_texture is None else material.occlusion_texture.strength,
        emissive=np.clip(emissive, 0.0, np.finfo(np.float32).max).astype(np.float32),
        emissive_texture=textures.index(material.emissive_texture, f"{where}.emissiveTexture"),
        alpha_mode=material.alpha_mode,
        alpha_cutoff=material.alpha_cutoff,
        double_sided=material.double_sided,
        transmission=more.transmission.transmission_factor,
        transmission_texture=textures.index(
            more.transmission.transmission_texture, f"{where}.transmissionTexture"
        ),
        ior=more.ior.ior,
        thickness=more.volume.thickness_factor,
        attenuation_color=np.asarray(more.volume.attenuation_color, np.float32),
        attenuation_distance=(
            float("inf") if more.volume.attenuation_distance is None else more.volume.attenuation_distance
        ),
        clearcoat=more.clearcoat.clearcoat_factor,
        clearcoat_roughness=more.clearcoat.clearcoat_roughness_factor,
        unlit=more.unlit is not None,
    )


def _surface(material: schema.MaterialEntry, textures: TextureTable, where: str) -> MetallicSurface:
    """Read the metallic-roughness values, which may be given as specular-glossiness ones."""
    if material.extensions.specular_glossiness is not None:
        return convert(material.extensions.specular_glossiness, textures, where)
    surface = material.pbr_metallic_roughness
    return MetallicSurface(
        np.asarray(surface.base_color_factor, np.float32),
        textures.index(surface.base_color_texture, f"{where}.baseColorTexture"),
        surface.metallic_factor,
        surface.roughness_factor,
        textures.index(surface.metallic_roughness_texture, f"{where}.metallicRoughnessTexture"),
    )
