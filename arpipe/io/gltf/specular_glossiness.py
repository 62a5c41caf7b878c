"""Converts KHR_materials_pbrSpecularGlossiness to metallic-roughness.

The formulas are those of the conversion sample in the Khronos repository of glTF: the metalness that explains the
brightness of both colours best, given that dielectrics reflect 4 %.
"""

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from arpipe.geometry.transforms import Array
from arpipe.io.gltf import schema
from arpipe.io.gltf.model import Floats, Texels, Texture
from arpipe.io.gltf.textures import TextureTable

DIELECTRIC = 0.04  # reflectance of plastics at normal incidence
LEAST = 1e-6
BRIGHTNESS = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True, eq=False)
class MetallicSurface:
    """The metallic-roughness half of a material; see `Material` for the fields."""

    base_color_factor: Floats
    base_color_texture: int | None
    metallic: float
    roughness: float
    metallic_roughness_texture: int | None


def convert(material: schema.SpecularGlossiness, textures: TextureTable, where: str) -> MetallicSurface:
    """Convert a material; pictures that result from it are added to `textures`.

    Args:
        material: The extension.
        textures: Table of the model's textures.
        where: Name of the material, for messages.

    Raises:
        GltfError: A texture cannot be used.
    """
    diffuse = textures.read(material.diffuse_texture, f"{where}.diffuseTexture")
    shine = textures.read(material.specular_glossiness_texture, f"{where}.specularGlossinessTexture")
    diffuse_factor = np.asarray(material.diffuse_factor)
    shine_factor = np.asarray([*material.specular_factor, material.glossiness_factor])
    place = diffuse or shine
    if place is None:
        base, metallic, roughness = _convert(diffuse_factor, shine_factor)
        return MetallicSurface(base.astype(np.float32), None, float(metallic), float(roughness), None)
    height, width = place.pixels.shape[:2]
    base, metallic, roughness = _convert(
        _linear(diffuse, (width, height)) * diffuse_factor, _linear(shine, (width, height)) * shine_factor
    )
    surface = np.stack([np.ones_like(metallic), roughness, metallic, np.ones_like(metallic)], axis=-1)
    base[..., :3] = _encode(base[..., :3])
    return MetallicSurface(
        np.ones(4, np.float32),
        textures.add(replace(place, pixels=_texels(base)), where),
        1.0,
        1.0,
        textures.add(replace(place, pixels=_texels(surface)), where),
    )


def _convert(diffuse: Array, shine: Array) -> tuple[Array, Array, Array]:
    """Return base colour (…, 4), metallic (…) and roughness (…) of linear diffuse (…, 4) and specular, gloss (…, 4)."""
    color, specular = diffuse[..., :3], shine[..., :3]
    rest = 1.0 - specular.max(axis=-1)
    metallic = _metallic(_brightness(color), _brightness(specular), rest)
    share = metallic[..., None]
    of_diffuse = color * rest[..., None] / (1.0 - DIELECTRIC) / np.maximum(1.0 - share, LEAST)
    of_specular = (specular - DIELECTRIC * (1.0 - share)) / np.maximum(share, LEAST)
    base = of_diffuse + share**2 * (of_specular - of_diffuse)
    base = np.concatenate([np.clip(base, 0.0, 1.0), diffuse[..., 3:]], axis=-1)
    return base, metallic, 1.0 - shine[..., 3]


def _metallic(diffuse: Array, specular: Array, rest: Array) -> Array:
    """Solve the quadratic equation of the metalness in [0, 1]."""
    linear = diffuse * rest / (1.0 - DIELECTRIC) + specular - 2.0 * DIELECTRIC
    discriminant = np.maximum(linear**2 - 4.0 * DIELECTRIC * (DIELECTRIC - specular), 0.0)
    solution = np.clip((np.sqrt(discriminant) - linear) / (2.0 * DIELECTRIC), 0.0, 1.0)
    return np.where(specular < DIELECTRIC, 0.0, solution)


def _brightness(color: Array) -> Array:
    brightness: Array = np.sqrt(color**2 @ BRIGHTNESS)
    return brightness


def _linear(texture: Texture | None, size: tuple[int, int]) -> Array:
    """Return (h, w, 4) linear colour and alpha of a texture, resized to (w, h); white without one."""
    if texture is None:
        return np.ones((1, 1, 4))
    pixels = texture.pixels
    if pixels.shape[1::-1] != size:
        pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    values = pixels / 255.0
    code = values[..., :3]
    values[..., :3] = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return values


def _encode(linear: Array) -> Array:
    """Encode linear values as sRGB."""
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0.0) ** (1 / 2.4) - 0.055)


def _texels(values: Array) -> Texels:
    texels: Texels = np.rint(values * 255.0).astype(np.uint8)
    return texels
