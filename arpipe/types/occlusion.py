"""What stands before a face."""

from dataclasses import dataclass

from arpipe.geometry.affine2d import Affine2D
from arpipe.types.pixels import Points


@dataclass(frozen=True, slots=True, eq=False)
class OcclusionMatte:
    """What stands before a face, in a square crop around it.

    Attributes:
        track_id: Id of the face.
        covered: (s, s) float32 in [0, 1]: 1 where hair, a hand or a brim hides what is worn on the face. 0 at the
            border of the crop, so that nothing is hidden beyond it.
        bare: (s, s) float32 in [0, 1]: 1 where skin, lips, brows or eyes are seen, so that makeup may be drawn there;
            1 everywhere in streams whose effects only need "covered", such as glasses.
        image_from_crop: From crop px to image px.
        note: Why hair is not told from skin; empty if it is.
    """

    track_id: int
    covered: Points
    bare: Points
    image_from_crop: Affine2D
    note: str = ""

    def __post_init__(self) -> None:
        side = self.covered.shape[0]
        for name, plane in (("covered", self.covered), ("bare", self.bare)):
            if plane.shape != (side, side) or plane.dtype != "float32":
                raise ValueError(
                    f"OcclusionMatte.{name}: expected ({side}, {side}) float32, got {plane.shape} {plane.dtype}"
                )
