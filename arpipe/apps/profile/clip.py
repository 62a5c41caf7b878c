"""The source of a profile. The sample is rendered in advance, so that rendering it is not measured."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count, cycle

from arpipe.config import ProfileConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.source import Source, SourceInfo
from arpipe.io.sources import open_source
from arpipe.types import Frame

MAX_BYTES = 1 << 29  # size of a clip in memory
LOOP_FRAMES = 300  # length of the sample's loop


def open_measured(config: ProfileConfig, frames: int) -> Source:
    """Open the configured source, of which at most `frames` frames are read."""
    if config.source != "sample":
        return open_source(config.source)
    sample = SampleConfig(width=config.width, height=config.height, frames=frames, faces=config.faces)
    return SampleSource(sample, cache=True)


def sample_clip(config: ProfileConfig, frames: int) -> "SwingingClip":
    """Render the sample for about `frames` frames at the configured rate; it loops endlessly."""
    affordable = max(2, MAX_BYTES // (3 * config.width * config.height))
    with open_measured(config, min(frames, affordable, LOOP_FRAMES)) as source:
        return SwingingClip(list(source), config.fps)


class SwingingClip(Source):
    """Frames in memory, played forwards and backwards in turn, so that motion is continuous.

    Args:
        frames: At least two frames.
        fps: Frame rate, Hz; another rate than that of the frames changes the speed of motion.
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
            yield replace(frame, captured_s=index / self.info.fps, index=index)

    def close(self) -> None:
        """Release the frames."""
        self._frames = []
