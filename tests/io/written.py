"""What tests of video sinks write."""

from fractions import Fraction

from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.types import Frame, FrameResult
from tests.io.clips import picture

PLAIN = VideoTraits(Fraction(1, 90000), Fraction(30), ColorTags.for_size(96, 64))


def result(index, pixels=None, time_s=None):
    pixels = picture(index) if pixels is None else pixels
    return FrameResult(Frame(pixels, index / 30 if time_s is None else time_s, index))
