"""Which codecs arpipe writes, into which files, and what `quality` means for each."""

from dataclasses import dataclass, field
from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.encoding import CodecName


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to compress.

    Attributes:
        encoder: FFmpeg's name of it.
        pixel_format: What it takes.
        dials: Options that set the quality.
        at_worst, at_best: Their value for quality 0 and 100.
        options: Further options.
        suffixes: Files that may hold it; the first is the one to choose.
        finest: Most parts of a second that it counts in.
        with_alpha: What it takes when pictures are transparent; "" if it cannot hold them.
        alpha_options: Options then, instead of those that set the quality where they are the same.
        tag: Four letters by which players of MP4 and MOV know it, or "" for the usual ones.
    """

    encoder: str
    pixel_format: str
    dials: tuple[str, ...]
    at_worst: int
    at_best: int
    suffixes: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    tag: str = ""
    finest: int = 2**31 - 1
    with_alpha: str = ""
    alpha_options: dict[str, str] = field(default_factory=dict)

    def encoder_options(self, quality: int, preset: str) -> dict[str, str]:
        """Options for a quality from 0 to 100; `preset` overrides the codec's own pace when it has one."""
        value = round(self.at_worst + (self.at_best - self.at_worst) * quality / 100.0)
        options = {**self.options, **dict.fromkeys(self.dials, str(value))}
        if "preset" in options and preset:
            options["preset"] = preset
        return options


_MOVIES = (".mp4", ".mov", ".mkv", ".m4v")

CODECS: dict[CodecName, Codec] = {
    "h264": Codec("libx264", "yuv420p", ("crf",), 40, 12, (*_MOVIES, ".avi"), {"preset": "veryfast"}),
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
        with_alpha="yuva420p",
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
        finest=60000,
    ),
    "prores": Codec(
        "prores_ks",
        "yuv422p10le",
        ("profile",),
        0,
        3,
        (".mov", ".mkv"),
        {"vendor": "apl0"},
        with_alpha="yuva444p10le",
        alpha_options={"profile": "4"},
    ),
}

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
    """The container that a file name asks for.

    Raises:
        OutputError: arpipe writes no such file, or it cannot hold the codec.
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
