"""Video hardware, found by trying it: what FFmpeg was compiled for says nothing about the machine that it runs on."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import get_args

import av
import av.error
from av.codec.hwaccel import HWAccel

from arpipe.errors import ConfigError
from arpipe.io.encoding import CodecName, DeviceName, HardwareName
from arpipe.io.guard import reason_of
from arpipe.io.video.codecs import CODECS, HARDWARE_H264, Codec

PROBE_SIZE = (256, 256)  # px; encoders refuse pictures of less than about 145 px


@dataclass(frozen=True, slots=True)
class Hardware:
    """What a kind of video hardware can do on this machine.

    Attributes:
        name: FFmpeg's name of the kind.
        decoder_problem: Reason why it does not decode; empty if it does.
        encoder_problem: Reason why it does not encode H.264; empty if it does.
    """

    name: DeviceName
    decoder_problem: str
    encoder_problem: str

    @property
    def is_usable(self) -> bool:
        """Whether it decodes or encodes."""
        return not (self.decoder_problem and self.encoder_problem)

    def decoding_device(self) -> HWAccel | None:
        """Return what FFmpeg decodes with, and leaves to software what it does not take; None if it does not decode."""
        return None if self.decoder_problem else HWAccel(self.name, allow_software_fallback=True)

    def __str__(self) -> str:
        decodes = f"does not decode ({self.decoder_problem})" if self.decoder_problem else "decodes"
        encodes = (
            f"does not encode H.264 ({self.encoder_problem})" if self.encoder_problem else "encodes H.264"
        )
        return f"{self.name} {decodes}, {encodes}"


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """The encoder of a video, and a sentence that names it if hardware was requested."""

    codec: Codec
    notes: tuple[str, ...] = ()


def find_hardware(wanted: HardwareName) -> Hardware | None:
    """Return the requested hardware; None for "none", and for "auto" on a machine without any.

    Raises:
        ConfigError: The hardware that was named does not work on this machine.
    """
    if wanted == "none":
        return None
    if wanted == "auto":
        return next(filter(lambda found: found.is_usable, map(probe, get_args(DeviceName))), None)
    found = probe(wanted)
    if not found.is_usable:
        raise ConfigError(f"video.hwaccel: {found}; give auto or none, or check its driver")
    return found


def describe_hardware(found: Hardware | None) -> str:
    """Return a sentence on what `find_hardware` found."""
    return f"hardware: {found or 'none found'}"


@cache
def probe(name: DeviceName) -> Hardware:
    """Try out a kind of hardware; each is tried once per process."""
    return Hardware(name, _decoder_problem(name), _encoder_problem(name, *PROBE_SIZE))


def choose_encoder(codec: CodecName, wanted: HardwareName, width: int, height: int) -> EncoderChoice:
    """Choose the encoder for a video of a size, px: that of the hardware if it accepts the size.

    Raises:
        ConfigError: The hardware that was named does not work on this machine.
    """
    hardware = find_hardware(wanted)
    if hardware is None:
        return EncoderChoice(CODECS[codec])
    name = hardware.name
    if codec == "h264":
        problem = hardware.encoder_problem or _encoder_problem(name, width, height)
    else:
        problem = f"arpipe encodes only h264 with hardware, not {codec}"
    if problem:
        return EncoderChoice(CODECS[codec], (f"encoded in software instead of with {name} ({problem})",))
    return EncoderChoice(HARDWARE_H264[name], (f"encoded with {HARDWARE_H264[name].encoder}",))


def describe_decoder(hardware: Hardware, context: av.VideoCodecContext) -> str:
    """Return a sentence on what decoded the first frame; FFmpeg falls back to software without saying so."""
    if context.is_hwaccel and context.pix_fmt in _hardware_formats(context.codec, hardware.name):
        return f"decoded with {hardware.name}"
    problem = hardware.decoder_problem or f"it does not take this {context.codec.canonical_name} stream"
    return f"decoded in software instead of with {hardware.name} ({problem})"


def _hardware_formats(codec: av.Codec, name: DeviceName) -> set[str]:
    """Return the formats of pictures in the memory of some hardware that a codec was built for."""
    return {
        config.format.name
        for config in codec.hardware_configs
        if config.format is not None and config.device_type.name == name
    }


def _decoder_problem(name: DeviceName) -> str:
    codec = av.Codec("h264", "r")
    if not _hardware_formats(codec, name):
        return f"this build of PyAV has no decoder for {name}"
    try:
        HWAccel(name).create(codec)
    except (av.error.FFmpegError, OSError) as error:
        return reason_of(error)
    return ""


def _encoder_problem(name: DeviceName, width: int, height: int) -> str:
    if name not in HARDWARE_H264:
        return f"arpipe has no encoder for {name}"
    codec = HARDWARE_H264[name]
    try:
        return "" if _encode_one(codec, width, height) else "it returned no picture"
    except av.codec.codec.UnknownCodecError:
        return f"this build of PyAV has no {codec.encoder}"
    except (av.error.FFmpegError, OSError, ValueError) as error:
        return reason_of(error)


def _encode_one(codec: Codec, width: int, height: int) -> bool:
    """Encode one picture; return whether anything came out."""
    context = av.CodecContext.create(codec.encoder, "w")
    if not isinstance(context, av.VideoCodecContext):
        return False
    width, height = width + width % 2, height + height % 2
    context.width, context.height, context.pix_fmt = width, height, codec.pixel_format
    context.framerate, context.time_base = Fraction(30), Fraction(1, 30)
    context.options = codec.encoder_options(quality=80, preset="")
    picture = av.VideoFrame(width, height, codec.pixel_format)
    return bool([*context.encode(picture), *context.encode(None)])
