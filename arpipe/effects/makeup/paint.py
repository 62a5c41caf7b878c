"""Face paint: a PNG in the UV layout, with the shading of the skin."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.coat import Coat, UvTexture
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.skin_mesh import skin_surface, skin_vertices
from arpipe.errors import AssetError, MediaError
from arpipe.io.image.opening import open_picture
from arpipe.render.color import linear_from_srgb
from arpipe.topology import Topology

MIN_SIDE, MAX_SIDE = 64, 4096


class PaintPainter:
    """Paints a picture on faces.

    Args:
        topology: Topology of the faces.
        image: A square RGBA PNG.
        opacity: In [0, 1].
        texture: Share of the skin's shading that the paint takes on.

    Raises:
        AssetError: The picture cannot be decoded.
    """

    def __init__(self, topology: Topology, image: Path, opacity: float, texture: float) -> None:
        self._opacity, self._texture = opacity, texture
        paint = UvTexture("paint", load_premultiplied(image), blends_levels=True)
        self.surface = skin_surface("paint", topology, topology.triangles, textures=(paint,))

    def coat(self, face: MakeupFace) -> Coat:
        """See `Painter`."""
        values = {"opacity": self._opacity * face.presence, "texture": self._texture}
        return Coat(self.surface, skin_vertices(face), values)


def find_problem(image: Path) -> str:
    """Describe what is wrong with a picture for face paint, from its header only; "" if nothing is."""
    try:
        with open_picture(image) as picture:
            kind, mode, (width, height) = picture.format, picture.mode, picture.size
    except MediaError as error:
        return str(error)
    if kind != "PNG" or mode != "RGBA":
        return f"{image} is {kind} with mode {mode}; expected a PNG with mode RGBA (arpipe effects template)"
    if width != height or not MIN_SIDE <= width <= MAX_SIDE:
        return f"{image} has {width}×{height} px; expected a square of {MIN_SIDE} to {MAX_SIDE} px"
    return ""


def load_premultiplied(image: Path) -> npt.NDArray[np.float16]:
    """Load (h, w, 4): linear colour times alpha, and alpha."""
    try:
        with open_picture(image) as picture:
            pixels = np.asarray(picture.convert("RGBA"))
    except MediaError as error:
        raise AssetError(f"{error}; save it again as PNG") from error
    alpha = pixels[..., 3:].astype(np.float64) / 255.0
    return np.concatenate([linear_from_srgb(pixels[..., :3]) * alpha, alpha], axis=-1).astype(np.float16)
