"""Foundation, concealer, blush, bronzer, contour, and pictures painted on the face."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator

from arpipe.effects.makeup.kinds.base import Makeup, MakeupParams, Share
from arpipe.effects.makeup.member import Painter, Step
from arpipe.effects.makeup.paint import PaintPainter, find_problem
from arpipe.effects.makeup.pigment import Pigment, SkinSmoothing
from arpipe.effects.params import Color, EffectParams, PackFile
from arpipe.topology import load_topology


class FoundationParams(MakeupParams):
    """Parameters of `foundation`.

    Attributes:
        color: Shade; None for the person's own.
        opacity: Opacity of the shade and strength of the smoothing.
        evenness: How far blotches and redness are removed; pores and moles stay.
    """

    color: Color | None = None
    opacity: Share = 0.7
    evenness: Share = 0.8


class Foundation(Makeup[FoundationParams]):
    """More even skin that still looks like skin."""

    Params: ClassVar[type[EffectParams]] = FoundationParams

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        if params.color is None:
            return ()
        return (Pigment((("skin", 1.0),), 0.75 * params.opacity, params.color, sheer=0.55),)

    def _smoothings(self) -> tuple[SkinSmoothing, ...]:
        params = self.params
        return (SkinSmoothing("skin", params.opacity * params.evenness),)


class ConcealerParams(MakeupParams):
    """Parameters of `concealer`.

    Attributes:
        color: Shade under the eyes; None for the person's own.
        brighten: How far shadows are lifted.
    """

    color: Color | None = None
    opacity: Share = 0.6
    brighten: Share = 0.7


class Concealer(Makeup[ConcealerParams]):
    """Weaker shadows under the eyes."""

    Params: ClassVar[type[EffectParams]] = ConcealerParams

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        if params.color is None:
            return ()
        return (Pigment((("under_eyes", 1.0),), 0.6 * params.opacity, params.color, sheer=0.7, depth=1.05),)

    def _smoothings(self) -> tuple[SkinSmoothing, ...]:
        params = self.params
        return (SkinSmoothing("under_eyes", 0.8 * params.opacity, params.opacity * params.brighten),)


class BlushParams(MakeupParams):
    """Parameters of `blush`.

    Attributes:
        color: Colour of the powder.
        placement: Round on the apples of the cheeks, lifted along the cheekbones, or across cheeks and nose.
    """

    color: Color = (0.88, 0.45, 0.44)
    opacity: Share = 0.45
    placement: Literal["apples", "lifted", "sunkissed"] = "lifted"


class Blush(Makeup[BlushParams]):
    """Colour on the cheeks."""

    Params: ClassVar[type[EffectParams]] = BlushParams

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        return (
            Pigment(
                ((f"blush_{params.placement}", 1.0),),
                params.opacity,
                params.color,
                sheer=0.97,
                stain=0.6,
                depth=0.84,
            ),
        )


class BronzerParams(MakeupParams):
    """Parameters of `bronzer`.

    Attributes:
        color: Colour of the powder.
    """

    color: Color = (0.66, 0.42, 0.27)
    opacity: Share = 0.5


class Bronzer(Makeup[BronzerParams]):
    """Warmth where the sun reaches: temples, cheekbones, jaw, nose."""

    Params: ClassVar[type[EffectParams]] = BronzerParams

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        return (
            Pigment((("bronzer", 1.0),), params.opacity, params.color, sheer=0.95, stain=0.7, depth=0.68),
        )


class ContourParams(MakeupParams):
    """Parameters of `contour`.

    Attributes:
        color: Colour of the shade.
        cheeks, jaw, nose: Strength of the shade in each place.
        highlight: Strength of the highlight on cheekbones, nose and cupid's bow.
        highlight_color: Colour of the highlight.
    """

    color: Color = (0.45, 0.32, 0.26)
    opacity: Share = 0.5
    cheeks: Share = 0.8
    jaw: Share = 0.6
    nose: Share = 0.4
    highlight: Share = 0.5
    highlight_color: Color = (1.0, 0.93, 0.84)


class Contour(Makeup[ContourParams]):
    """Shades and highlights that sculpt the face."""

    Params: ClassVar[type[EffectParams]] = ContourParams

    def _pigments(self) -> tuple[Pigment, ...]:
        params = self.params
        strengths = (
            ("contour_cheeks", params.cheeks),
            ("contour_jaw", params.jaw),
            ("contour_nose", params.nose),
        )
        shade = Pigment(strengths, params.opacity, params.color, sheer=0.95, stain=0.8, depth=0.55)
        light = Pigment(
            (("highlight", 1.0),),
            params.opacity * params.highlight,
            params.highlight_color,
            sheer=0.95,
            depth=1.25,
            glow=0.2,
            shimmer=0.15,
        )
        return (shade, light)


def _paint_file(value: Path) -> Path:
    if problem := find_problem(value):
        raise ValueError(problem)
    return value


class FacePaintParams(MakeupParams):
    """Parameters of `face-paint`.

    Attributes:
        image: A square RGBA PNG in the layout of `arpipe effects template`.
        texture: Share of the skin's shading that the paint takes on.
    """

    image: Annotated[PackFile, AfterValidator(_paint_file)]
    opacity: Share = 0.85
    texture: Share = 0.9


class FacePaint(Makeup[FacePaintParams]):
    """A picture on the face."""

    Params: ClassVar[type[EffectParams]] = FacePaintParams
    step = Step.PAINT

    def _painter(self) -> Painter:
        params = self.params
        return PaintPainter(load_topology("face"), params.image, params.opacity, params.texture)
