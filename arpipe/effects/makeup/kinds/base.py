"""What all kinds of makeup have in common."""

from typing import Annotated, ClassVar, Generic, TypeVar

from pydantic import Field

from arpipe.effects.makeup.layer import MakeupLayer
from arpipe.effects.makeup.member import MakeupMember, Painter
from arpipe.effects.makeup.pigment import Pigment, SkinSmoothing
from arpipe.effects.params import EffectParams
from arpipe.render.context import GlContext
from arpipe.render.rasteriser.library import Rasteriser

Share = Annotated[float, Field(ge=0, le=1)]


class MakeupParams(EffectParams):
    """Parameters of every kind of makeup.

    Attributes:
        opacity: 0 is invisible, 1 is as strong as the kind gets.
    """

    opacity: Share = 0.8


Settings = TypeVar("Settings", bound=MakeupParams)


class Makeup(MakeupMember, Generic[Settings]):
    """Base of all kinds of makeup: each overrides what it consists of.

    Args:
        params: Parameters of the kind.
        context: What the layer of the group draws with.
    """

    Params: ClassVar[type[EffectParams]] = MakeupParams
    group = MakeupLayer

    def __init__(self, params: Settings, context: GlContext | Rasteriser) -> None:  # noqa: ARG002 - data needs none
        self.params = params
        if params.opacity > 0:
            self.pigments = tuple(each for each in self._pigments() if each.max_opacity > 0)
            self.smoothings = tuple(each for each in self._smoothings() if each.even + each.lift > 0)
            self.painter = self._painter()

    def _pigments(self) -> tuple[Pigment, ...]:
        return ()

    def _smoothings(self) -> tuple[SkinSmoothing, ...]:
        return ()

    def _painter(self) -> Painter | None:
        return None
