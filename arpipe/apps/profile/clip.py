"""The source of a profile; the sample is drawn beforehand, so that drawing it costs nothing while one measures."""

from collections.abc import Iterator
from itertools import chain, count, cycle

from arpipe.config import ProfileConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.source import Source, SourceInfo
from arpipe.io.sources import open_source
from arpipe.types import Frame

MOST_BYTES = 1 << 29  # that a clip in memory takes
LOOP_FRAMES = 300  # after which the sample begins again


def open_measured(config: ProfileConfig, frames: int) -> Source:
    """The source that a configuration names, to be read `frames` times at most."""
    if config.source != "sample":
        return open_source(config.source)
    sample = SampleConfig(width=config.width, height=config.height, frames=frames, faces=config.faces)
    return SampleSource(sample, cache=True)


def sample_clip(config: ProfileConfig, frames: int) -> "SwingingClip":
    """The sample, to be played for about `frames` frames at the configured rate; it has no end."""
    affordable = max(2, MOST_BYTES // (3 * config.width * config.height))
    with open_measured(config, min(frames, affordable, LOOP_FRAMES)) as source:
        return SwingingClip(list(source), config.fps)


class SwingingClip(Source):
    """Frames in memory, played to and fro without end, so that nothing jumps.

    Args:
        frames: At least two.
        fps: Rate, Hz; one that is not the frames' own makes the person move faster or slower.
    """

    def __init__(self, frames: list[Frame], fps: float) -> None:
        self._frames = frames
        first = frames[0]
        self.info = SourceInfo("sample", first.width, first.height, fps, None, camera=first.camera)

    def __iter__(self) -> Iterator[Frame]:
        order = chain(self._frames, self._frames[-2:0:-1])
        for index, frame in zip(count(), cycle(order), strict=False):
            if not self._frames:
                raise ValueError("sample is closed")
            yield Frame(frame.pixels, index / self.info.fps, index, frame.camera)

    def close(self) -> None:
        """Forget the frames."""
        self._frames = []
