"""Pigments and skin smoothing: one pass over the triangles that any of their masks touches."""

from collections.abc import Sequence

from arpipe.effects.makeup.coat import Coat, UvTexture, Value
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.masks import Mask, merge, pack, strongest, touched_triangles
from arpipe.effects.makeup.optics import PigmentOptics
from arpipe.effects.makeup.pigment import Pigment, SkinSmoothing
from arpipe.effects.makeup.skin_mesh import skin_surface, skin_vertices
from arpipe.effects.makeup.smoothing import SmoothingMaps
from arpipe.topology import Topology
from arpipe.types import Frame

MAX_PIGMENTS = 14


class SkinPainter:
    """Applies a set of pigments to smoothed skin.

    Args:
        topology: Topology of the faces.
        pigments: At most `MAX_PIGMENTS`.
        smoothings: Places where the skin is smoothed first.
    """

    def __init__(
        self, topology: Topology, pigments: tuple[Pigment, ...], smoothings: tuple[SkinSmoothing, ...] = ()
    ) -> None:
        pigments = tuple(sorted(pigments, key=lambda pigment: pigment.glow == 0))  # glowing ones first
        glowing = tuple(pigment for pigment in pigments if pigment.glow > 0)
        self._pigment = PigmentOptics(pigments) if pigments else None
        self._glowing = PigmentOptics(glowing) if glowing else None
        self._maps = SmoothingMaps() if smoothings else None
        pages = pack([*_pigment_masks(pigments), *_smoothing_masks(smoothings)])
        self.surface = skin_surface(
            "skin",
            topology,
            touched_triangles(_places(pigments, smoothings), topology),
            {
                "FILMS": len(pigments),
                "GLOWS": len(glowing),
                "PAGES": len(pages),
                "EVENS": int(bool(smoothings)),
                "GRAINS": int(any(pigment.shimmer > 0 for pigment in glowing)),
            },
            # Without smaller versions, the brows of small faces flicker; sampling a single one is enough.
            tuple(UvTexture(f"page{number}", page, blends_levels=False) for number, page in enumerate(pages)),
        )

    def coat(self, face: MakeupFace, frame: Frame) -> Coat:
        """Return everything that is applied to the skin of one face."""
        values: dict[str, Value] = {}
        if self._pigment is not None:
            values["film"] = self._pigment.films(face.complexion) * face.presence
        if self._glowing is not None:
            values["glow"] = self._glowing.glow(face.complexion) * (*[face.presence] * 3, 1.0)
        smoothing = None
        if self._maps is not None:
            smoothing = self._maps.update(frame, face)
            values["even"] = face.presence if smoothing is not None else 0.0
        return Coat(self.surface, skin_vertices(face), values, smoothing)

    def reset(self) -> None:
        """Forget the smoothing maps of all faces."""
        if self._maps is not None:
            self._maps.reset()


def _pigment_masks(pigments: Sequence[Pigment]) -> list[Mask]:
    return [merge(pigment.places) for pigment in pigments]


def _smoothing_masks(smoothings: Sequence[SkinSmoothing]) -> list[Mask]:
    """Return how far the skin is evened and how far it is lifted; none without smoothing."""
    if not smoothings:
        return []
    even = strongest(tuple((each.place, each.even) for each in smoothings))
    lift = strongest(tuple((each.place, each.lift) for each in smoothings))
    return [even, lift]


def _places(pigments: Sequence[Pigment], smoothings: Sequence[SkinSmoothing]) -> list[str]:
    """Return the names of all masks."""
    pigmented = [name for pigment in pigments for name, _ in pigment.places]
    return [*pigmented, *(each.place for each in smoothings)]
