"""Decodes packets of video, whatever their bytes are, and says how long they last."""

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import av

from arpipe.io.limits import LONGEST_SIDE_PX

VideoPacket: TypeAlias = "av.Packet[av.VideoStream]"


class DecodedPacket(NamedTuple):
    """What came out of a packet.

    Attributes:
        frames: Frames of an acceptable size, in the order of the decoder.
        damaged: How many of its pieces were left out, or patched up by the decoder.
    """

    frames: list[av.VideoFrame]
    damaged: int


def decode_packet(stream: av.VideoStream, packet: "VideoPacket | None") -> DecodedPacket:
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


def with_durations(packets: Iterable[VideoPacket], end_pts: int | None) -> Iterator[VideoPacket]:
    """Yield packets of video with the time that their frames are shown, of which containers keep little.

    A frame is shown until the next one. That one is known once a packet is decoded later than it, since no frame is
    shown before it is decoded.

    Args:
        packets: In the order of decoding.
        end_pts: When the last frame ends, in ticks; None if unknown.
    """
    waiting: deque[VideoPacket] = deque()
    shown: list[int] = []  # times of all frames so far, rising
    for packet in packets:
        waiting.append(packet)
        if packet.pts is not None:
            insort(shown, packet.pts)
        while waiting and packet.dts is not None and _set_duration(waiting[0], shown, packet.dts):
            yield waiting.popleft()
    if end_pts is not None and shown:
        shown.append(max(end_pts, shown[-1] + 1))
    for packet in waiting:
        _set_duration(packet, shown, shown[-1] if shown else 0)
        yield packet


def _set_duration(packet: VideoPacket, shown: Sequence[int], until_pts: int) -> bool:
    """Set the duration of a packet if the next frame is among those that are shown until a time."""
    if packet.pts is None:
        return True
    following = bisect_right(shown, packet.pts)
    if following == len(shown) or shown[following] > until_pts:
        return False
    packet.duration = shown[following] - packet.pts
    return True


def closing_duration(first: Stamps, last_dts: int | None, end_pts: int) -> int:
    """Return the duration of the last packet of an MP4 with which the file ends at a time, all in ticks.

    An MP4 lasts as long as its packets in the order of decoding, whichever of them is shown last.
    """
    decoded = (last_dts or 0) - (first.dts or 0)
    return max(1, end_pts - (first.pts or 0) - decoded)
