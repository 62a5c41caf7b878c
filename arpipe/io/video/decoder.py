"""Decoded frames of the first video stream of a file, whatever its bytes are."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from threading import Lock

import av
import av.error
from av.stream import Disposition

from arpipe.errors import ArpipeError, MediaError
from arpipe.io.guard import guarded, reason_of
from arpipe.io.limits import Patience, limits
from arpipe.io.object_store import text_of
from arpipe.io.video.container import ADVICE, open_input
from arpipe.io.video.hardware import Hardware, describe_decoder
from arpipe.io.video.packets import VideoPacket, decode_packet

MAX_DEMUX_ERRORS = 64  # in a row: a file that is cut off can repeat the same error for ever

# Seconds further back to look for a key frame: indexes count in the order of decoding, and formats without one are
# searched for any packet, so that the first key frame behind it may be too late.
_FURTHER_BACK_S = (0, 1, 4, 16, 64)


class Decoder:
    """Frames of the first video stream.

    Args:
        path: The file, or an address in an object store.
        threading: "AUTO" decodes several frames at once where the codec can, "SLICE" parts of one frame.
        threads: Number of threads; 0 for as many as the machine has cores.
        hardware: Hardware that decodes what it can; None for software.

    Attributes:
        container: The open file.
        stream: Its first video stream that is not a cover picture.
        damaged: Times of the packets that could not be decoded so far, and of the frames that the decoder had to patch
            up, in ticks; None if unknown.

    Raises:
        MediaError: There is no video in the file that can be decoded.
    """

    def __init__(self, path: Path, threading: str, threads: int, hardware: Hardware | None = None) -> None:
        self._path, self._name, self._hardware = path, text_of(path), hardware
        self._lock, self._closed = Lock(), False
        self._sought: tuple[VideoPacket, ...] = ()
        self.damaged: list[int | None] = []
        self.container = self._open_container()
        try:
            with guarded(MediaError, f"{self._name}: cannot be decoded", ADVICE):
                self.stream = self._video_stream()
                if self.stream.codec_context is None:
                    raise MediaError(
                        f"{self._name}: there is no decoder for its video; convert it to H.264 first"
                    )
                self.stream.thread_type = threading
                self.stream.codec_context.thread_count = threads
                # Refused by FFmpeg before it takes memory for a frame.
                self.stream.codec_context.options = {"max_pixels": str(limits().frame_pixels)}
        except BaseException:
            self.container.close()
            raise

    def frames(self) -> Iterator[av.VideoFrame]:
        """Yield frames in order of presentation; what cannot be decoded is counted and left out.

        Raises:
            MediaError: There was no frame for too long.
            ValueError: The file is closed.
        """
        patience = Patience(self._name)
        for packet in self._packets():
            patience.check()
            try:
                with self.kept_open():
                    decoded = decode_packet(self.stream, packet)
            except EOFError:
                return
            self.damaged += [_time_of(packet)] * decoded.damaged
            for frame in decoded.frames:
                yield frame
                patience.restart()

    def seek(self, pts: int) -> int | None:
        """Let the next call of `frames` begin with the last key frame at or before a time.

        Args:
            pts: The time, in units of the stream's time base.

        Returns:
            The time of the key frame, or None if there is none or the file cannot be searched; `frames` then gives
            nothing of use.
        """
        for further_s in _FURTHER_BACK_S:
            packet = self._key_packet_near(pts - round(further_s / (self.stream.time_base or 1)))
            if packet is not None and packet.pts is not None and packet.pts <= pts:
                self._sought = (packet,)
                return packet.pts
        return None

    def left_out(self) -> list[str]:
        """Name the streams of the file that are not read, such as subtitles; audio and covers are not among them."""
        streams = self.container.streams
        further = sum(not _is_cover(stream) for stream in streams.video) - 1
        counts = {
            "further video track": further,
            "subtitle track": len(streams.subtitles),
            "data track": len(streams.data),
        }
        return [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count > 0]

    def describe_hardware(self) -> list[str]:
        """Say whether requested hardware decodes the stream; to be called after the first frame."""
        return [] if self._hardware is None else [describe_decoder(self._hardware, self.stream.codec_context)]

    def close(self) -> None:
        """Close the file; may be called twice, and from another thread than the one that takes frames."""
        with self._lock:
            self._closed = True
            self.container.close()

    @contextmanager
    def kept_open(self) -> Iterator[None]:
        """Keep the file open meanwhile: FFmpeg ends the process when it reads a file that was closed.

        Raises:
            ValueError: The file is closed.
        """
        with self._lock:
            if self._closed:
                raise ValueError(f"VideoFile {self._name} is closed")
            yield

    def _open_container(self) -> av.container.InputContainer:
        """Open the file for the hardware, or for software if the hardware is out of memory or sessions."""
        device = None if self._hardware is None else self._hardware.decoding_device()
        if self._hardware is None or device is None:
            return open_input(self._path)
        try:
            return open_input(self._path, device)
        except MediaError as error:
            container = open_input(self._path)  # raises the error again if the file is at fault
            reason = reason_of(error.__cause__ or error)
            self._hardware = replace(self._hardware, decoder_problem=reason)
            return container

    def _video_stream(self) -> av.VideoStream:
        streams = [stream for stream in self.container.streams.video if not _is_cover(stream)]
        if not streams:
            has_audio = bool(self.container.streams.audio)
            raise MediaError(
                f"{self._name}: there is no video in the file{', only audio' if has_audio else ''}"
            )
        return streams[0]

    def _key_packet_near(self, pts: int) -> "VideoPacket | None":
        """Search the file for a time, and return the first key frame from there on."""
        with self.kept_open():
            try:
                self.container.seek(pts, stream=self.stream, backward=True)
                return next(
                    (packet for packet in self.container.demux(self.stream) if packet.is_keyframe), None
                )
            except ArpipeError:  # of the store that the file is read from
                raise
            except (av.error.FFmpegError, IndexError, ValueError, OverflowError):
                return None

    def _packets(self) -> "Iterator[VideoPacket | None]":
        """Yield the packets of the stream, then what flushes the decoder; continue after damage to the container."""
        errors_in_a_row, packets = 0, chain(self._sought, self.container.demux(self.stream))
        while errors_in_a_row <= MAX_DEMUX_ERRORS:
            with self.kept_open():
                try:
                    packet = next(packets, None)
                except ArpipeError:  # of the store that the file is read from
                    raise
                # IndexError: streams that appear on the way.
                except (av.error.FFmpegError, IndexError, ValueError):
                    self.damaged.append(None)
                    errors_in_a_row += 1
                    packets = chain((), self.container.demux(self.stream))
                    continue
            if packet is None:
                return
            errors_in_a_row = 0
            yield packet
        yield None


def _time_of(packet: "VideoPacket | None") -> int | None:
    """Return when a packet is shown, or else decoded, in ticks."""
    if packet is None:
        return None
    return packet.dts if packet.pts is None else packet.pts


def _is_cover(stream: av.VideoStream) -> bool:
    return bool(stream.disposition & Disposition.attached_pic)
