"""Settings of the head pose."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class HeadPoseConfig(BaseModel):
    """Settings of the pose solver.

    Attributes:
        max_error: A fit whose RMS error exceeds this share of the face's long side is rejected.
        min_presence: Presence score that a pose needs: below it, as beyond a profile, landmarks are
            arbitrary. A head that has lost its pose needs `PRESENCE_MARGIN` more to regain it.
        views: Further views of a face by mesh v2 decide the rotation where the mesh is "auto" or "v2". "auto" takes
            four of a photo and, with mesh "auto", one in some frames of a stream; "export" takes two, more
            often and before the pose of their frame, as `arpipe batch` does where it exports; "off" takes none.
        iris_scale: Measure the person's size from the irises; without it every head has the canonical size.
        min_iris_px: Irises smaller than this are not measured, px.
        max_iris_yaw_deg: Irises of a head turned further are not measured, degrees.
        min_eye_opening: Height over width below which an eye counts as closed and its iris is not measured.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_error: float = Field(default=0.08, gt=0)
    min_presence: float = Field(default=0.65, ge=0, le=1)
    views: Literal["auto", "export", "off"] = "auto"
    iris_scale: bool = True
    min_iris_px: float = Field(default=5.0, gt=0)
    max_iris_yaw_deg: float = Field(default=15.0, gt=0, le=90)
    min_eye_opening: float = Field(default=0.2, ge=0)
