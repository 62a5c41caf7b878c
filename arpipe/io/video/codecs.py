"""Codecs that arpipe writes, the containers that hold them, and their quality scales."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.encoding import CodecName, DeviceName


@dataclass(frozen=True, slots=True)
class Codec:
    """A codec and the options of its encoder.

    Attributes:
        encoder: FFmpeg's name of the encoder.
        pixel_format: Its input format.
        quality_options: Options that set the quality.
        at_worst, at_best: Their values for quality 0 and 100.
        suffixes: Suffixes of files that may hold it, the preferred one first.
        options: Further options.
        tag: FourCC in MP4 and MOV, or "" for FFmpeg's choice.
        max_timescale: Largest number of ticks per second.
        alpha_format: Input format for transparent pictures; "" if it has no transparency.
        alpha_options: Options for transparent pictures; they override those that set the quality.
    """

    encoder: str
    pixel_format: str
    quality_options: tuple[str, ...]
    at_worst: int
    at_best: int
    suffixes: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    tag: str = ""
    max_timescale: int = 2**31 - 1
    alpha_format: str = ""
    alpha_options: dict[str, str] = field(default_factory=dict)

    def encoder_options(self, quality: int, preset: str) -> dict[str, str]:
        """Return options for a quality from 0 to 100; `preset` overrides the codec's own if it has one."""
        value = round(self.at_worst + (self.at_best - self.at_worst) * quality / 100.0)
        options = {**self.options, **dict.fromkeys(self.quality_options, str(value))}
        if "preset" in options and preset:
            options["preset"] = preset
        return options


QP_TO_LAMBDA = 118  # FFmpeg's FF_QP2LAMBDA, the unit of its option `global_quality`

_MOVIES = (".mp4", ".mov", ".mkv", ".m4v")

# With AVX-512, x264 reads memory that it has not set, so that equal pictures give other bytes now and then. This option
# makes it use the functions that give the same result on every processor; it takes no measurable time.
_REPRODUCIBLE = {"x264-params": "cpu-independent=1"}

CODECS: dict[CodecName, Codec] = {
    "h264": Codec(
        "libx264",
        "yuv420p",
        ("crf",),
        40,
        12,
        (*_MOVIES, ".avi"),
        {"preset": "veryfast", **_REPRODUCIBLE},
    ),
    "hevc": Codec(
        "libx265",
        "yuv420p",
        ("crf",),
        44,
        14,
        _MOVIES,
        {"preset": "fast", "x265-params": "log-level=error"},
        tag="hvc1",
    ),
    "vp9": Codec(
        "libvpx-vp9",
        "yuv420p",
        ("crf",),
        56,
        16,
        (".webm", ".mkv", ".mp4"),
        {"b": "0", "deadline": "good", "cpu-used": "5", "row-mt": "1"},
        alpha_format="yuva420p",
        alpha_options={"auto-alt-ref": "0"},
    ),
    "av1": Codec("libsvtav1", "yuv420p", ("crf",), 58, 18, (".mp4", ".mkv", ".webm"), {"preset": "9"}),
    "mpeg4": Codec(
        "mpeg4",
        "yuv420p",
        ("qmin", "qmax"),
        24,
        2,
        (*_MOVIES, ".avi"),
        max_timescale=60000,
    ),
    "prores": Codec(
        "prores_ks",
        "yuv422p10le",
        ("profile",),
        0,
        3,
        (".mov", ".mkv"),
        {"vendor": "apl0"},
        alpha_format="yuva444p10le",
        alpha_options={"profile": "4"},
    ),
}

HARDWARE_H264: dict[DeviceName, Codec] = {
    "cuda": replace(
        CODECS["h264"],
        encoder="h264_nvenc",
        quality_options=("cq",),
        options={"rc": "vbr", "b": "0"},  # constant quality, without a limit on the bit rate
    ),
    "videotoolbox": replace(
        CODECS["h264"],
        encoder="h264_videotoolbox",
        quality_options=("global_quality",),
        at_worst=20 * QP_TO_LAMBDA,  # its scale is 1 (worst) to 100
        at_best=85 * QP_TO_LAMBDA,
        options={"flags": "+qscale"},
    ),
    "qsv": replace(
        CODECS["h264"],
        encoder="h264_qsv",
        pixel_format="nv12",
        quality_options=("global_quality",),
        options={},
    ),
}
"""Kind of hardware → H.264 as it encodes it. VA-API is missing: its encoder takes no pictures from main memory."""

CONTAINERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
    ".avi": "avi",
}
"""Suffix → FFmpeg's name of the container."""


def container_for(path: Path, codec: CodecName) -> str:
    """Return the container for a file name.

    Raises:
        OutputError: arpipe does not write the container, or it cannot hold the codec.
    """
    suffix = path.suffix.lower()
    if suffix not in CONTAINERS:
        known = ", ".join(CONTAINERS)
        raise OutputError(f"{path}: arpipe writes no videos called '{suffix}'; choose one of {known}")
    if suffix not in CODECS[codec].suffixes:
        fitting = ", ".join(CODECS[codec].suffixes)
        raise OutputError(
            f"{path}: '{suffix}' does not hold {codec}; choose one of {fitting}, or another --codec"
        )
    return CONTAINERS[suffix]
