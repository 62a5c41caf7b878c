"""Bodies and hands as skeletons: limbs in the colour of their side, fainter where the network is uncertain."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from arpipe.draw.limbs import LimbStyle, paint_body, paint_hand, torso_px
from arpipe.draw.strokes import rgb_levels
from arpipe.effects.params import Color, EffectParams
from arpipe.needs import Need
from arpipe.render.layer import Layer, Order, Scene
from arpipe.types import Landmarks, Pixels, TrackedHand

HAND_REACH = (
    0.25  # distance of a hand's wrist from the body's, relative to the torso, below which they are the same
)


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
        left, right, middle = map(rgb_levels, (params.left, params.right, params.middle))
        self._style = LimbStyle(left, right, middle, params.opacity, params.width)

    def paint(self, pixels: Pixels, scene: Scene) -> None:
        """Draw all bodies and hands."""
        hands = scene.result.hands
        for body in scene.result.bodies:
            hidden = _covered_by(hands, body.landmarks, HAND_REACH * torso_px(body.landmarks))
            paint_body(pixels, body.landmarks, self._style, hidden)
        for hand in hands:
            paint_hand(pixels, hand.landmarks, self._style.color_of(hand.side), self._style)


def _covered_by(hands: Sequence[TrackedHand], body: Landmarks, reach_px: float) -> list[int]:
    """Return the body's points of hands that are also tracked on their own, more precisely."""
    wrists = [hand.landmarks["wrist"][:2] for hand in hands]
    return [
        index
        for side in ("left", "right")
        if any(np.linalg.norm(wrist - body[f"{side}_wrist"][:2]) < reach_px for wrist in wrists)
        for index in body.topology.region(f"{side}_hand")[1:].tolist()
    ]
