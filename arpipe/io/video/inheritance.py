"""What a video inherits from the source of its pictures."""

from dataclasses import replace
from fractions import Fraction

from arpipe.io.source import Source, SourceInfo
from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.io.video.container import FINE_TIME_BASE

FALLBACK_FPS = 25


def traits_of(source: Source) -> VideoTraits:
    """Return what a video of a source's frames inherits from it."""
    return traits_for(source.info)


def traits_for(info: SourceInfo) -> VideoTraits:
    """Return the traits of a video source, or usual ones for other sources."""
    if info.traits is not None:
        return info.traits
    rate = Fraction(info.fps or FALLBACK_FPS).limit_denominator(1001)
    return VideoTraits(FINE_TIME_BASE, rate, ColorTags.for_size(info.width, info.height))


def countable(traits: VideoTraits, finest: int) -> VideoTraits:
    """Return traits with a time base that the codec can represent; times are rounded to it."""
    if traits.time_base.denominator <= finest:
        return traits
    return replace(traits, time_base=Fraction(1, finest))
