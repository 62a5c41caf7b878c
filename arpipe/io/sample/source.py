"""A synthetic source: people who move their heads, with the ground truth of the pose.

NASA's public-domain portrait of the astronaut Eileen Collins as a relief, rendered in perspective along a known path:
she looks left and right, up and down, tilts her head, comes nearer and goes back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import ConfigError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import Array, RigidTransform
from arpipe.io.sample.path import LOOP_S, motion_at
from arpipe.io.sample.scene import Placed, SampleScene
from arpipe.io.source import Source, SourceInfo
from arpipe.types import Frame, Pixels, Points

PHASES_S = (0.0, 6.1, 3.1, 8.4)  # people side by side do not move in sync
CACHE_BYTES = 1 << 30  # of frames that are kept: a whole loop at 1280×720 is 0.83 GB
NOISE_SHIFTS = 1 << 16


class SampleConfig(BaseModel):
    """Content of the sample.

    Attributes:
        width, height: Size of the frames, px.
        fps: Frame rate, Hz.
        frames: Number of frames; None repeats the loop for ever.
        faces: Number of people, side by side.
        noise: Standard deviation of the sensor noise, levels of 255.
        seed: Seed of the noise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    width: int = Field(default=1280, ge=64, le=7680)
    height: int = Field(default=720, ge=64, le=4320)
    fps: float = Field(default=30.0, ge=1.0, le=240.0)
    frames: int | None = Field(default=300, ge=1)
    faces: int = Field(default=1, ge=1, le=4)
    noise: float = Field(default=1.5, ge=0.0, le=20.0)
    seed: int = Field(default=0, ge=0)


@dataclass(frozen=True, slots=True, eq=False)
class SampleTruth:
    """Ground truth of one face in one frame.

    Attributes:
        camera: Camera of the scene.
        camera_from_head: Pose of the head.
        landmarks_px: (478, 2) landmarks as drawn, hidden ones included, px.
        metric_mesh_m: (478, 3) the same points in the `head` frame, with the eyelids of this frame.
    """

    camera: CameraIntrinsics
    camera_from_head: RigidTransform
    landmarks_px: Array
    metric_mesh_m: Array


class SampleSource(Source):
    """The synthetic source; the same configuration gives the same pixels.

    Args:
        config: Content of the sample.
        cache: Draw all frames of the loop now and keep them (at most `CACHE_BYTES`), so that reading them costs
            nothing in measurements.
    """

    def __init__(self, config: SampleConfig | None = None, *, cache: bool = False) -> None:
        self.config = config or SampleConfig()
        self._loop_frames = max(1, round(LOOP_S * self.config.fps))
        self._scene = SampleScene(self.config.width, self.config.height, self.config.faces)
        self._noise = _SensorNoise(self.config)
        self._kept: dict[int, Pixels] = {}
        self._closed = False
        frames, fps = self.config.frames, self.config.fps
        self.info = SourceInfo(
            name="sample",
            width=self.config.width,
            height=self.config.height,
            fps=fps,
            frame_count=frames,
            duration_s=None if frames is None else frames / fps,
            camera=self.camera,
        )
        if cache:
            self._keep_frames()

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the source with its default configuration; it takes no target."""
        if target:
            raise ConfigError(f"sample:{target}: the sample takes no target; give 'sample' alone")
        return cls()

    @property
    def camera(self) -> CameraIntrinsics:
        """Camera of the scene."""
        return self._scene.camera

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames in order; `captured_s` is the index divided by the rate."""
        index = 0
        while self.config.frames is None or index < self.config.frames:
            yield self.frame(index)
            index += 1

    def frame(self, index: int) -> Frame:
        """Return any frame.

        Raises:
            ValueError: The source is closed, or has no such frame.
        """
        if self._closed:
            raise ValueError("sample is closed")
        self._require(index)
        place = index % self._loop_frames
        pixels = self._kept.get(place)
        if pixels is None:
            pixels = self._draw(place)
        return Frame(pixels, index / self.config.fps, index, self.camera)

    def truth(self, index: int, face: int = 0) -> SampleTruth:
        """Return the ground truth of a face, counted from the left, in a frame.

        Raises:
            ValueError: There is no such frame or face.
        """
        self._require(index)
        if not 0 <= face < self.config.faces:
            raise ValueError(f"sample has faces 0 to {self.config.faces - 1}, got {face}")
        placed = self._place(face, index % self._loop_frames)
        return SampleTruth(self.camera, placed.camera_from_head, placed.landmarks_px, placed.metric_mesh_m)

    def mask(self, index: int) -> Points:
        """Return the true person mask of a frame, (height, width) float32 in [0, 1].

        Raises:
            ValueError: There is no such frame.
        """
        self._require(index)
        place = index % self._loop_frames
        return self._scene.mask([self._place(face, place) for face in range(self.config.faces)])

    def close(self) -> None:
        """Release the frames."""
        self._closed = True
        self._kept.clear()

    def _require(self, index: int) -> None:
        if index < 0 or (self.config.frames is not None and index >= self.config.frames):
            raise ValueError(f"sample has frames 0 to {(self.config.frames or 0) - 1}, got {index}")

    def _place(self, face: int, place: int) -> Placed:
        time_s = place / self._loop_frames * LOOP_S
        return self._scene.place(face, motion_at(time_s + PHASES_S[face]))

    def _draw(self, place: int) -> Pixels:
        pixels = self._scene.draw([self._place(face, place) for face in range(self.config.faces)])
        return self._noise.add(pixels, place)

    def _keep_frames(self) -> None:
        wanted = min(self._loop_frames, self.config.frames or self._loop_frames)
        affordable = CACHE_BYTES // (self.config.width * self.config.height * 3)
        for place in range(min(wanted, affordable)):
            self._kept[place] = self._draw(place)


class _SensorNoise:
    """Gaussian noise; each frame gets a stretch of one long strip."""

    def __init__(self, config: SampleConfig) -> None:
        self._seed = config.seed
        self._brighter: Pixels | None = None
        if config.noise > 0.0:
            count = config.width * config.height * 3 + NOISE_SHIFTS
            strip = np.random.default_rng(config.seed).standard_normal(count, dtype=np.float32)
            strip = np.round(strip * config.noise)
            self._brighter = np.maximum(strip, 0.0).astype(np.uint8)
            self._darker = np.maximum(-strip, 0.0).astype(np.uint8)

    def add(self, pixels: Pixels, place: int) -> Pixels:
        """Add the noise of one position in the loop to (h, w, 3) pixels, in place."""
        if self._brighter is None:
            return pixels
        start = int(np.random.default_rng((self._seed, place)).integers(NOISE_SHIFTS))
        part = slice(start, start + pixels.size)
        cv2.add(pixels, self._brighter[part].reshape(pixels.shape), dst=pixels)
        cv2.subtract(pixels, self._darker[part].reshape(pixels.shape), dst=pixels)
        return pixels


def sample_portrait(width: int = 1280, height: int = 720) -> Frame:
    """Return a still of the person looking into the camera, for previews."""
    with SampleSource(SampleConfig(width=width, height=height, frames=1, noise=0.0)) as source:
        return source.frame(0)
