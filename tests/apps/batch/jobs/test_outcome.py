"""What is counted of the frames of an input."""

import numpy as np
import pytest

from arpipe.apps.batch.jobs.outcome import Outcome, Tally, sum_outcomes
from arpipe.types import Frame, FrameResult, Picture


def picture(changed=None, alpha=None):
    """A picture of a frame, with one changed pixel, or with alpha."""
    frame = Frame.from_rgb(np.full((200, 40, 3), 90, np.uint8))
    pixels = frame.pixels
    if changed is not None:
        pixels = pixels.copy()
        pixels[changed] += 1
    return Picture(pixels, FrameResult(frame, ()), alpha)


@pytest.mark.parametrize(
    ("shown", "is_drawn"),
    [
        (picture(), False),
        (Picture(picture().pixels.copy(), picture().result), False),
        (picture((0, 0)), True),
        (picture((64, 39)), True),
        (picture((199, 39)), True),
        (picture(alpha=np.zeros((200, 40), np.uint8)), True),
        (None, False),
    ],
)
def test_pictures_that_differ_from_their_frames_are_counted(shown, is_drawn):
    tally = Tally()
    for _ in range(2):
        tally.add(picture().result, shown)
    assert (tally.frames, tally.frames_drawn) == (2, 2 * is_drawn)


@pytest.mark.parametrize(("counts", "total"), [((3, 0), 3), ((0, 0), 0), ((None, None), None)])
def test_pictures_of_pieces_are_added(counts, total):
    assert sum_outcomes([Outcome(5, 4, 0, 1.0, frames_drawn=count) for count in counts]).frames_drawn == total
