"""How pictures and videos are compressed."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

CodecName = Literal["h264", "hevc", "vp9", "av1", "mpeg4", "prores"]
DeviceName = Literal["cuda", "videotoolbox", "qsv", "vaapi"]
HardwareName = Literal["none", "auto", DeviceName]


class VideoSinkConfig(BaseModel):
    """Compression of a video; of a picture, only `quality` applies.

    Attributes:
        codec: A key of `arpipe.io.video.codecs.CODECS`.
        quality: 0 (small) to 100 (visually lossless).
        preset: The encoder's name of a speed ("ultrafast" … "slow"), or "" for arpipe's choice.
        threads: Number of threads; 0 leaves it to the encoder.
        hwaccel: Hardware that encodes H.264, and in a batch decodes videos, too: the name of a kind, "auto" for the
            first that works, or "none", whose outputs are equal on all machines.
        audio: Whether to copy the audio of the source.
        fragment_s: Greater than 0 for a recording: an MP4 is written in fragments of that many seconds, straight
            into its place, and stays readable up to the last fragment however the program ends. An existing file is
            refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    codec: CodecName = "h264"
    quality: int = Field(default=80, ge=0, le=100)
    preset: str = ""
    threads: int = Field(default=0, ge=0)
    hwaccel: HardwareName = "none"
    audio: bool = True
    fragment_s: float = Field(default=0.0, ge=0)


class ImageSinkConfig(BaseModel):
    """Compression of a picture.

    Attributes:
        quality: 0 (small) to 100; lossless formats ignore it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    quality: int = Field(default=80, ge=0, le=100)
