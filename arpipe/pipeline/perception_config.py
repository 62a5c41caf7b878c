"""What perception detects and how, and what it may save."""

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from arpipe.head_pose import HeadPoseConfig
from arpipe.inference.providers import SessionConfig
from arpipe.pipeline.schedule import Rates
from arpipe.subjects import SubjectName
from arpipe.tracking.body_config import BodyTrackerConfig
from arpipe.tracking.expressions.config import ExpressionConfig
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.tracking.gestures.config import GestureConfig
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.tracking.mask.config import MaskTrackerConfig
from arpipe.tracking.objects_config import ObjectConfig
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.settings import Mode, ModeConfig


class PerceptionConfig(BaseModel):
    """What is detected, and how.

    Attributes:
        track: Subjects to detect whatever the effects need; faces when neither asks for anything. Faces that are asked
            for here have everything that the mesh can give.
        face: The face tracker.
        expressions: Expressions of faces.
        body: The body tracker.
        hands: The hand tracker.
        gestures: Gestures of hands.
        objects: Objects of any class, found by a detector of the user's.
        mask: The segmentation of people.
        occlusion: What stands before faces.
        head_pose: The pose solver.
        every: How often each network runs, except on photos.
        session: Where and how the networks run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    track: tuple[SubjectName, ...] = ()
    face: FaceTrackerConfig = FaceTrackerConfig()
    expressions: ExpressionConfig = ExpressionConfig()
    body: BodyTrackerConfig = BodyTrackerConfig()
    hands: HandTrackerConfig = HandTrackerConfig()
    gestures: GestureConfig = GestureConfig()
    objects: ObjectConfig = ObjectConfig()
    mask: MaskTrackerConfig = MaskTrackerConfig()
    occlusion: OcclusionConfig = OcclusionConfig()
    head_pose: HeadPoseConfig = HeadPoseConfig()
    every: Rates = Rates()
    session: SessionConfig = SessionConfig()

    def in_mode(self, mode: Mode) -> "PerceptionConfig":
        """Return the configuration with all trackers in one mode."""
        changed: dict[str, object] = {
            name: value.model_copy(update={"mode": mode})
            for name, value in self
            if isinstance(value, ModeConfig)
        }
        if mode == "image":
            changed["every"] = Rates()
        return self.model_copy(update=changed)

    @property
    def follows(self) -> bool:
        """Whether any subject is followed; otherwise every frame is a picture by itself."""
        return any(value.follows for _, value in self if isinstance(value, ModeConfig))


@dataclass(frozen=True, slots=True)
class PerceptionQuality:
    """What perception may save.

    Attributes:
        attention: Run the attention mesh, or mesh v2, where configured; else the plain one, unless an effect needs
            irises.
        every: How often each network runs at most; the configuration may ask for less.
        pose_views: Whether further views of a face determine its pose where configured.
    """

    attention: bool = True
    every: Rates = field(default_factory=Rates)
    pose_views: bool = True
