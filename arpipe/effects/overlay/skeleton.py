"""Bodies and hands as skeletons: limbs in the colour of their side, fainter where the network is uncertain."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from arpipe.draw.strokes import RGB, Joint, Limb, draw, rgb_levels
from arpipe.effects.params import Color, EffectParams
from arpipe.geometry.transforms import Array
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Landmarks, Pixels, TrackedBody, TrackedHand

LIMB_OVER_TORSO = 0.048  # width of a limb relative to the length of the torso
LIMB_OVER_PALM = 0.09  # width of a finger relative to the length of the palm
THIN = 0.45  # width of lines in the face, hands and feet of a body, relative to a limb
JOINT_OVER_LIMB = 0.85  # radius of a joint relative to the width of a limb
THIN_JOINT = 0.32  # as above, of points in the face, hands and feet of a body
HAND_REACH = (
    0.25  # distance of a hand's wrist from the body's, relative to the torso, below which they are the same
)
HIDDEN, CLEAR = 0.2, 0.7  # visibility at which a point is invisible, and opaque
LIMB_ENDS = frozenset({"shoulder", "elbow", "wrist", "hip", "knee", "ankle"})  # all other points are thin


class SkeletonParams(EffectParams):
    """Parameters of `skeleton`.

    Attributes:
        parts: What to track; anything else that is tracked is drawn, too.
        left: Colour of the person's left side.
        right: Colour of the person's right side.
        middle: Colour of the connections between them.
        opacity: Opacity of the drawing.
        width: Factor for the width of limbs and joints.
    """

    parts: Literal["body", "hands", "both"] = "body"
    left: Color = (0.10, 0.80, 0.86)
    right: Color = (1.0, 0.54, 0.18)
    middle: Color = (0.90, 0.92, 0.96)
    opacity: float = Field(default=0.92, ge=0, le=1)
    width: float = Field(default=1.0, gt=0, le=5)

    @property
    def needs(self) -> frozenset[Need]:
        """What is tracked for the parts."""
        return frozenset({Need.BODY, Need.HANDS} if self.parts == "both" else {Need(self.parts)})


class Skeleton(Layer):
    """Draws bodies and hands.

    Args:
        params: Colours and sizes.
    """

    Params: ClassVar[type[EffectParams]] = SkeletonParams
    needs = frozenset({Need.BODY})
    order = Order.OVERLAY

    def __init__(self, params: SkeletonParams) -> None:
        self.params = params
        self.needs = params.needs
        self._left, self._right, self._middle = map(rgb_levels, (params.left, params.right, params.middle))

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw all bodies and hands."""
        for body in scene.result.bodies:
            self._body(pixels, body, scene.result.hands)
        for hand in scene.result.hands:
            self._hand(pixels, hand)

    def _body(self, pixels: Pixels, body: TrackedBody, hands: Sequence[TrackedHand]) -> None:
        landmarks = body.landmarks
        torso_px = _torso_px(landmarks)
        names = list(landmarks.topology.names)
        thin = np.array([name.split("_")[-1] not in LIMB_ENDS for name in names])
        colors = [self._color(name) for name in names]
        trust = _trust(landmarks)
        trust[_covered_by(hands, landmarks, HAND_REACH * torso_px)] = 0.0
        self._draw(pixels, landmarks, colors, thin, trust, self.params.width * LIMB_OVER_TORSO * torso_px)

    def _hand(self, pixels: Pixels, hand: TrackedHand) -> None:
        landmarks = hand.landmarks
        count = landmarks.topology.count
        colors = [self._left if hand.side == "left" else self._right] * count
        palm = landmarks.region("palm")[:, :2]
        width = self.params.width * LIMB_OVER_PALM * float(np.ptp(palm, axis=0).max())
        self._draw(pixels, landmarks, colors, np.zeros(count, np.bool_), np.ones(count), width)

    def _draw(
        self, pixels: Pixels, landmarks: Landmarks, colors: list[RGB], thin: Array, trust: Array, width: float
    ) -> None:
        """Draw limbs, farthest first, then joints; a limb is as visible as its fainter end."""
        points = landmarks.points_px[:, :2].astype(np.float64)
        depth = landmarks.points_px[:, 2]
        edges = landmarks.topology.edges
        limbs = [
            Limb(
                ends_px=points[[start, end]],
                width_px=max(width * (THIN if thin[start] or thin[end] else 1.0), 1.0),
                color=colors[start] if colors[start] == colors[end] else self._middle,
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
        draw(pixels, limbs, joints, self.params.opacity)

    def _color(self, name: str) -> RGB:
        if "left" in name:
            return self._left
        return self._right if "right" in name else self._middle


def _torso_px(landmarks: Landmarks) -> float:
    """Return the larger of height and breadth of the torso, as one of them shrinks when a person turns or bends."""
    left_shoulder, right_shoulder, right_hip, left_hip = landmarks.region("torso")[:, :2]
    height = np.linalg.norm(left_shoulder + right_shoulder - left_hip - right_hip) / 2.0
    return float(max(height, np.linalg.norm(left_shoulder - right_shoulder)))


def _covered_by(hands: Sequence[TrackedHand], body: Landmarks, reach_px: float) -> list[int]:
    """Return the body's points of hands that are also tracked on their own, more precisely."""
    wrists = [hand.landmarks["wrist"][:2] for hand in hands]
    return [
        index
        for side in ("left", "right")
        if any(np.linalg.norm(wrist - body[f"{side}_wrist"][:2]) < reach_px for wrist in wrists)
        for index in body.topology.region(f"{side}_hand")[1:].tolist()
    ]


def _trust(landmarks: Landmarks) -> Array:
    """Return (n,) opacity of each point, in [0, 1]."""
    if landmarks.visibility is None:
        return np.ones(landmarks.topology.count)
    ramp = np.clip((landmarks.visibility.astype(np.float64) - HIDDEN) / (CLEAR - HIDDEN), 0.0, 1.0)
    return np.asarray(ramp * ramp * (3.0 - 2.0 * ramp))
