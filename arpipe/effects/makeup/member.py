"""What a kind of makeup is built into: what it applies where, and when."""

from enum import IntEnum
from typing import Protocol

from arpipe.effects.group import GroupMember
from arpipe.effects.makeup.coat import Coat, Surface
from arpipe.effects.makeup.face import MakeupFace
from arpipe.effects.makeup.pigment import Pigment, SkinSmoothing
from arpipe.needs import Need
from arpipe.render.layer import Order


class Step(IntEnum):
    """Sequence in which makeup is applied, whatever the sequence of the kinds in packs."""

    RESHAPING = 0
    EYES_AND_TEETH = 1
    SKIN = 2
    PAINT = 3
    LINER = 4
    LASHES = 5
    LIPS = 6


class Painter(Protocol):
    """Applies one thing to faces."""

    @property
    def surface(self) -> Surface:
        """What it is applied to."""
        ...

    def coat(self, face: MakeupFace) -> Coat:
        """Return what is applied to one face in one frame."""
        ...


class MakeupMember(GroupMember):
    """Base of all kinds of makeup: data, which the layer draws.

    Attributes:
        step: When it is applied.
        pigments: What it brushes onto the skin.
        smoothings: Where it evens out the skin.
        painter: Applies what is neither; None if nothing is left.
    """

    needs = frozenset({Need.FACE, Need.IRIS, Need.OCCLUSION})
    order = Order.SKIN
    uses_software = True
    step: Step = Step.SKIN
    pigments: tuple[Pigment, ...] = ()
    smoothings: tuple[SkinSmoothing, ...] = ()
    painter: Painter | None = None

    @property
    def is_visible(self) -> bool:
        """Whether it changes the picture at all."""
        return bool(self.pigments or self.smoothings) or self.painter is not None
