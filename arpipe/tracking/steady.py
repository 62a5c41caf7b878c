"""Keeps the crop of a resting subject in place."""

import math

import numpy as np

from arpipe.types import Roi


def settle(last: Roi, wanted: Roi, rest: float) -> Roi:
    """Return the square to crop next: nearly the last one while the wanted one differs from it only by noise.

    A crop that follows every tremor of the landmarks gives the network another input in each frame, which feeds the
    tremor: landmarks of a still face then oscillate. The step towards the wanted square is therefore scaled by
    `difference / rest`, at most 1.

    Args:
        last: Square in which the landmarks were found.
        wanted: Square around them.
        rest: Shift (in sides), change of size (logarithm) or rotation (rad) from which the wanted square is taken as it
            is; 0 always takes it.
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
