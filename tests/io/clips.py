"""Tiny clips with a known truth, made by PyAV alone."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation

from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sinks import open_sink
from arpipe.io.source import Source
from arpipe.io.sources import open_source
from arpipe.types import FrameResult

TIME_BASE = Fraction(1, 90000)
VARIABLE_PTS = tuple(3000 * index + 700 * (index % 3) for index in range(24))
PATCHES = np.array([[200, 60, 40], [30, 180, 90], [20, 40, 220], [128, 128, 128]], dtype=np.uint8)
_EXACT = (
    Interpolation.BICUBIC
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
)


def picture(index: int, width: int = 96, height: int = 64) -> np.ndarray:
    """Four flat patches (red and green above, blue and grey below) and a small white square that walks right."""
    quadrants = PATCHES.reshape(2, 2, 3)
    pixels = quadrants.repeat(height // 2, axis=0).repeat(width // 2, axis=1).copy()
    x = (2 * index) % (width - 8)
    pixels[:8, x : x + 8] = 255
    return pixels


def patch_colors(pixels: np.ndarray) -> np.ndarray:
    """(2, 2, 3) colour in the middle of each quadrant."""
    height, width = pixels.shape[:2]
    rows, columns = (height // 4, 3 * height // 4), (width // 4, 3 * width // 4)
    return np.array(
        [[np.median(pixels[y - 3 : y + 3, x - 3 : x + 3], axis=(0, 1)) for x in columns] for y in rows]
    )


def write_clip(
    path: Path,
    pts: Sequence[int] = VARIABLE_PTS,
    *,
    size: tuple[int, int] = (96, 64),
    codec: str = "libx264",
    matrix: int = 1,
    color_range: int = 1,
    tagged: bool = True,
    rotation: tuple[float, bool, bool] | None = None,
    audio: str | None = None,
    gop: int = 8,
    sample_aspect: Fraction = Fraction(1),
    metadata: Mapping[str, str] | None = None,
) -> Path:
    """Write a clip.

    Args:
        path: The suffix picks the container.
        pts: One frame each, in 1/90000 s.
        size: Width and height, px.
        codec: Encoder.
        matrix: 1 for BT.709, 5 for BT.601.
        color_range: 1 for limited, 2 for full.
        tagged: Whether the stream says matrix and range.
        rotation: Degrees counter-clockwise and flips for the display matrix.
        audio: Encoder of a sine that lasts as long, or None.
        gop: Distance of key frames.
        sample_aspect: Of a pixel.
        metadata: Title and the like.
    """
    with av.open(str(path), "w") as container:
        container.metadata.update(metadata or {})
        video = container.add_stream(codec, rate=30)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.codec_context.time_base = Fraction(1, 30) if codec == "mpeg4" else TIME_BASE
        video.codec_context.gop_size = gop
        video.codec_context.sample_aspect_ratio = sample_aspect
        if codec == "libx264":
            video.codec_context.options = {"crf": "6", "preset": "veryfast"}
        if tagged:
            context = video.codec_context
            context.colorspace = context.color_primaries = context.color_trc = {1: 1, 5: 6}[matrix]
            context.color_range = color_range
        if rotation is not None:
            video.set_display_rotation(*rotation)
        sound = None if audio is None else container.add_stream(audio, rate=48000)
        for index, time in enumerate(pts):
            frame = av.VideoFrame.from_ndarray(picture(index, *size), format="rgb24").reformat(
                format="yuv420p",
                dst_colorspace=matrix,
                src_color_range=2,
                dst_color_range=color_range,
                interpolation=_EXACT,
            )
            frame.pts, frame.time_base = time, TIME_BASE
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None:
            for frame in _sine(float((pts[-1] + 3000) * TIME_BASE), sound):
                container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path


def write_sound(path: Path, seconds: float = 0.5) -> Path:
    """A file with a sine and no pictures."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", rate=48000)
        for frame in _sine(seconds, sound):
            container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    return path


def frame_times(path: Path) -> list[Fraction]:
    """Exact presentation times of all frames, s."""
    with av.open(str(path)) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def audio_packets(path: Path) -> list[tuple[Fraction, bytes]]:
    """Time and content of every sound packet."""
    with av.open(str(path)) as container:
        return [
            (packet.pts * packet.time_base, bytes(packet))
            for packet in container.demux(audio=0)
            if packet.size
        ]


def damage(path: Path, start: float, stop: float) -> Path:
    """Replace bytes between two fractions of a file's length by noise."""
    content = bytearray(path.read_bytes())
    first, last = int(len(content) * start), int(len(content) * stop)
    noise = np.random.default_rng(1).integers(0, 256, last - first, dtype=np.uint8)
    content[first:last] = noise.tobytes()
    path.write_bytes(content)
    return path


def damage_frames(path: Path, from_s: float, until_s: float) -> Path:
    """Replace the frames of H.264 between two times by zeros, except for the bytes that say which of them are keys."""
    with av.open(str(path)) as container:
        places = [
            (packet.pos, packet.size)
            for packet in container.demux(video=0)
            if packet.size and from_s <= packet.pts * packet.time_base < until_s
        ]
    content = bytearray(path.read_bytes())
    for place, size in places:
        content[place + 5 : place + size] = bytes(size - 5)
    path.write_bytes(content)
    return path


def _sine(seconds: float, sound: av.AudioStream) -> list[av.AudioFrame]:
    rate, block = 48000, 1024
    wave = np.sin(np.arange(int(seconds * rate)) * (2 * np.pi * 440 / rate))
    frames = []
    for start in range(0, len(wave) - block + 1, block):
        samples = (wave[start : start + block] * 20000).astype(np.int16)[None]
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, start, Fraction(1, rate)
        frames.append(frame)
    return frames


def frames_of(source: Source) -> list[np.ndarray]:
    return [frame.pixels for frame in source]


def copy_video(path: Path, target: Path, codec: str = "h264") -> tuple[Source, object]:
    """Copy a file as a batch does."""
    with open_source(path) as source, open_sink(target, source.info, VideoSinkConfig(codec=codec)) as sink:
        for frame in source:
            sink.write(frame.pixels, FrameResult(frame))
        sink.end_s = source.end_s
    return source, sink
