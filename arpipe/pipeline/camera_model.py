"""Which camera took the frames: its intrinsics for a frame of any size."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from arpipe.geometry.camera import TYPICAL_EQUIVALENT_MM, CameraIntrinsics
from arpipe.io.calibration import load_intrinsics
from arpipe.types import Frame, TrackedFace

NEAREST_IN_PHOTO_M, NEAREST_IN_STREAM_M = 0.45, 0.35  # faces are seldom nearer to a camera
NEAR_FRAMES = 5  # in a row, with a face nearer than that, before a stream's lens is taken for a longer one
SLACK = 0.99  # of the nearest distance, so that a face there does not narrow the lens again and again
LONGEST_FOCAL_SHARE = 8.0  # of the shorter side, 7° wide: no narrower lens is assumed


class CameraConfig(BaseModel):
    """The camera that took the frames.

    Attributes:
        file: Intrinsics as written by `arpipe calibrate`, scaled to the size of each frame.
        fov_deg: Vertical field of view, degrees, used when there is no file. None uses what the source knows of its
            camera, such as the focal length of a photo, or else a typical lens (75° along the diagonal), and a longer
            one if a face would be nearer than 45 cm in a photo, or 35 cm in a stream.
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
        self.reset()

    def reset(self) -> None:
        """Forget what the faces of a stream have told about its lens."""
        self._zoom = 1.0
        self._near_frames = 0

    def intrinsics_for(self, frame: Frame) -> CameraIntrinsics:
        """Return the intrinsics of a frame, see `intrinsics_for_size`."""
        return self.intrinsics_for_size(frame.width, frame.height, frame.camera)

    def intrinsics_for_size(
        self, width: int, height: int, known: CameraIntrinsics | None = None
    ) -> CameraIntrinsics:
        """Return the intrinsics of a `width` x `height` px image.

        The calibration file comes first, then the configured field of view, then what is already known, then a typical
        lens.

        Args:
            width: Image width, px.
            height: Image height, px.
            known: Intrinsics reported by the source, for an image of this size.
        """
        if self._calibrated is not None:
            return replace(self._calibrated.resized(width, height), origin="calibrated")
        if self._config.fov_deg is not None:
            camera = CameraIntrinsics.from_fov(width, height, self._config.fov_deg)
            return replace(camera, origin="configured")
        if known is not None:
            return known
        typical = typical_camera(width, height)
        return typical if self._zoom == 1.0 else _zoomed(typical, self._zoom)

    def learn_from(self, camera: CameraIntrinsics, faces: Iterable[TrackedFace]) -> None:
        """Take the lens of a stream for a longer one once faces are too near in several frames.

        Args:
            camera: Intrinsics of the frame.
            faces: Its faces, with poses.
        """
        zoom = _missing_zoom(camera, faces, NEAREST_IN_STREAM_M)
        self._near_frames = self._near_frames + 1 if zoom is not None else 0
        if zoom is not None and self._near_frames >= NEAR_FRAMES:
            self._zoom *= zoom
            self._near_frames = 0


def typical_camera(width: int, height: int) -> CameraIntrinsics:
    """Return the intrinsics of a typical lens for an image of `width` × `height` px."""
    return CameraIntrinsics.from_equivalent(width, height, TYPICAL_EQUIVALENT_MM, "assumed")


def longer_lens(camera: CameraIntrinsics, faces: Iterable[TrackedFace]) -> CameraIntrinsics | None:
    """Return the lens with which no face of a photo is nearer than usual.

    Args:
        camera: Intrinsics with which the poses were solved.
        faces: The faces of the photo.

    Returns:
        The intrinsics; None if all faces are far enough, or if the intrinsics are more than an assumption.
    """
    zoom = _missing_zoom(camera, faces, NEAREST_IN_PHOTO_M)
    return None if zoom is None else _zoomed(camera, zoom)


def _missing_zoom(camera: CameraIntrinsics, faces: Iterable[TrackedFace], nearest_m: float) -> float | None:
    """Return by how much the focal length must grow; None for not at all."""
    if camera.origin not in ("assumed", "distance"):
        return None
    depths_m = [float(face.pose.camera_from_head.translation_m[2]) for face in faces if face.pose is not None]
    if not depths_m or min(depths_m) >= SLACK * nearest_m:
        return None
    longest = LONGEST_FOCAL_SHARE * min(camera.width, camera.height) / camera.fx
    zoom = min(nearest_m / min(depths_m), longest)
    return zoom if zoom > 1.0 else None


def _zoomed(camera: CameraIntrinsics, zoom: float) -> CameraIntrinsics:
    return replace(camera, fx=camera.fx * zoom, fy=camera.fy * zoom, origin="distance")
