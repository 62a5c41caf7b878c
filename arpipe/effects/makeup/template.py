"""The UV layout of the face as a picture to paint over."""

import cv2
import numpy as np
import numpy.typing as npt

from arpipe.effects.makeup.curves import closed_curve
from arpipe.topology import load_topology

SIDE = 1024
SUBPIXEL_BITS = 4
MESH_RGBA, OUTLINE_RGBA = (150, 150, 160, 70), (40, 60, 90, 255)
OUTLINES = ("face_oval", "lips_outer", "lips_inner", "left_eye", "right_eye")


def template() -> npt.NDArray[np.uint8]:
    """Draw the layout as (SIDE, SIDE, 4) RGBA: thin triangles, and the outlines of face, eyes and lips.

    The person's left is on the right, as in a photo.
    """
    topology = load_topology("face")
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    for corners in topology.uv[topology.triangles]:
        _outline(picture, corners, MESH_RGBA, 1)
    for name in OUTLINES:
        _outline(picture, closed_curve(topology.uv[topology.region(name)], 6), OUTLINE_RGBA, 2)
    return picture


def _outline(
    picture: npt.NDArray[np.uint8], uv: npt.NDArray[np.float64], color: tuple[int, int, int, int], width: int
) -> None:
    fixed = np.rint((uv * SIDE - 0.5) * 2**SUBPIXEL_BITS).astype(np.int32)
    cv2.polylines(picture, [fixed], True, color, width, cv2.LINE_8, SUBPIXEL_BITS)
