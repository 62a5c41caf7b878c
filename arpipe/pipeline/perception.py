"""What is in a frame: one plain function of the frame, with a memory for tracks."""

from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose import HeadPoseConfig, HeadPoseSolver
from arpipe.inference.session import SessionConfig
from arpipe.pipeline.meshes import MeshChoice
from arpipe.pipeline.prediction import Predictor
from arpipe.timing import FRAME_STAGE, StageTimer
from arpipe.tracking.mask import MaskTracker
from arpipe.tracking.tracker import FaceTracker, FaceTrackerConfig
from arpipe.types import Frame, FrameResult, TrackedFace


class PerceptionConfig(BaseModel):
    """What is looked for, and how.

    Attributes:
        face: The face tracker.
        head_pose: The pose solver.
        session: Where and how the networks run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    face: FaceTrackerConfig = FaceTrackerConfig()
    head_pose: HeadPoseConfig = HeadPoseConfig()
    session: SessionConfig = SessionConfig()


@dataclass(frozen=True, slots=True)
class PerceptionQuality:
    """What perception does without.

    Attributes:
        attention: Run the attention mesh where it is configured; else the plain one.
        every: Run the networks on every n-th frame; between, faces are predicted.
    """

    attention: bool = True
    every: int = 1


class Perception:
    """Tracks what is in a stream of frames.

    Args:
        config: What is looked for.

    Attributes:
        quality: Assign, from any thread, to change it from the next frame on.
        needs: What is looked for besides faces: "mask". Assign it likewise.
    """

    def __init__(self, config: PerceptionConfig | None = None) -> None:
        self.config = config or PerceptionConfig()
        self.quality = PerceptionQuality()
        self.needs: frozenset[str] = frozenset()
        self._mask = MaskTracker(self.config.session)
        self._mesh = MeshChoice(self.config.face.mesh, self.config.session)
        self._faces = FaceTracker(self.config.face, self.config.session, mesh=self._mesh)
        self._poses = HeadPoseSolver(self.config.head_pose)
        self._predictor = Predictor()
        self._since_seen = 0

    def __call__(self, frame: Frame, camera: CameraIntrinsics, timer: StageTimer) -> FrameResult:
        """Everything known of `frame`, the stages' durations included.

        Args:
            frame: The next frame of the stream.
            camera: Intrinsics of an image of the frame's size.
            timer: Begun anew for this frame here; its durations so far go into the result.
        """
        timer.begin_frame(frame.index)
        quality = self.quality
        self._since_seen += 1
        with timer.stage(FRAME_STAGE):
            if self._since_seen < quality.every:
                with timer.stage("predict"):
                    faces = self._predictor.predict(frame.captured_s)
            else:
                self._since_seen = 0
                self._mesh.kind = self.config.face.mesh if quality.attention else "plain"
                faces = self._look(frame, camera, timer)
            mask = self._mask.update(frame, timer) if "mask" in self.needs else None
        return FrameResult(frame=frame, faces=faces, mask=mask, timings_ms=timer.timings_ms)

    @property
    def provider(self) -> str:
        """Where the networks really run."""
        return self._faces.provider

    def reset(self) -> None:
        """Forget all tracks: the next frame begins another stream."""
        self._faces.reset()
        self._poses.reset()
        self._predictor.reset()
        self._mask.reset()
        self._since_seen = 0

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._faces.close()
        self._mask.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _look(self, frame: Frame, camera: CameraIntrinsics, timer: StageTimer) -> tuple[TrackedFace, ...]:
        faces = self._faces.update(frame, timer)
        with timer.stage("pose"):
            faces = tuple(self._with_pose(face, camera) for face in faces)
            self._poses.forget_except({face.track_id for face in faces})
        self._predictor.observe(faces, frame.captured_s)
        return faces

    def _with_pose(self, face: TrackedFace, camera: CameraIntrinsics) -> TrackedFace:
        return TrackedFace(
            track_id=face.track_id,
            landmarks=face.landmarks,
            pose=self._poses.solve(face.landmarks, camera, face.track_id),
            state=face.state,
            age_frames=face.age_frames,
        )
