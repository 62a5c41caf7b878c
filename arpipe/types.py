"""What flows through the pipeline: frozen, checked on construction, never compared by value."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import (
    Array,
    HeadAngles,
    RigidTransform,
    angles_from_rotation,
    require_shape,
)
from arpipe.topology import Topology

Pixels = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]
TrackState = Literal["new", "tracked", "coasting"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One upright picture.

    Attributes:
        pixels: (h, w, 3) uint8 **RGB**, C-contiguous. Shared, not copied: nobody writes into it.
        captured_s: Seconds on the source's own clock, rising: device time of a camera, presentation time in
            a file.
        index: Position in the source, from 0; gaps are dropped frames.
        camera: Intrinsics of this picture where the source knows them, else None.
    """

    pixels: Pixels
    captured_s: float
    index: int
    camera: CameraIntrinsics | None = None

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.dtype != np.uint8 or 0 in pixels.shape:
            raise ValueError(f"Frame.pixels: expected (h, w, 3) uint8, got {pixels.shape} {pixels.dtype}")
        if not pixels.flags.c_contiguous:
            raise ValueError("Frame.pixels: expected a C-contiguous array; use np.ascontiguousarray")

    @property
    def width(self) -> int:
        """Width, px."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height, px."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True, eq=False)
class Roi:
    """Rotated square in the image.

    Attributes:
        center_px: (2,) in the image.
        size_px: Side, px, > 0.
        angle_rad: Turn from image x to the crop's x, positive from x towards y.
    """

    center_px: Array
    size_px: float
    angle_rad: float

    def __post_init__(self) -> None:
        center = np.asarray(self.center_px, dtype=np.float64)
        require_shape("Roi.center_px", center, (2,))
        if not (self.size_px > 0 and np.isfinite(self.size_px) and np.isfinite(center).all()):
            raise ValueError(f"Roi: expected finite values and size_px > 0, got {center} {self.size_px}")
        object.__setattr__(self, "center_px", center)

    def image_from_crop(self, side: int) -> Affine2D:
        """Map of a crop of `side`² px to the image; the crop's (side/2, side/2) lands on the centre."""
        scale, half, (x, y) = self.size_px / side, side / 2.0, self.center_px.tolist()
        across, down = scale * math.cos(self.angle_rad), scale * math.sin(self.angle_rad)
        origin = (x - (across * half - down * half), y - (down * half + across * half))
        return Affine2D.from_similarity(scale, self.angle_rad, origin)


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """What a detector saw.

    Attributes:
        box_px: (4,) float64: x0, y0, x1, y1 in the image; may reach outside it.
        keypoints_px: (k, 2) float64.
        score: In [0, 1].
    """

    box_px: Array
    keypoints_px: Array
    score: float

    def __post_init__(self) -> None:
        require_shape("Detection.box_px", self.box_px, (4,))
        require_shape("Detection.keypoints_px", self.keypoints_px, (None, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Named points of one face, body or hand.

    Attributes:
        points_px: (n, 3) float32: x, y in image px, z in the same scale, negative towards the camera,
            relative to the subject's centre.
        score: Presence in [0, 1].
        topology: Names and regions; `topology.count == n`.
        visibility: (n,) float32 in [0, 1]: seen and not hidden; None where the network does not tell.
        presence: (n,) float32 in [0, 1]: within the picture, hidden or not; None likewise.
    """

    points_px: Points
    score: float
    topology: Topology
    visibility: Points | None = None
    presence: Points | None = None

    def __post_init__(self) -> None:
        expected = (self.topology.count, 3)
        if self.points_px.shape != expected or self.points_px.dtype != np.float32:
            raise ValueError(
                f"Landmarks.points_px: expected {expected} float32, "
                f"got {self.points_px.shape} {self.points_px.dtype}"
            )

    def __getitem__(self, name: str) -> Points:
        """(3,) point of a named landmark; KeyError names the nearest name."""
        point: Points = self.points_px[self.topology.index(name)]
        return point

    def region(self, name: str) -> Points:
        """(k, 3) points of a named region, in its order."""
        points: Points = self.points_px[self.topology.region(name)]
        return points

    @property
    def box_px(self) -> Array:
        """(4,) x0, y0, x1, y1 around all points."""
        rows = self.points_px.T.copy()  # NumPy is slow along a short last axis, and over what lies apart
        low, high = rows.min(axis=1), rows.max(axis=1)
        return np.array([low[0], low[1], high[0], high[1]], np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class HeadPose:
    """Where the head is, in metres.

    Attributes:
        camera_from_head: The pose.
        metric_mesh_m: (n, 3) float64 landmarks in the `head` frame, m, the person's own shape and expression.
        error_px: RMS distance of the rigid points from their projection, px.
        scale: The person's size over the canonical face's, > 0.
        pupillary_distance_mm: Between the pupils, mm; None when no iris has been measured.
    """

    camera_from_head: RigidTransform
    metric_mesh_m: Array
    error_px: float
    scale: float = 1.0
    pupillary_distance_mm: float | None = None

    @property
    def angles(self) -> HeadAngles:
        """Yaw, pitch and roll, degrees; signs in `arpipe.geometry`."""
        return angles_from_rotation(self.camera_from_head.rotation)

    @property
    def yaw_deg(self) -> float:
        """> 0: the nose turns to the viewer's right."""
        return self.angles.yaw_deg

    @property
    def pitch_deg(self) -> float:
        """> 0: the nose points up."""
        return self.angles.pitch_deg

    @property
    def roll_deg(self) -> float:
        """> 0: the head tilts clockwise as the viewer sees it."""
        return self.angles.roll_deg


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFace:
    """A face with an identity.

    Attributes:
        track_id: From 1, never reused in a run.
        landmarks: Smoothed.
        pose: None when no pose fits (an extreme view, a solve that failed).
        state: "coasting" while the face is missed and its last landmarks stand in.
        age_frames: Frames since the track began, 0 in its first.
    """

    track_id: int
    landmarks: Landmarks
    pose: HeadPose | None
    state: TrackState
    age_frames: int


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """Everything known of one frame.

    Attributes:
        frame: The picture as captured.
        faces: In order of `track_id`; empty when there is none.
        bodies, hands: Tracked bodies and hands; empty unless asked for.
        mask: (h', w') float32 person mask in [0, 1], at the network's or the frame's resolution, or None.
        timings_ms: Stage → duration, ms.
        dropped: Frames lost since the last result, by place ("source", "inference", "render", "encode").
        camera: Intrinsics of the frame with which poses were solved; None in a result that was made by hand.
    """

    frame: Frame
    faces: tuple[TrackedFace, ...] = ()
    bodies: tuple["TrackedBody", ...] = ()
    hands: tuple["TrackedHand", ...] = ()
    mask: Points | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    camera: CameraIntrinsics | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A frame with all effects on it.

    Attributes:
        pixels: (h, w, 3) uint8 RGB.
        result: What is known of the frame, the drawing's durations included.
        alpha: (h, w) uint8 opacity, colours not multiplied by it; None when all of the picture is opaque.
    """

    pixels: Pixels
    result: FrameResult
    alpha: Pixels | None = None

    @property
    def with_alpha(self) -> Pixels:
        """(h, w, 4) RGBA of a picture that is transparent somewhere, else (h, w, 3) RGB."""
        return self.pixels if self.alpha is None else np.dstack([self.pixels, self.alpha])


@dataclass(frozen=True, slots=True, eq=False)
class TrackedBody:
    """A person's body.

    Attributes:
        track_id: From 1, never reused in a run.
        landmarks: 33 points in image px with visibility, smoothed.
        world_m: (33, 3) float32, m, around the hip centre, x to the viewer's right, y down, z away from
            the camera.
        state, age_frames: As in `TrackedFace`.
    """

    track_id: int
    landmarks: Landmarks
    world_m: Points
    state: TrackState
    age_frames: int


@dataclass(frozen=True, slots=True, eq=False)
class TrackedHand:
    """One hand.

    Attributes:
        track_id: From 1, never reused in a run.
        landmarks: 21 points in image px, smoothed.
        world_m: (21, 3) float32, m, around the hand's centre.
        side: The person's own left or right hand.
        side_score: Trust in `side`, in [0.5, 1].
        state, age_frames: As in `TrackedFace`.
    """

    track_id: int
    landmarks: Landmarks
    world_m: Points
    side: Literal["left", "right"]
    side_score: float
    state: TrackState
    age_frames: int
