"""Compresses the pictures that a page receives, for its decoder and for what its network carries."""

from arpipe.apps.web.protocol import Encoding, PictureKind, SetNetwork
from arpipe.config import WebConfig
from arpipe.io.video.stream_codec import H264Encoder, encode_jpeg, shrink
from arpipe.types import Pixels

LIMITED_JPEG_QUALITY = 50  # about a third of the bytes of the default quality
UNLIMITED = SetNetwork(type="network")


class Compression:
    """Shrinks and compresses pictures, on one thread.

    Args:
        down: Encoding that the page decodes.
        config: Quality.

    Attributes:
        network: What the network of the page carries; may be replaced from any thread.
    """

    def __init__(self, down: Encoding, config: WebConfig) -> None:
        self.network = UNLIMITED
        self._down, self._config = down, config
        self._encoder: H264Encoder | None = None
        self._encoded_for: tuple[tuple[int, int], int | None] | None = None

    def fit(self, pixels: Pixels) -> Pixels:
        """Return a picture in the size in which it is sent."""
        longest = self.network.longest
        return pixels if longest is None else shrink(pixels, longest)

    def encode(self, pixels: Pixels) -> tuple[PictureKind, bytes]:
        """Return the kind and the bytes of a picture."""
        network = self.network
        if self._down == "jpeg":
            quality = self._config.jpeg_quality
            return PictureKind.JPEG, encode_jpeg(
                pixels, quality if network.kbit is None else min(quality, LIMITED_JPEG_QUALITY)
            )
        wanted = ((pixels.shape[1], pixels.shape[0]), network.kbit)
        if self._encoder is None or self._encoded_for != wanted:
            self._encoder = H264Encoder(*wanted[0], self._config.crf, network.fps, network.kbit)
            self._encoded_for = wanted
        data, is_key = self._encoder.encode(pixels)
        return (PictureKind.H264_KEY if is_key else PictureKind.H264_DELTA), data
