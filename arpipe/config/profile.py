"""Settings of `arpipe profile`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class ProfileConfig(BaseModel):
    """What is measured.

    Attributes:
        source: "sample", a file, or a camera.
        live: Measure the loop of `arpipe live`: the source plays at its own rate, stages overlap, late frames are
            dropped, and the governor adjusts the quality. Otherwise, frames are processed one after the other.
        width, height: Frame size of the sample, px.
        fps: Frame rate of the sample in live mode, Hz.
        faces: Number of faces in the sample.
        frames: Counted frames per run.
        warm_up: Frames before them that are not counted: first detection, shader compilation, CPU frequency.
        repeat: Number of runs; their medians show the variation.
        output: Also encode the pictures into this video, and measure that; None for no video.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "sample"
    live: bool = False
    width: int = Field(default=1280, ge=64, le=7680)
    height: int = Field(default=720, ge=64, le=4320)
    fps: float = Field(default=30.0, ge=1.0, le=240.0)
    faces: int = Field(default=1, ge=1, le=4)
    frames: int = Field(default=300, ge=2)
    warm_up: int = Field(default=20, ge=0)
    repeat: int = Field(default=1, ge=1, le=100)
    output: Path | None = None
