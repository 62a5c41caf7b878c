"""The sample for live use: frames are kept as JPEG, so each is drawn only once."""

from collections.abc import Iterator

from arpipe.io.sample.path import LOOP_S
from arpipe.io.sample.source import SampleConfig, SampleSource
from arpipe.io.source import Source
from arpipe.io.video.stream_codec import decode_jpeg, encode_jpeg
from arpipe.types import Frame

QUALITY = 95  # 55 MB per loop at 1280×720 and 30 Hz


class SampleReplay(Source):
    """Draws the loop of the sample once and then repeats it.

    Drawing a frame at 1280×720 takes 23 ms of CPU time, decoding a kept one 4 ms; live use needs the difference.

    Args:
        config: Content of the sample.
    """

    def __init__(self, config: SampleConfig) -> None:
        self._config = config
        self._sample = SampleSource(config)
        self.info = self._sample.info
        self._period = max(1, round(LOOP_S * config.fps))
        self._kept: dict[int, bytes] = {}

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        while self._config.frames is None or index < self._config.frames:
            yield self._frame(index)
            index += 1

    def close(self) -> None:
        """Release the frames."""
        self._sample.close()
        self._kept.clear()

    def _frame(self, index: int) -> Frame:
        kept = self._kept.get(index % self._period)
        if kept is None:
            frame = self._sample.frame(index)
            self._kept[index % self._period] = encode_jpeg(frame.pixels, QUALITY)
            return frame
        pixels = decode_jpeg(kept, self._config.width * self._config.height)
        return Frame(pixels, index / self._config.fps, index, self._sample.camera)
