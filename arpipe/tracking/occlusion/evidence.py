"""Skin and hair of one person, pixel by pixel, from colours that are learnt now and then."""

from dataclasses import dataclass

import numpy as np

from arpipe.tracking.occlusion.colors import MAX_OVERLAP, ColorModel, ColorTable, Indices, bin_colors
from arpipe.tracking.occlusion.crop import CroppedFace, Flags
from arpipe.tracking.occlusion.guided import GuidedFilter
from arpipe.tracking.occlusion.hues import CropColors, hue_distance, hues
from arpipe.tracking.occlusion.seeds import hair_places, hair_weights, skin_weights, usual_skin
from arpipe.tracking.occlusion.zones import Zones
from arpipe.types import Points

LEARN_EVERY = 8  # looks; colours change with the light
TURN_EVERY = 2  # looks between the turns of two people
PULL = 0.3  # weight of a new look at the colours in their running mean
FIRST_ROUNDS = 2  # of learning from what the last round took for skin, so that skin in the shade is included
OTHER_HUE = 22.0  # distance from the usual skin, without lightness, beyond which nothing is learnt as skin
FEATHER = 8.0  # over which that sets in
WINDOW = 1.0 / 40.0  # radius of the guided filter over the crop's side

HALF = np.s_[::2, ::2]  # of a smooth map

FEW_SEEDS, OVERLAPPING = "too little bare skin", "hair and skin have the same colours"


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the colours of a crop say.

    Attributes:
        skin: (s, s) float32 probability with the picture's edges.
        hair: (s/2, s/2) float32 probability, smoothed likewise; what is neither skin nor hair is something else.
        usual_skin: (3,) hue of the person's skin, see `arpipe.tracking.occlusion.hues`.
        filter: Gives further maps the picture's edges.
        note: Why hair is not told from skin; empty if it is.
    """

    skin: Points
    hair: Points
    usual_skin: Points
    filter: GuidedFilter
    note: str


class PersonColors:
    """The colours of one person of a stream.

    Args:
        turn: Of the person, from 0: people take turns, because learning takes several times as long as looking.
    """

    def __init__(self, turn: int = 0) -> None:
        self._model = ColorModel()
        self._table: ColorTable | None = None
        self._usual_skin: Points = np.zeros(3, np.float32)
        self._age = TURN_EVERY * turn

    def look(
        self, crop: CroppedFace, colors: CropColors, zones: Zones, hidden: Points | None = None
    ) -> Evidence:
        """Return what the colours of the next crop say; they are learnt from some crops.

        Args:
            crop: The face.
            colors: Its colours.
            zones: Its parts.
            hidden: (s/2, s/2) float32, 1 where no skin is learnt, because something is before it; None for nowhere.
        """
        bins = bin_colors(colors.lab)
        if self._table is None or self._age % LEARN_EVERY == 0:
            is_skin = (zones.skin[HALF] > 0.5) & crop.seen[HALF]
            if hidden is not None:
                is_skin &= hidden < 0.5
            self._learn(bins, crop, colors, zones, is_skin)
        self._age += 1
        guide = GuidedFilter(colors.luma, max(2, round(WINDOW * crop.side)))
        table = self._table
        if table is None or table.overlap > MAX_OVERLAP:
            all_skin, no_hair = np.ones_like(colors.luma), np.zeros_like(zones.hair.odds)
            note = FEW_SEEDS if table is None else OVERLAPPING
            return Evidence(all_skin, no_hair, self._usual_skin, guide, note)
        hair = _with_odds(table.hair[bins], zones.hair.odds) * crop.seen[HALF]
        return Evidence(guide.apply(table.skin[bins]), guide.apply_coarse(hair), self._usual_skin, guide, "")

    def _learn(
        self, bins: Indices, crop: CroppedFace, colors: CropColors, zones: Zones, is_skin: Flags
    ) -> None:
        """Learn the colours, first from seeds, then from what these take for skin and for hair."""
        hue = hues(colors.lab)
        half = crop.halved()
        self._usual_skin = usual_skin(hue, half.points)
        distance = hue_distance(hue, self._usual_skin)
        shaded = hue_distance(hue[1:], self._usual_skin[1:])  # skin in the shade has the same hue
        near = np.clip((OTHER_HUE - shaded) * np.float32(1.0 / FEATHER), 0.0, 1.0) * is_skin
        seeds = hair_weights(distance) * hair_places(half, zones.hair)
        skin, hair = skin_weights(distance) * is_skin, seeds
        for _ in range(FIRST_ROUNDS if self._table is None else 1):
            table = ColorModel().learn(bins.ravel(), skin.ravel(), hair.ravel(), 1.0)
            if table is None:
                return
            likely_hair = table.hair[bins]
            skin = (table.skin[bins] + likely_hair - _with_odds(likely_hair, zones.hair.odds)) * near
            hair = likely_hair * seeds
        self._table = self._model.learn(bins.ravel(), skin.ravel(), hair.ravel(), PULL)


def _with_odds(hair: Points, odds: Points) -> Points:
    """Return probabilities of hair, given that its odds in a place differ from those in the table."""
    return np.asarray(hair * odds / (1 - hair * (1 - odds)), np.float32)
