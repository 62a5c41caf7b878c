"""The model that visitors without a camera try effects on: the bundled sample."""

from functools import cache

from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg

SAMPLE = SampleConfig(width=960, height=720, frames=1, noise=0.0)
JPEG_QUALITY = 92


@cache
def model_picture() -> bytes:
    """Return the model's portrait as JPEG."""
    with SampleSource(SAMPLE) as source:
        return encode_jpeg(source.frame(0).pixels, JPEG_QUALITY)
