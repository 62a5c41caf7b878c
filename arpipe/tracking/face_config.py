"""Settings of the face tracker."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from arpipe.head_pose import HeadPoseConfig
from arpipe.models.face_mesh import TONGUE_OUT, MeshKind, ScoreName
from arpipe.tracking.context import PoseEffort
from arpipe.tracking.face_search import DetectorKind
from arpipe.tracking.settings import TrackerConfig

EVERYBODY = 100
"""Most faces in a photo where no number is given."""


class FaceTrackerConfig(TrackerConfig):
    """How faces are found and followed; see `TrackerConfig` for the rest.

    Attributes:
        detector: "short" (to about 2 m) or "full" (to about 5 m). "tiled" runs both, also on tiles of the frame, for
            groups. "auto" does that in photos; in videos, full adds what short misses. With "auto" and "tiled", a
            closer look confirms each face that is found, and checks it now and then while it is followed.
        mesh: "attention" has irises and refined lips and eyes, "plain" is faster. "auto" is the attention mesh,
            but the plain one while faces are wanted only by effects that need neither, such as glasses; the
            attention mesh then runs now and then to measure the irises, for the head's true size. "v2" has irises and
            gives the most accurate head pose; it takes about three times as long as the attention mesh.
        runtime: "arpipe" runs the networks itself; "mediapipe" lets the Face Landmarker of MediaPipe Tasks find faces
            and landmarks (extra `mediapipe`), as a reference. It runs mesh "v2", ignores `detector`, and reports its
            use to Google, see docs/privacy.md.
        scores: Further results of the mesh; "tongueOut" needs mesh "v2".
        eyewear: Look whether people already wear glasses, see `TrackedFace.own_glasses`.
        max_faces: Faces wanted; detection pauses while that many are tracked. "auto" is everybody in photos, and one
            person in videos.
    """

    detector: DetectorKind = "auto"
    mesh: MeshKind | Literal["auto"] = "auto"
    runtime: Literal["arpipe", "mediapipe"] = "arpipe"
    scores: tuple[ScoreName, ...] = ()
    eyewear: bool = True
    max_faces: Annotated[int, Field(ge=1)] | Literal["auto"] = "auto"

    @property
    def wanted(self) -> int:
        """Most faces to look for."""
        if self.max_faces != "auto":
            return self.max_faces
        return 1 if self.follows else EVERYBODY

    @property
    def fullest_mesh(self) -> MeshKind:
        """The mesh that runs when irises are needed."""
        if self.runtime == "mediapipe":
            return "v2"
        return "attention" if self.mesh == "auto" else self.mesh

    def with_all_scores(self) -> "FaceTrackerConfig":
        """Return the configuration with every score that the mesh gives."""
        gives_tongue = self.mesh == "v2" and self.runtime == "arpipe"
        return self.model_copy(update={"scores": (TONGUE_OUT,)}) if gives_tongue else self

    @model_validator(mode="after")
    def _mesh_gives_scores(self) -> Self:
        if self.runtime == "mediapipe" and (self.mesh not in ("auto", "v2") or self.scores):
            raise ValueError(
                'runtime "mediapipe" has mesh "v2" without scores; set runtime = "arpipe" for others'
            )
        if self.scores and self.mesh != "v2":
            raise ValueError(f'mesh "{self.mesh}" gives no score {self.scores[0]!r}; set mesh = "v2"')
        return self


def pose_effort(config: FaceTrackerConfig, head_pose: HeadPoseConfig) -> PoseEffort:
    """Return how many further views decide poses, as configured."""
    if head_pose.views == "off" or config.mesh in ("plain", "attention") or config.runtime == "mediapipe":
        return "none"
    if not config.follows:
        return "photo"
    if head_pose.views == "export":
        return "export"
    return "live" if config.mesh == "auto" else "none"
