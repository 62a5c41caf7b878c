"""glTF materials of eyewear. Colours are given as sRGB hex and stored linear."""

from typing import Any

Material = dict[str, Any]


def linear(hexadecimal: str) -> list[float]:
    """Linear RGB of an sRGB colour such as "#c9a45c"."""
    channels = [int(hexadecimal[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [round(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4, 5) for c in channels]


def metal(name: str, color: str, roughness: float = 0.25) -> Material:
    """Polished or brushed metal."""
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*linear(color), 1.0],
            "metallicFactor": 1.0,
            "roughnessFactor": roughness,
        },
    }


def acetate(
    name: str, color: str, roughness: float = 0.7, polish: float = 1.0, texture: int | None = None
) -> Material:
    """Cellulose acetate, polished: the coat stands for its surface, so beneath it there is no second reflection.

    Args:
        name: Material name.
        color: Base colour, multiplied with the texture when there is one.
        roughness: Of the sheet beneath the coat.
        polish: Strength of the clear coat.
        texture: Index of a base colour texture.
    """
    base: Material = {
        "baseColorFactor": [*linear(color), 1.0],
        "metallicFactor": 0.0,
        "roughnessFactor": roughness,
    }
    if texture is not None:
        base["baseColorTexture"] = {"index": texture}
    return {
        "name": name,
        "pbrMetallicRoughness": base,
        "extensions": {
            "KHR_materials_clearcoat": {"clearcoatFactor": polish, "clearcoatRoughnessFactor": 0.06},
            "KHR_materials_ior": {"ior": 1.0},
        },
    }


def crystal(name: str, color: str, transmission: float = 0.6, roughness: float = 0.12) -> Material:
    """See-through acetate."""
    made = acetate(name, color, roughness)
    made["extensions"]["KHR_materials_transmission"] = {"transmissionFactor": transmission}
    return made


def rubber(name: str, color: str, roughness: float = 0.75) -> Material:
    """Matt rubber or nylon."""
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*linear(color), 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": roughness,
        },
    }


def silicone(name: str = "silicone") -> Material:
    """Clear nose pads."""
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [0.93, 0.92, 0.9, 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.3,
        },
        "extensions": {
            "KHR_materials_transmission": {"transmissionFactor": 0.7},
            "KHR_materials_ior": {"ior": 1.41},
        },
    }


def glass(
    name: str, tint: tuple[float, float, float] = (1.0, 1.0, 1.0), *, ior: float = 1.5, metallic: float = 0.0
) -> Material:
    """A lens: thin-walled and fully transmissive; `tint` is the linear share of light it lets through.

    What lies close behind a tinted lens is also lit through it, which a renderer of thin walls does not know. Tints
    of sunglasses are therefore nearly the square of the transmittance that opticians state (15 % for a G15).

    A gradient comes from the vertex colours, which multiply the tint. `metallic` > 0 is a mirror coat: that
    share of the surface reflects in the tint's colour and lets nothing through.
    """
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*tint, 1.0],
            "metallicFactor": metallic,
            "roughnessFactor": 0.02,
        },
        "extensions": {
            "KHR_materials_transmission": {"transmissionFactor": 1.0},
            "KHR_materials_ior": {"ior": ior},
        },
    }


def lens_edge(name: str, color: str, transmission: float = 0.35) -> Material:
    """The polished edge of a lens, which gathers light and looks milky."""
    return {
        "name": name,
        "pbrMetallicRoughness": {
            "baseColorFactor": [*linear(color), 1.0],
            "metallicFactor": 0.0,
            "roughnessFactor": 0.18,
        },
        "extensions": {
            "KHR_materials_transmission": {"transmissionFactor": transmission},
            "KHR_materials_ior": {"ior": 1.5},
        },
    }
