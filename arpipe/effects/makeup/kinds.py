"""The kinds of makeup and their parameters."""

from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from arpipe.effects.makeup.eyes import IrisPainter, LashPainter, LinerPainter
from arpipe.effects.makeup.lips import LipLook, LipPainter
from arpipe.effects.makeup.masks import Powder
from arpipe.effects.makeup.paint import PaintPainter, problem_of
from arpipe.effects.makeup.stack import Painter, Place, stack_of
from arpipe.effects.makeup.teeth import TeethPainter
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.render.context import GlContext
from arpipe.render.layer import Canvas, Order, Patch, Scene
from arpipe.topology import load_topology

Share = Annotated[float, Field(ge=0, le=1)]

FINISHES: dict[str, tuple[float, float, float]] = {  # gloss, what stays of the lip's own highlights, metal
    "matte": (0.0, 0.12, 0.0),
    "satin": (0.16, 0.6, 0.0),
    "gloss": (1.0, 1.0, 0.0),
    "metallic": (0.35, 0.6, 0.8),
}


class MakeupParams(EffectParams):
    """What every kind of makeup has.

    Attributes:
        opacity: 0 is none, 1 as strong as the kind gets.
    """

    opacity: Share = 0.8


class Makeup:
    """Base of all kinds: a layer that leaves drawing to the context's stack."""

    Params: ClassVar[type[EffectParams]] = MakeupParams
    needs: frozenset[str] = frozenset({"face", "iris"})
    order: int = Order.SKIN
    place: Place = Place.SKIN

    def __init__(self, params: Any, context: GlContext) -> None:
        self.params = params
        self.powders: tuple[Powder, ...] = ()
        self.painter: Painter | None = None
        if params.opacity > 0:
            self.powders = tuple(powder for powder in self._powders() if powder.opacity > 0)
            self.painter = self._painter(context)
        self._stack = stack_of(context)
        self._stack.join(self)

    def prepare(self, scene: Scene) -> tuple[Patch, ...]:
        """Boxes of the made-up faces; none when there is nothing to see."""
        if not self.powders and self.painter is None:
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

    def _painter(self, context: GlContext) -> Painter | None:  # noqa: ARG002 - for kinds that draw shapes
        return None


class LipstickParams(MakeupParams):
    """Parameters of `lipstick`.

    Attributes:
        color: At the outline, or everywhere.
        inner_color: Near the mouth, for two tones; None for one.
        finish: How it shines.
        liner: Opacity of a pencil line along the outline.
        liner_color: Of the pencil; None for a darker `color`.
        liner_width: Share of the lip's height.
    """

    color: Color = (0.64, 0.07, 0.23)
    opacity: Share = 0.8
    inner_color: Color | None = None
    finish: Literal["matte", "satin", "gloss", "metallic"] = "satin"
    liner: Share = 0.0
    liner_color: Color | None = None
    liner_width: float = Field(default=0.22, gt=0, le=0.6)


class Lipstick(Makeup):
    """Colour on the lips."""

    Params: ClassVar[type[EffectParams]] = LipstickParams
    place = Place.LIPS

    def _painter(self, context: GlContext) -> Painter:
        params: LipstickParams = self.params
        gloss, shine, metal = FINISHES[params.finish]
        red, green, blue = params.color
        look = LipLook(
            inner=params.inner_color or params.color,
            outer=params.color,
            opacity=params.opacity,
            gloss=gloss,
            shine=shine,
            metal=metal,
            liner=params.liner_color or (0.72 * red, 0.72 * green, 0.72 * blue),
            liner_strength=params.liner,
            liner_width=params.liner_width,
        )
        return LipPainter(context, look)


class EyeshadowParams(MakeupParams):
    """Parameters of `eyeshadow`.

    Attributes:
        color: On the lid.
        crease_color: Above the lid and around the outer corner; None for a darker `color`.
        highlight_color: Under the brow and in the inner corner; None for neither.
        crease, outer, lower: Strength in these zones over the lid's: the fold, the outer corner, the lower lashes.
        shimmer: 0 is matte, 1 metallic.
    """

    color: Color = (0.55, 0.36, 0.27)
    opacity: Share = 0.6
    crease_color: Color | None = None
    highlight_color: Color | None = None
    crease: Share = 0.7
    outer: Share = 0.6
    lower: Share = 0.3
    shimmer: Share = 0.0


class Eyeshadow(Makeup):
    """Up to three colours around the eyes."""

    Params: ClassVar[type[EffectParams]] = EyeshadowParams

    def _powders(self) -> tuple[Powder, ...]:
        params: EyeshadowParams = self.params
        strength, shine = params.opacity, params.shimmer
        red, green, blue = params.color
        deep = params.crease_color or (0.72 * red, 0.66 * green, 0.66 * blue)
        lid = Powder(
            "shadow_lid", strength, params.color, sheer=0.6, depth=0.6, glow=0.55 * shine, shimmer=0.7
        )
        zones = [
            Powder("shadow_crease", strength * params.crease, deep, sheer=0.6, depth=0.45),
            lid,
            Powder("shadow_outer", strength * params.outer, deep, sheer=0.6, depth=0.35),
            Powder("shadow_lower", strength * params.lower, deep, sheer=0.6, depth=0.45),
        ]
        if params.highlight_color is not None:
            bright = partial(
                Powder, opacity=0.5 * strength, color=params.highlight_color, sheer=0.9, depth=1.35
            )
            zones += [bright(mask, glow=0.25, shimmer=0.3) for mask in ("shadow_browbone", "shadow_inner")]
        return tuple(zones)


class EyelinerParams(MakeupParams):
    """Parameters of `eyeliner`.

    Attributes:
        color: Of the line.
        thickness_mm: At its thickest, over the outer half of the lid.
        wing_mm: How far it is drawn out beyond the corner.
        lower: Strength of a line under the lower lashes.
    """

    color: Color = (0.06, 0.05, 0.055)
    opacity: Share = 0.9
    thickness_mm: float = Field(default=1.2, ge=0.2, le=5)
    wing_mm: float = Field(default=0.0, ge=0, le=15)
    lower: Share = 0.0


class Eyeliner(Makeup):
    """A line along the upper lashes."""

    Params: ClassVar[type[EffectParams]] = EyelinerParams
    place = Place.LINER

    def _painter(self, context: GlContext) -> Painter:
        params: EyelinerParams = self.params
        return LinerPainter(
            context, params.color, params.opacity, params.thickness_mm, params.wing_mm, params.lower
        )


class MascaraParams(MakeupParams):
    """Parameters of `mascara`.

    Attributes:
        color: Of the lashes.
        length_mm: Of the longest ones.
        volume: Thickness over that of bare lashes.
        curl: 0 straight, 1 curled up.
        lower: Strength of the lower lashes.
    """

    color: Color = (0.05, 0.04, 0.045)
    opacity: Share = 0.85
    length_mm: float = Field(default=8.0, gt=0, le=16)
    volume: float = Field(default=1.0, gt=0, le=3)
    curl: Share = 0.6
    lower: Share = 0.5


class Mascara(Makeup):
    """Lashes, stroke by stroke."""

    Params: ClassVar[type[EffectParams]] = MascaraParams
    place = Place.LASHES

    def _painter(self, context: GlContext) -> Painter:
        params: MascaraParams = self.params
        return LashPainter(
            context, params.color, params.opacity, params.length_mm, params.volume, params.curl, params.lower
        )


class BrowsParams(MakeupParams):
    """Parameters of `brows`.

    Attributes:
        color: Of the hairs drawn in.
        shape: "natural" follows the own brow.
    """

    color: Color = (0.24, 0.17, 0.13)
    opacity: Share = 0.5
    shape: Literal["natural", "arched", "straight"] = "natural"


class Brows(Makeup):
    """Brows filled with fine strokes."""

    Params: ClassVar[type[EffectParams]] = BrowsParams

    def _powders(self) -> tuple[Powder, ...]:
        params: BrowsParams = self.params
        return (Powder(f"brow_{params.shape}", params.opacity, params.color, sheer=0.3, depth=0.3),)


class BlushParams(MakeupParams):
    """Parameters of `blush`.

    Attributes:
        color: Of the powder.
        placement: Round on the apples, lifted along the cheekbones, or over cheeks and nose.
    """

    color: Color = (0.88, 0.45, 0.44)
    opacity: Share = 0.45
    placement: Literal["apples", "lifted", "sunkissed"] = "lifted"


class Blush(Makeup):
    """Colour on the cheeks."""

    Params: ClassVar[type[EffectParams]] = BlushParams

    def _powders(self) -> tuple[Powder, ...]:
        params: BlushParams = self.params
        return (
            Powder(
                f"blush_{params.placement}", params.opacity, params.color, sheer=0.97, stain=0.6, depth=0.84
            ),
        )


class BronzerParams(MakeupParams):
    """Parameters of `bronzer`.

    Attributes:
        color: Of the powder.
    """

    color: Color = (0.66, 0.42, 0.27)
    opacity: Share = 0.5


class Bronzer(Makeup):
    """Warmth where the sun would reach: temples, cheekbones, jaw, nose."""

    Params: ClassVar[type[EffectParams]] = BronzerParams

    def _powders(self) -> tuple[Powder, ...]:
        params: BronzerParams = self.params
        return (Powder("bronzer", params.opacity, params.color, sheer=0.95, stain=0.7, depth=0.68),)


class ContourParams(MakeupParams):
    """Parameters of `contour`.

    Attributes:
        color: Of the shade.
        cheeks, jaw, nose: Strength of each.
        highlight: Strength of light on cheekbones, nose and the cupid's bow.
        highlight_color: Of that light.
    """

    color: Color = (0.45, 0.32, 0.26)
    opacity: Share = 0.5
    cheeks: Share = 0.8
    jaw: Share = 0.6
    nose: Share = 0.4
    highlight: Share = 0.5
    highlight_color: Color = (1.0, 0.93, 0.84)


class Contour(Makeup):
    """Shade and light that model the face."""

    Params: ClassVar[type[EffectParams]] = ContourParams

    def _powders(self) -> tuple[Powder, ...]:
        params: ContourParams = self.params
        shades = [
            Powder(
                f"contour_{where}", params.opacity * strength, params.color, sheer=0.95, stain=0.8, depth=0.55
            )
            for where, strength in (("cheeks", params.cheeks), ("jaw", params.jaw), ("nose", params.nose))
        ]
        light = Powder(
            "highlight",
            params.opacity * params.highlight,
            params.highlight_color,
            sheer=0.95,
            depth=1.25,
            glow=0.2,
            shimmer=0.15,
        )
        return (*shades, light)


class FoundationParams(MakeupParams):
    """Parameters of `foundation`.

    Attributes:
        color: Shade; None for the wearer's own.
        opacity: How much of the shade and of the evenness.
        evenness: How far blotches and redness go; pores and moles stay.
    """

    color: Color | None = None
    opacity: Share = 0.7
    evenness: Share = 0.8


class Foundation(Makeup):
    """Evener skin that stays skin."""

    Params: ClassVar[type[EffectParams]] = FoundationParams

    def _powders(self) -> tuple[Powder, ...]:
        params: FoundationParams = self.params
        even = Powder("skin", 1e-6, (1.0, 1.0, 1.0), even=params.opacity * params.evenness)
        if params.color is None:
            return (even,)
        return (even, Powder("skin", 0.75 * params.opacity, params.color, sheer=0.55))


class ConcealerParams(MakeupParams):
    """Parameters of `concealer`.

    Attributes:
        color: Shade of what is laid under the eyes; None for the wearer's own.
        brighten: How far shadows are lifted.
    """

    color: Color | None = None
    opacity: Share = 0.6
    brighten: Share = 0.7


class Concealer(Makeup):
    """Fewer shadows under the eyes."""

    Params: ClassVar[type[EffectParams]] = ConcealerParams

    def _powders(self) -> tuple[Powder, ...]:
        params: ConcealerParams = self.params
        lift = Powder(
            "under_eyes",
            1e-6,
            (1.0, 1.0, 1.0),
            even=0.8 * params.opacity,
            lift=params.opacity * params.brighten,
        )
        if params.color is None:
            return (lift,)
        return (lift, Powder("under_eyes", 0.6 * params.opacity, params.color, sheer=0.7, depth=1.05))


class TeethParams(MakeupParams):
    """Parameters of `teeth`.

    Attributes:
        opacity: How much less yellow.
        brighten: How much brighter.
    """

    opacity: Share = 0.6
    brighten: Share = 0.4


class Teeth(Makeup):
    """Whiter teeth."""

    Params: ClassVar[type[EffectParams]] = TeethParams
    place = Place.EYES_AND_TEETH

    def _painter(self, context: GlContext) -> Painter:
        params: TeethParams = self.params
        return TeethPainter(context, params.opacity, params.brighten)


class IrisColorParams(MakeupParams):
    """Parameters of `iris-color`.

    Attributes:
        color: Of the irises.
    """

    color: Color = (0.36, 0.53, 0.62)
    opacity: Share = 0.6


class IrisColor(Makeup):
    """Irises of another colour; pupils and catchlights stay."""

    Params: ClassVar[type[EffectParams]] = IrisColorParams
    place = Place.EYES_AND_TEETH

    def _painter(self, context: GlContext) -> Painter:
        params: IrisColorParams = self.params
        return IrisPainter(context, params.color, params.opacity)


def _paint_file(value: Any) -> Any:
    if problem := problem_of(value):
        raise ValueError(problem)
    return value


class FacePaintParams(MakeupParams):
    """Parameters of `face-paint`.

    Attributes:
        image: A square RGBA PNG in the layout that `arpipe effects template` draws.
        texture: Share of the skin's shading that the paint takes on.
    """

    image: Annotated[PackFile, AfterValidator(_paint_file)]
    opacity: Share = 0.85
    texture: Share = 0.9


class FacePaint(Makeup):
    """A picture on the face."""

    Params: ClassVar[type[EffectParams]] = FacePaintParams
    place = Place.PAINT

    def _painter(self, context: GlContext) -> Painter:
        params: FacePaintParams = self.params
        return PaintPainter(context, load_topology("face"), params.image, params.opacity, params.texture)
