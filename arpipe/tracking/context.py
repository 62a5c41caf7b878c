"""What every tracker receives of a frame."""

from dataclasses import dataclass
from typing import Literal

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.timing import StageTimer
from arpipe.types import Frame, OcclusionMatte, TrackedFace, TrackedHand

PoseEffort = Literal["photo", "export", "live", "none"]
"""How many further views of a face decide its pose, most first."""


@dataclass(frozen=True, slots=True, eq=False)
class FrameContext:
    """One frame, how it is to be processed, and what is known of it so far.

    Attributes:
        frame: The next frame of one source.
        timer: Records the stages.
        camera: Intrinsics of the frame; None leaves poses unsolved.
        every: Run the networks on every n-th frame only, and predict in between.
        attention: Run the attention mesh where it is configured, else the plain one.
        pose_effort: How many further views of a face decide its pose.
        finds_bare_skin: Find where makeup may be drawn, not only what hides objects; see `OcclusionMatte.bare`.
        faces: Faces found in this frame by an earlier tracker.
        hands: Hands found in this frame by an earlier tracker; None if none looked for hands.
        occlusion: What an earlier tracker found before the faces of this frame.
    """

    frame: Frame
    timer: StageTimer
    camera: CameraIntrinsics | None = None
    every: int = 1
    attention: bool = True
    pose_effort: PoseEffort = "none"
    finds_bare_skin: bool = True
    faces: tuple[TrackedFace, ...] = ()
    hands: tuple[TrackedHand, ...] | None = None
    occlusion: tuple[OcclusionMatte, ...] = ()
