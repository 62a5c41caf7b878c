"""Decodes packets of video, whatever their bytes are."""

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
