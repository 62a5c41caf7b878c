"""Which camera took the frames: its intrinsics for a frame of any size."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from arpipe.geometry.camera import DEFAULT_VERTICAL_FOV_DEG, CameraIntrinsics
from arpipe.io.calibration import load_intrinsics
from arpipe.types import Frame


class CameraConfig(BaseModel):
    """The camera that took the frames.

    Attributes:
        file: Intrinsics as written by `arpipe calibrate`, scaled to the size of each frame.
        fov_deg: Vertical field of view, degrees, used when there is no file. None uses what the source knows of its
            camera, or else 63°.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fov_deg: float | None = Field(default=None, gt=0, lt=180)
    file: Path | None = None


class CameraModel:
    """Gives the intrinsics of frames.

    Args:
        config: The camera; None for an unknown one.

    Raises:
        ConfigError: The intrinsics file is wrong or missing.
    """

    def __init__(self, config: CameraConfig | None = None) -> None:
        self._config = config or CameraConfig()
        file = self._config.file
        self._calibrated = None if file is None else load_intrinsics(file)

    def intrinsics_for(self, frame: Frame) -> CameraIntrinsics:
        """Return the intrinsics of a frame, see `intrinsics_for_size`."""
        return self.intrinsics_for_size(frame.width, frame.height, frame.camera)

    def intrinsics_for_size(
        self, width: int, height: int, known: CameraIntrinsics | None = None
    ) -> CameraIntrinsics:
        """Return the intrinsics of a `width` x `height` px image.

        The calibration file comes first, then the configured field of view, then what is already known, then a
        vertical field of view of 63°.

        Args:
            width: Image width, px.
            height: Image height, px.
            known: Intrinsics reported by the source, for an image of this size.
        """
        if self._calibrated is not None:
            return self._calibrated.resized(width, height)
        fov_deg = self._config.fov_deg
        if fov_deg is None and known is not None:
            return known
        return CameraIntrinsics.from_fov(width, height, fov_deg or DEFAULT_VERTICAL_FOV_DEG)
