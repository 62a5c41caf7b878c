"""Decodes packets of video, whatever their bytes are, and says how long the last one lasts."""

from typing import NamedTuple

import av

from arpipe.io.limits import LONGEST_SIDE_PX


class DecodedPacket(NamedTuple):
    """What came out of a packet.

    Attributes:
        frames: Frames of an acceptable size, in the order of the decoder.
        damaged: How many of its pieces were left out, or patched up by the decoder.
    """

    frames: list[av.VideoFrame]
    damaged: int


def decode_packet(stream: av.VideoStream, packet: "av.Packet[av.VideoStream] | None") -> DecodedPacket:
    """Decode a packet of a stream; None flushes the decoder.

    Raises:
        EOFError: The decoder has been flushed.
    """
    try:
        frames = stream.decode(packet)
    except EOFError:
        raise
    except Exception:  # noqa: BLE001 - damaged packets make decoders raise nearly anything
        return DecodedPacket([], 1)
    fitting = [frame for frame in frames if max(frame.width, frame.height) <= LONGEST_SIDE_PX]
    patched = sum(bool(frame.is_corrupt) for frame in fitting)
    return DecodedPacket(fitting, len(frames) - len(fitting) + patched)


class Stamps(NamedTuple):
    """Times of a packet, in ticks; None if unknown."""

    pts: int | None
    dts: int | None


def closing_duration(first: Stamps, last_dts: int | None, end_pts: int) -> int:
    """Return the duration of the last packet of an MP4 with which the file ends at a time, all in ticks.

    An MP4 lasts as long as its packets in the order of decoding, whichever of them is shown last.
    """
    decoded = (last_dts or 0) - (first.dts or 0)
    return max(1, end_pts - (first.pts or 0) - decoded)
