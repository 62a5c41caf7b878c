"""glTF materials of eyewear. Colours are given as sRGB hex codes and stored linear."""

from typing import Any

Material = dict[str, Any]


def linear(hexadecimal: str) -> list[float]:
    """Return linear RGB of an sRGB colour such as "#c9a45c"."""
    channels = [int(hexadecimal[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    return [round(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4, 5) for c in channels]


def metal(name: str, color: str, roughness: float = 0.25) -> Material:
    """Return polished or brushed metal."""
    return _material(name, linear(color), 1.0, roughness)


def acetate(
    name: str, color: str, roughness: float = 0.7, polish: float = 1.0, texture: int | None = None
) -> Material:
    """Return polished cellulose acetate; the clear coat is its surface, so the sheet below has no specular reflection.

    Args:
        name: Material name.
        color: Base colour, multiplied by the texture if there is one.
        roughness: Roughness of the sheet below the coat.
        polish: Strength of the clear coat.
        texture: Index of a base colour texture.
    """
    made = _material(
        name,
        linear(color),
        0.0,
        roughness,
        {
            "KHR_materials_clearcoat": {"clearcoatFactor": polish, "clearcoatRoughnessFactor": 0.06},
            "KHR_materials_ior": {"ior": 1.0},
        },
    )
    if texture is not None:
        made["pbrMetallicRoughness"]["baseColorTexture"] = {"index": texture}
    return made


def crystal(name: str, color: str, transmission: float = 0.6, roughness: float = 0.12) -> Material:
    """Return transparent acetate."""
    made = acetate(name, color, roughness)
    made["extensions"]["KHR_materials_transmission"] = {"transmissionFactor": transmission}
    return made


def rubber(name: str, color: str, roughness: float = 0.75) -> Material:
    """Return matt rubber or nylon."""
    return _material(name, linear(color), 0.0, roughness)


def silicone(name: str = "silicone") -> Material:
    """Return the clear silicone of nose pads."""
    return _material(name, [0.93, 0.92, 0.9], 0.0, 0.3, _transmissive(0.7, 1.41))


def glass(
    name: str, tint: tuple[float, float, float] = (1.0, 1.0, 1.0), *, ior: float = 1.5, metallic: float = 0.0
) -> Material:
    """Return a lens: thin-walled and fully transmissive; `tint` is the linear transmittance.

    What lies close behind a tinted lens is also lit through it, which a renderer of thin walls does not model. The
    tints of sunglasses are therefore nearly the square of the transmittance that opticians state (15 % for a G15).

    Vertex colours multiply the tint, for gradients. `metallic` > 0 is a mirror coating: that fraction of the surface
    reflects in the colour of the tint and transmits nothing.
    """
    return _material(name, list(tint), metallic, 0.02, _transmissive(1.0, ior))


def lens_edge(name: str, color: str, transmission: float = 0.35) -> Material:
    """Return the polished edge of a lens, which gathers light and looks milky."""
    return _material(name, linear(color), 0.0, 0.18, _transmissive(transmission, 1.5))


def _transmissive(transmission: float, ior: float) -> dict[str, Any]:
    return {
        "KHR_materials_transmission": {"transmissionFactor": transmission},
        "KHR_materials_ior": {"ior": ior},
    }


def _material(
    name: str,
    color: list[float],
    metallic: float,
    roughness: float,
    extensions: dict[str, Any] | None = None,
) -> Material:
    surface = {"baseColorFactor": [*color, 1.0], "metallicFactor": metallic, "roughnessFactor": roughness}
    made: Material = {"name": name, "pbrMetallicRoughness": surface}
    return made | {"extensions": extensions} if extensions else made
