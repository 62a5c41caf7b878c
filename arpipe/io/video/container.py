"""Opens every media file with FFmpeg's demuxers, in the same way with every version of PyAV; options of its muxers."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.codec.hwaccel import HWAccel

from arpipe.errors import MediaError
from arpipe.io.guard import guarded
from arpipe.io.image.motion_jpeg import is_motion_jpeg, starts_like_jpeg
from arpipe.io.object_store import StoredBytes, address_of, text_of

ADVICE = "is it cut off, damaged or another kind of file?"

# Titles in a foreign encoding must not make a file unreadable. PyAV before 19 raises UnicodeDecodeError without
# this argument; 19 never does, and rejects it.
TOLERANT: dict[str, Any] = {"metadata_errors": "replace"} if int(av.__version__.split(".")[0]) < 19 else {}

LATEST_START_S = 2  # muxers start files at up to 1.4 s; a later start is a broadcaster's running clock
FINE_TIME_BASE = Fraction(1, 90000)  # for sources that have none: a multiple of all common rates

PLAYLISTS = frozenset(("concat", "dash", "hls", "imf", "sdp"))

# FFmpeg's flag of formats whose clock begins anywhere, such as MPEG-TS.
_CLOCK_WITHOUT_ORIGIN = 0x0200

# Playlists inside a file must open neither the network nor other files of the user.
_ONLY_THIS_FILE = {"protocol_whitelist": "file"}


def open_input(path: Path, hwaccel: HWAccel | None = None) -> av.container.InputContainer:
    """Open a media file; the caller closes it.

    Args:
        path: The file, or an address in an object store, of which only the parts are read that are needed.
        hwaccel: Hardware that decodes it, or None for software.

    Raises:
        MediaError: It is not a media file, or is damaged.
    """
    address = address_of(path)
    with guarded(MediaError, f"{text_of(path)}: is not a readable video", ADVICE):
        container: av.container.InputContainer = av.open(
            f"file:{path}" if address is None else StoredBytes(address),
            "r",
            format=_format_of(path) if address is None else None,
            container_options=_ONLY_THIS_FILE,
            hwaccel=hwaccel,
            **TOLERANT,
        )
        if container.format.name in PLAYLISTS:
            container.close()
            raise MediaError(f"{text_of(path)}: is a list of other files; give those, one by one")
        return container


def _format_of(path: Path) -> str | None:
    """Return the format of a stream of JPEG pictures, which FFmpeg would take for one picture; None for other files."""
    return "mjpeg" if starts_like_jpeg(path) and is_motion_jpeg(path) else None


def container_options(kind: str, time_base: Fraction, fragment_s: float = 0.0) -> dict[str, str]:
    """Return the options with which a video is written.

    Args:
        kind: FFmpeg's name of the container.
        time_base: Unit of the timestamps, s.
        fragment_s: Length of the fragments of an MP4, s; 0 for one without fragments.
    """
    if kind not in ("mp4", "mov"):
        return {}
    # MP4 needs a whole number of ticks per second. The movie timescale is the one in which a file that does not begin
    # at 0 states where it does.
    ticks = str(time_base.denominator if time_base.numerator == 1 else FINE_TIME_BASE.denominator)
    options = {"movflags": "+faststart", "video_track_timescale": ticks, "movie_timescale": ticks}
    if fragment_s > 0:
        options["movflags"] = "+empty_moov+default_base_moof"
        options["frag_duration"] = str(round(fragment_s * 1e6))
        options["flush_packets"] = "1"
    return options


def clock_of(container: av.container.InputContainer) -> tuple[Fraction, float]:
    """Return the time at which `captured_s` is 0, and the end of the file on that clock, s."""
    start_s = Fraction(container.start_time or 0, av.time_base)
    is_running = container.format.flags & _CLOCK_WITHOUT_ORIGIN and start_s > LATEST_START_S
    origin_s = start_s if is_running else Fraction(0)
    return origin_s, float(start_s - origin_s + Fraction(container.duration or 0, av.time_base))


def duration_of(
    stream: av.VideoStream, container: av.container.InputContainer, time_base: Fraction
) -> float | None:
    """Return the duration that the stream or the container states, s."""
    if stream.duration is not None:
        return float(stream.duration * time_base)
    return None if container.duration is None else container.duration / av.time_base
