"""The styles, each a function that builds its pack."""

from collections.abc import Callable

from eyewear.pack import Pack
from eyewear.styles.aviator import aviator
from eyewear.styles.browline import browline
from eyewear.styles.cat_eye import cat_eye
from eyewear.styles.oversized import oversized
from eyewear.styles.panto import panto
from eyewear.styles.rimless import rimless
from eyewear.styles.round import round_wire
from eyewear.styles.sport import sport
from eyewear.styles.wayfarer import wayfarer

STYLES: dict[str, Callable[[], Pack]] = {
    "aviator": aviator,
    "wayfarer": wayfarer,
    "round": round_wire,
    "cat-eye": cat_eye,
    "rimless": rimless,
    "sport": sport,
    "browline": browline,
    "oversized": oversized,
    "panto": panto,
}
