"""What all kinds of makeup have in common."""

from typing import Annotated, Any, ClassVar

from pydantic import Field

from arpipe.effects.makeup.masks import Evening, Powder
from arpipe.effects.makeup.stack import Painter, Place, stack_of
from arpipe.effects.params import EffectParams
from arpipe.needs import Need
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Layer, Order, Patch, Scene

Share = Annotated[float, Field(ge=0, le=1)]


class MakeupParams(EffectParams):
    """What every kind of makeup has.

    Attributes:
        opacity: 0 is none, 1 as strong as the kind gets.
    """

    opacity: Share = 0.8


class Makeup(Layer):
    """Base of all kinds: a layer that leaves drawing to the context's stack."""

    Params: ClassVar[type[EffectParams]] = MakeupParams
    needs = frozenset({Need.FACE, Need.IRIS})
    order = Order.SKIN
    place: Place = Place.SKIN

    def __init__(self, params: Any, context: GlContext) -> None:
        self.params = params
        self.powders: tuple[Powder, ...] = ()
        self.evenings: tuple[Evening, ...] = ()
        self.painter: Painter | None = None
        if params.opacity > 0:
            self.powders = tuple(powder for powder in self._powders() if powder.strongest > 0)
            self.evenings = tuple(evening for evening in self._evenings() if evening.even + evening.lift > 0)
            self.painter = self._painter(context)
        self._stack = stack_of(context)
        self._stack.join(self)

    def prepare(self, scene: Scene) -> tuple[Patch, ...]:
        """Boxes of the made-up faces; none when there is nothing to see."""
        if not self.powders and not self.evenings and self.painter is None:
            return ()
        return tuple(self._stack.prepare(self, scene))

    def draw(self, canvas: Canvas) -> None:
        """Draw all makeup, if this is the first that is worn."""
        self._stack.draw(self, canvas)

    def close(self) -> None:
        """Release GL objects; may be called twice."""
        if self.painter is not None:
            self.painter.close()
        self._stack.leave(self)

    def _powders(self) -> tuple[Powder, ...]:
        return ()

    def _evenings(self) -> tuple[Evening, ...]:
        return ()

    def _painter(self, context: GlContext) -> Painter | None:  # noqa: ARG002 - for kinds that draw shapes
        return None
