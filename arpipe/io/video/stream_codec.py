"""Encodes and decodes single pictures as H.264 and JPEG messages, without a file and without delay.

Input is untrusted: sizes are checked before pixels are allocated, and damage is a `MediaError`. Browsers display
untagged camera pictures as BT.601, whatever their size, so they are decoded as BT.601 here; encoded pictures are BT.601
and tagged. OpenCV converts BT.601 eight times as fast as the scaler, with a bias below 0.1 grey levels.
"""

from fractions import Fraction
from typing import Any

import av
import cv2
import numpy as np

from arpipe.errors import MediaError
from arpipe.io.guard import guarded
from arpipe.io.image.opening import ADVICE, open_picture
from arpipe.io.traits import FULL_RANGE, LIMITED_RANGE, SMPTE170M, UNSPECIFIED, ColorTags
from arpipe.io.video.color import ToRgb, tags_of
from arpipe.types import Pixels

H264_CLOCK = Fraction(1, 1000)
BT601 = (UNSPECIFIED, 5, SMPTE170M)  # H.273 matrices
CODED_SIZE_FACTOR = 2  # decoders count whole blocks and margins, which add most to small pictures
KEY_FRAME_INTERVAL = 60  # frames: a viewer who lost one waits for at most 2 s
LIMITED_KEY_FRAME_INTERVAL = 600  # frames, where bits are scarce: nothing is lost on a WebSocket
BUFFER_S = 0.4  # of a limited rate, which one picture may use up


class H264Decoder:
    """Decodes H.264 in Annex B format, one picture per message.

    Args:
        max_pixels: Larger pictures are refused before memory is allocated for them.
    """

    def __init__(self, max_pixels: int) -> None:
        self._context: Any = av.CodecContext.create("h264", "r")
        self._context.options = {"max_pixels": str(CODED_SIZE_FACTOR * max_pixels), "flags": "low_delay"}
        self._context.thread_count = 1  # more threads delay frames
        self._max_pixels = max_pixels
        self._to_rgb: ToRgb | None = None
        self._shape = (0, 0, ColorTags())

    def decode(self, data: bytes) -> Pixels:
        """Return (h, w, 3) uint8 RGB of one access unit.

        Raises:
            MediaError: The unit is damaged, too large, or does not hold exactly one picture.
        """
        with guarded(MediaError, f"H.264 of {len(data)} bytes cannot be decoded", "send a key frame"):
            frames = self._context.decode(av.Packet(data))
            if len(frames) != 1:
                raise MediaError(f"H.264 of {len(data)} bytes holds {len(frames)} pictures, expected 1")
            _require_size(frames[0].width, frames[0].height, self._max_pixels)
            return self._rgb(frames[0])

    def _rgb(self, frame: av.VideoFrame) -> Pixels:
        tags = tags_of(frame)
        is_even = frame.width % 2 == 0 and frame.height % 2 == 0
        if tags.matrix in BT601 and tags.range != FULL_RANGE and frame.format.name == "yuv420p" and is_even:
            rgb = cv2.cvtColor(frame.to_ndarray(), cv2.COLOR_YUV2RGB_I420)
            return np.ascontiguousarray(rgb, dtype=np.uint8)
        shape = (frame.width, frame.height, tags)
        if self._to_rgb is None or shape != self._shape:
            self._to_rgb, self._shape = ToRgb(tags, frame.width, frame.height), shape
        return self._to_rgb(frame)


class H264Encoder:
    """Encodes H.264 in Annex B format without delay: one message per picture.

    Args:
        width, height: Size of all pictures, px; even.
        crf: x264's quality, 0 best to 51.
        fps: Pictures per second that are expected.
        kbit: Limit of the bits per second, in thousands, key frames included; None for none.
    """

    def __init__(self, width: int, height: int, crf: int, fps: float = 30.0, kbit: int | None = None) -> None:
        self.size = (width, height)
        context: Any = av.CodecContext.create("libx264", "w")
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.time_base, context.framerate = H264_CLOCK, Fraction(fps).limit_denominator(1000)
        context.colorspace, context.color_range = SMPTE170M, LIMITED_RANGE
        context.color_primaries, context.color_trc = SMPTE170M, SMPTE170M
        context.gop_size = KEY_FRAME_INTERVAL if kbit is None else LIMITED_KEY_FRAME_INTERVAL
        context.thread_count = 1
        limit = "" if kbit is None else f":vbv-maxrate={kbit}:vbv-bufsize={round(kbit * BUFFER_S)}"
        context.options = {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "crf": str(crf),
            "x264-params": f"log-level=error:repeat-headers=1:annexb=1{limit}",
        }
        self._context = context
        self._count, self._period = 0, H264_CLOCK.denominator / fps

    def encode(self, pixels: Pixels) -> tuple[bytes, bool]:
        """Return one access unit, and whether decoding can start with it.

        Raises:
            ValueError: The picture does not have the encoder's size.
        """
        if (pixels.shape[1], pixels.shape[0]) != self.size:
            raise ValueError(f"H264Encoder: expected {self.size}, got {pixels.shape[1::-1]}")
        planes = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2YUV_I420), dtype=np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        frame.colorspace, frame.color_range = SMPTE170M, LIMITED_RANGE
        frame.pts, frame.time_base = int(self._count * self._period), H264_CLOCK
        self._count += 1
        packets = self._context.encode(frame)
        return b"".join(bytes(packet) for packet in packets), any(packet.is_keyframe for packet in packets)


def shrink(pixels: Pixels, longest: int) -> Pixels:
    """Return a picture whose sides are even and at most `longest` px; a smaller one as it is."""
    height, width = pixels.shape[:2]
    factor = longest / max(height, width)
    if factor >= 1.0:
        return pixels
    size = (max(2, 2 * round(width * factor / 2)), max(2, 2 * round(height * factor / 2)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def decode_jpeg(data: bytes, max_pixels: int) -> Pixels:
    """Return (h, w, 3) uint8 RGB of a JPEG file.

    Raises:
        MediaError: The data is not a JPEG, damaged, or too large.
    """
    what = f"JPEG of {len(data)} bytes"
    with open_picture(data, what, ("JPEG",)) as header:
        _require_size(header.width, header.height, max_pixels)
    with guarded(MediaError, f"{what} cannot be decoded", ADVICE):
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise MediaError(f"{what} cannot be decoded; {ADVICE}")
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def encode_jpeg(pixels: Pixels, quality: int) -> bytes:
    """Return a JPEG file of (h, w, 3) uint8 RGB; `quality` is 0 to 100."""
    swapped = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", swapped, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()


def _require_size(width: int, height: int, max_pixels: int) -> None:
    if width * height > max_pixels:
        raise MediaError(f"the picture has {width}x{height} px, more than the {max_pixels} that are allowed")
