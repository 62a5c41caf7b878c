"""Keeps the crop of a resting face where it is."""

import math

import numpy as np

from arpipe.types import Roi


def settle(last: Roi, wanted: Roi, rest: float) -> Roi:
    """The square to look into next: nearly the last one while the wanted one differs from it by noise.

    A crop that follows every tremor of the landmarks gives the network another picture in each frame, and so feeds
    the tremor: landmarks of a still face then swing to and fro. The step towards the wanted square is its share
    `difference / rest`, at most all of it.

    Args:
        last: Where the landmarks were found.
        wanted: The square around them.
        rest: Shift (in sides), stretch (logarithm) or turn (rad) from which the wanted square is taken as it is;
            0 takes it always.
    """
    shift = wanted.center_px - last.center_px
    stretch = math.log(wanted.size_px / last.size_px)
    turn = math.remainder(wanted.angle_rad - last.angle_rad, 2.0 * math.pi)
    difference = max(float(np.hypot(*shift)) / last.size_px, abs(stretch), abs(turn))
    if difference >= rest:
        return wanted
    share = difference / rest
    return Roi(
        last.center_px + share * shift,
        last.size_px * math.exp(share * stretch),
        last.angle_rad + share * turn,
    )
