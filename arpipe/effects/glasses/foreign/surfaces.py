"""Adapts materials to glasses: transparent lenses and opaque frames."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from arpipe.effects.glasses.foreign.parts import is_see_through
from arpipe.effects.glasses.foreign.pieces import MeshPiece
from arpipe.io.gltf import Material
from arpipe.io.gltf.model import DEFAULT_MATERIAL

MIN_TINT = 0.08  # linear; darker lenses of a foreign model would hide the eyes completely
CLEAR = 0.5  # linear; lighter lenses are clear ones, whose colour is that of their reflections
LENS_ROUGHNESS = 0.08

FRAME = replace(
    DEFAULT_MATERIAL,
    name="frame",
    base_color_factor=np.array([0.02, 0.02, 0.022, 1.0], np.float32),
    metallic=0.0,
    roughness=0.3,
    double_sided=True,
)
"""Black acetate, for pieces without a material."""


class Surfaces:
    """Adapts materials; pieces that shared one share the adapted one."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, str], tuple[Material | None, Material]] = {}

    def opaque(self, piece: MeshPiece) -> MeshPiece:
        """Return a piece with an opaque material if it is opaque, even if its material is marked as blended."""
        material = piece.material
        if material is None or material.alpha_mode != "BLEND" or is_see_through(piece):
            return piece
        return self._with(piece, "opaque", lambda: replace(material, alpha_mode="OPAQUE"))

    def lens(self, piece: MeshPiece) -> MeshPiece:
        """Return a lens through which the eyes can be seen, from both sides; a dark colour becomes a tint."""
        material = piece.material
        if material is not None and is_see_through(piece):
            return self._with(piece, "clear", lambda: replace(material, double_sided=True))
        return replace(self._with(piece, "tinted", lambda: _glass(material)), colors=None)

    def _with(self, piece: MeshPiece, role: str, make: Callable[[], Material]) -> MeshPiece:
        key = (id(piece.material), role)
        if key not in self._made:
            self._made[key] = (piece.material, make())  # keeps the original, so that its id is not reused
        return replace(piece, material=self._made[key][1])


def _glass(material: Material | None) -> Material:
    """Return tinted glass of the colour of an opaque material."""
    color = np.ones(3) if material is None else material.base_color_factor[:3]
    tint = np.ones(3) if float(color.mean()) > CLEAR else np.maximum(color, MIN_TINT)
    return replace(
        material or DEFAULT_MATERIAL,
        name="lens",
        base_color_factor=np.array([*tint, 1.0], np.float32),
        base_color_texture=None,
        metallic=0.0,
        roughness=LENS_ROUGHNESS,
        metallic_roughness_texture=None,
        alpha_mode="OPAQUE",
        transmission=1.0,
        double_sided=True,
    )
