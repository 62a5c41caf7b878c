"""The styles, each a function that builds its pack from dimensions and texts in `styles.toml`."""

from collections.abc import Callable

from glasses.assembly import Assembly
from glasses.pack import Pack
from glasses.styles.aviator import aviator
from glasses.styles.browline import browline
from glasses.styles.cat_eye import cat_eye
from glasses.styles.oversized import oversized
from glasses.styles.panto import panto
from glasses.styles.rimless import rimless
from glasses.styles.round import round_wire
from glasses.styles.sport import sport
from glasses.styles.wayfarer import wayfarer

STYLES: dict[str, Callable[[Assembly], Pack]] = {
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
