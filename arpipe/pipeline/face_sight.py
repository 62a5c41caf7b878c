"""Faces with poses: looked for by the networks, or predicted between two looks."""

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose import HeadPoseConfig, HeadPoseSolver
from arpipe.inference.session import SessionConfig
from arpipe.pipeline.meshes import MeshChoice
from arpipe.pipeline.prediction import Predictor
from arpipe.timing import StageTimer
from arpipe.tracking.tracker import FaceTracker, FaceTrackerConfig
from arpipe.types import Frame, TrackedFace


class FaceSight:
    """Sees the faces of a stream of frames.

    Args:
        face: How faces are followed.
        head_pose: How poses are solved.
        sessions: Where the networks run.
    """

    def __init__(self, face: FaceTrackerConfig, head_pose: HeadPoseConfig, sessions: SessionConfig) -> None:
        self._config = face
        self._mesh = MeshChoice(face.mesh, sessions)
        self._faces = FaceTracker(face, sessions, mesh=self._mesh)
        self._poses = HeadPoseSolver(head_pose)
        self._predictor = Predictor()

    @property
    def provider(self) -> str:
        """Where the networks really run."""
        return self._faces.provider

    def look(
        self, frame: Frame, camera: CameraIntrinsics, timer: StageTimer, *, attention: bool
    ) -> tuple[TrackedFace, ...]:
        """Faces of the next frame; without `attention`, the plain mesh is run whatever is configured."""
        self._mesh.kind = self._config.mesh if attention else "plain"
        faces = self._faces.update(frame, timer)
        with timer.stage("pose"):
            faces = tuple(self._with_pose(face, camera) for face in faces)
            self._poses.forget_except({face.track_id for face in faces})
        self._predictor.observe(faces, frame.captured_s)
        return faces

    def predict(self, frame: Frame) -> tuple[TrackedFace, ...]:
        """Where the faces probably are in a frame that no network looks at."""
        return self._predictor.predict(frame.captured_s)

    def reset(self) -> None:
        """Forget all tracks."""
        self._faces.reset()
        self._poses.reset()
        self._predictor.reset()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._faces.close()

    def _with_pose(self, face: TrackedFace, camera: CameraIntrinsics) -> TrackedFace:
        return TrackedFace(
            track_id=face.track_id,
            landmarks=face.landmarks,
            pose=self._poses.solve(face.landmarks, camera, face.track_id),
            state=face.state,
            age_frames=face.age_frames,
        )
