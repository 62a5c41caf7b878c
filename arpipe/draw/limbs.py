"""Bodies and hands as limbs and joints, painted into a picture in place."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.draw.strokes import RGB, Joint, Limb, as_rgb, draw
from arpipe.geometry.transforms import Array
from arpipe.types import Landmarks, Pixels

LIMB_OVER_TORSO = 0.048  # width of a limb relative to the length of the torso
LIMB_OVER_PALM = 0.09  # width of a finger relative to the length of the palm
THIN = 0.45  # width of lines in the face, hands and feet of a body, relative to a limb
JOINT_OVER_LIMB = 0.85  # radius of a joint relative to the width of a limb
THIN_JOINT = 0.32  # as above, of points in the face, hands and feet of a body
HIDDEN, CLEAR = 0.2, 0.7  # visibility at which a point is invisible, and opaque
LIMB_ENDS = frozenset({"shoulder", "elbow", "wrist", "hip", "knee", "ankle"})  # all other points are thin


@dataclass(frozen=True, slots=True)
class LimbStyle:
    """How bodies and hands are drawn.

    Attributes:
        left, right: Colours of the person's sides.
        middle: Colour of the connections between them.
        opacity: Opacity of the drawing, in [0, 1].
        width: Factor for the width of limbs and joints.

    Raises:
        ValueError: A colour is not three integers in [0, 255].
    """

    left: RGB = (26, 204, 219)
    right: RGB = (255, 138, 46)
    middle: RGB = (230, 235, 245)
    opacity: float = 0.92
    width: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "left", as_rgb(self.left))
        object.__setattr__(self, "right", as_rgb(self.right))
        object.__setattr__(self, "middle", as_rgb(self.middle))

    def color_of(self, name: str) -> RGB:
        """Return the colour of a landmark by the side in its name."""
        if "left" in name:
            return self.left
        return self.right if "right" in name else self.middle


def paint_body(pixels: Pixels, landmarks: Landmarks, style: LimbStyle, hidden: Collection[int] = ()) -> None:
    """Paint a body, fainter where the network is uncertain, and without the points with the indices `hidden`."""
    names = list(landmarks.topology.names)
    thin = np.array([name.split("_")[-1] not in LIMB_ENDS for name in names])
    trust = _trust(landmarks)
    trust[list(hidden)] = 0.0
    colors = [style.color_of(name) for name in names]
    _paint(pixels, landmarks, colors, thin, trust, LIMB_OVER_TORSO * torso_px(landmarks), style)


def paint_hand(pixels: Pixels, landmarks: Landmarks, color: RGB, style: LimbStyle) -> None:
    """Paint a hand in one colour."""
    count = landmarks.topology.count
    palm = landmarks.region("palm")[:, :2]
    width = LIMB_OVER_PALM * float(np.ptp(palm, axis=0).max())
    _paint(pixels, landmarks, [color] * count, np.zeros(count, np.bool_), np.ones(count), width, style)


def torso_px(landmarks: Landmarks) -> float:
    """Return the larger of height and breadth of the torso, as one of them shrinks when a person turns or bends."""
    left_shoulder, right_shoulder, right_hip, left_hip = landmarks.region("torso")[:, :2]
    height = np.linalg.norm(left_shoulder + right_shoulder - left_hip - right_hip) / 2.0
    return float(max(height, np.linalg.norm(left_shoulder - right_shoulder)))


def _paint(
    pixels: Pixels,
    landmarks: Landmarks,
    colors: list[RGB],
    thin: npt.NDArray[np.bool_],
    trust: Array,
    width: float,
    style: LimbStyle,
) -> None:
    """Paint limbs, farthest first, then joints; a limb is as visible as its fainter end."""
    width = style.width * width
    points = landmarks.points_px[:, :2].astype(np.float64)
    depth = landmarks.points_px[:, 2]
    edges = landmarks.topology.edges
    limbs = [
        Limb(
            ends_px=points[[start, end]],
            width_px=max(width * (THIN if thin[start] or thin[end] else 1.0), 1.0),
            color=colors[start] if colors[start] == colors[end] else style.middle,
            trust=float(min(trust[start], trust[end])),
        )
        for start, end in edges[np.argsort(-depth[edges].sum(axis=1))].tolist()
    ]
    joints = [
        Joint(
            center_px=points[index],
            radius_px=max(width * (THIN_JOINT if thin[index] else JOINT_OVER_LIMB), 1.0),
            color=colors[index],
            trust=float(trust[index]),
            has_rim=not thin[index],
        )
        for index in np.argsort(-depth).tolist()
    ]
    draw(pixels, limbs, joints, style.opacity)


def _trust(landmarks: Landmarks) -> Array:
    """Return (n,) opacity of each point, in [0, 1]."""
    if landmarks.visibility is None:
        return np.ones(landmarks.topology.count)
    ramp = np.clip((landmarks.visibility.astype(np.float64) - HIDDEN) / (CLEAR - HIDDEN), 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp))
