"""Faces with poses: looked for by the networks, or predicted between two looks."""

import numpy as np

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.head_pose import HeadPoseConfig, HeadPoseSolver
from arpipe.inference.session import SessionConfig
from arpipe.models.face_mesh import next_roi
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
        self._mesh = MeshChoice(face.fullest_mesh, sessions)
        if face.mesh == "auto":
            self._mesh.load("plain")
        self._faces = FaceTracker(face, sessions, mesh=self._mesh)
        self._poses = HeadPoseSolver(head_pose)
        self._predictor = Predictor()
        self._since_look = 0

    @property
    def provider(self) -> str:
        """Where the networks really run."""
        return self._faces.provider

    def update(
        self,
        frame: Frame,
        camera: CameraIntrinsics,
        timer: StageTimer,
        *,
        attention: bool = True,
        every: int = 1,
    ) -> tuple[TrackedFace, ...]:
        """Faces of the next frame.

        Args:
            frame: The next frame of one source.
            camera: Intrinsics of an image of its size.
            timer: Gets the tracker's stages and pose, or predict.
            attention: Run the attention mesh where it is configured, else the plain one, which then still is told
                the heads' true size by the irises, now and then.
            every: Let the networks see every n-th frame only; between, faces go on moving as they did.
        """
        if self._config.follows and 0 < self._since_look < every:
            self._since_look += 1
            with timer.stage("predict"):
                return self._predictor.predict(frame.captured_s)
        self._since_look = 1
        self._mesh.kind = self._config.fullest_mesh if attention else "plain"
        faces = self._faces.update(frame, timer)
        with timer.stage("pose"):
            faces = tuple(self._with_pose(face, camera) for face in faces)
            self._poses.forget_except({face.track_id for face in faces})
        if self._mesh.kind != self._config.fullest_mesh:
            self._look_at_irises(faces, frame, camera, timer)
        self._predictor.observe(faces, frame.captured_s)
        return faces

    def reset(self) -> None:
        """Forget all tracks."""
        self._faces.reset()
        self._poses.reset()
        self._predictor.reset()
        self._since_look = 0

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._faces.close()

    def _look_at_irises(
        self, faces: tuple[TrackedFace, ...], frame: Frame, camera: CameraIntrinsics, timer: StageTimer
    ) -> None:
        """Let the attention mesh tell the size of heads whose turn it is; it shows from the next frame on."""
        due = [
            (face.track_id, roi)
            for face in faces
            if self._poses.wants_irises(face.track_id) and (roi := next_roi(face.landmarks)) is not None
        ]
        found = self._mesh.load("attention").locate(frame, [roi for _, roi in due], timer)
        for (track_id, _), landmarks in zip(due, found, strict=True):
            if landmarks is not None and np.isfinite(landmarks.points_px).all():
                self._poses.look_at_irises(landmarks, camera, track_id)

    def _with_pose(self, face: TrackedFace, camera: CameraIntrinsics) -> TrackedFace:
        return TrackedFace(
            track_id=face.track_id,
            landmarks=face.landmarks,
            pose=self._poses.solve(face.landmarks, camera, face.track_id),
            state=face.state,
            age_frames=face.age_frames,
        )
