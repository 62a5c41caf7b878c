"""What is in a frame: one plain function of the frame, with a memory for tracks."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict

from arpipe.head_pose import HeadPoseConfig
from arpipe.inference.session import SessionConfig
from arpipe.pipeline.camera_model import CameraConfig, CameraModel
from arpipe.pipeline.face_sight import FaceSight
from arpipe.pipeline.schedule import Rates
from arpipe.timing import FRAME_STAGE, Span, StageTimer
from arpipe.tracking.body import BodyTracker, BodyTrackerConfig
from arpipe.tracking.hands import HandTracker, HandTrackerConfig
from arpipe.tracking.mask import MaskTracker, MaskTrackerConfig
from arpipe.tracking.settings import Mode
from arpipe.tracking.tracker import FaceTrackerConfig
from arpipe.types import Frame, FrameResult

Subject = Literal["face", "body", "hands"]


class PerceptionConfig(BaseModel):
    """What is looked for, and how.

    Attributes:
        track: What to look for whatever the effects need; faces when neither asks for anything. Faces asked for
            here have all that the mesh can give.
        face: The face tracker.
        body: The body tracker.
        hands: The hand tracker.
        mask: How people are told from their background.
        head_pose: The pose solver.
        every: How often each network runs, except on pictures that are taken by themselves.
        session: Where and how the networks run.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    track: tuple[Subject, ...] = ()
    face: FaceTrackerConfig = FaceTrackerConfig()
    body: BodyTrackerConfig = BodyTrackerConfig()
    hands: HandTrackerConfig = HandTrackerConfig()
    mask: MaskTrackerConfig = MaskTrackerConfig()
    head_pose: HeadPoseConfig = HeadPoseConfig()
    every: Rates = Rates()
    session: SessionConfig = SessionConfig()

    def in_mode(self, mode: Mode) -> "PerceptionConfig":
        """The same with all trackers in one mode."""
        trackers = {"face": self.face, "body": self.body, "hands": self.hands}
        changed: dict[str, object] = {
            name: tracker.model_copy(update={"mode": mode}) for name, tracker in trackers.items()
        }
        if mode == "image":
            changed["every"] = Rates()
        return self.model_copy(update=changed)


@dataclass(frozen=True, slots=True)
class PerceptionQuality:
    """What perception does without.

    Attributes:
        attention: Run the attention mesh where it is configured; else the plain one, unless an effect needs irises.
        every: How often each network runs at most; the configuration may say less.
    """

    attention: bool = True
    every: Rates = field(default_factory=Rates)


class Perception:
    """Tracks what is in a stream of frames. Networks load when they are first needed.

    Args:
        config: What is looked for.
        needs: What effects need: "face", "iris", "body", "hands", "mask"; their networks load now.
        camera: The camera that took the frames; None for an unknown one.
        observer: Called with every finished span, on the thread that did the work.

    Attributes:
        camera: Gives the intrinsics of frames.
        quality: Assign, from any thread, to change it from the next frame on.
        needs: Assign it likewise.
    """

    def __init__(
        self,
        config: PerceptionConfig | None = None,
        needs: frozenset[str] = frozenset(),
        camera: CameraConfig | None = None,
        observer: Callable[[Span], None] | None = None,
    ) -> None:
        self.config = config or PerceptionConfig()
        self.camera = CameraModel(camera)
        self._timer = StageTimer(observer=observer)
        self.quality = PerceptionQuality()
        self.needs = needs
        self._mask = MaskTracker(self.config.mask, self.config.session)
        self._face_sight: FaceSight | None = None
        self._body_tracker: BodyTracker | None = None
        self._hand_tracker: HandTracker | None = None
        self._load(self._wanted())

    def detect(self, frame: Frame) -> FrameResult:
        """Detect everything that is looked for in the next frame of the stream; durations are in the result."""
        camera, timer = self.camera.intrinsics_for(frame), self._timer
        wanted, quality = self._wanted(), self.quality
        every = self.config.every.slowest(quality.every)
        refined = self._is_refined(quality)
        self._load(wanted)
        faces, bodies, hands = self._face_sight, self._body_tracker, self._hand_tracker
        timer.begin_frame(frame.index)
        with timer.stage(FRAME_STAGE):
            seen_faces = (
                faces.update(frame, camera, timer, attention=refined, every=every.face)
                if faces and "face" in wanted
                else ()
            )
            boxes_px = [face.landmarks.box_px for face in seen_faces]
            seen = FrameResult(
                frame,
                seen_faces,
                bodies.update(frame, timer, every.body) if bodies and "body" in wanted else (),
                hands.update(frame, timer, every.hands) if hands and "hands" in wanted else (),
                self._mask.update(frame, timer, every.mask, boxes_px) if "mask" in wanted else None,
            )
        return replace(seen, timings_ms=timer.timings_ms, camera=camera)

    def effective(self, quality: PerceptionQuality) -> PerceptionQuality:
        """What a quality comes to: for what is looked for now, as it is configured."""
        wanted, every = self._wanted(), self.config.every.slowest(quality.every)
        face = self.config.face
        attention = "face" in wanted and face.fullest_mesh == "attention" and self._is_refined(quality)
        rates = {name: getattr(every, name) for name in Rates.model_fields if name in wanted}
        return PerceptionQuality(attention, Rates(**rates))

    @property
    def provider(self) -> str:
        """Where the networks really run; "none" before any is loaded."""
        for part in (self._face_sight, self._body_tracker, self._hand_tracker):
            if part is not None:
                return part.provider
        return self._mask.provider

    def reset(self) -> None:
        """Forget all tracks: the next frame begins another stream."""
        for part in (self._face_sight, self._body_tracker, self._hand_tracker, self._mask):
            if part is not None:
                part.reset()

    def close(self) -> None:
        """Free the networks; may be called twice."""
        for part in (self._face_sight, self._body_tracker, self._hand_tracker, self._mask):
            if part is not None:
                part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _is_refined(self, quality: PerceptionQuality) -> bool:
        return "iris" in self.needs or (quality.attention and not self._plain_is_enough())

    def _plain_is_enough(self) -> bool:
        """Whether faces are for effects alone, which need no more of them, and the mesh may follow from that."""
        face, asked = self.config.face, self.config.track
        return face.mesh == "auto" and face.follows and "face" in self.needs and "face" not in asked

    def _wanted(self) -> frozenset[str]:
        """What effects and configuration ask for: some of "face", "body", "hands", "mask"."""
        asked = self.needs | frozenset(self.config.track)
        if "iris" in asked or not asked:
            asked |= {"face"}
        return asked

    def _load(self, wanted: frozenset[str]) -> None:
        config = self.config
        if "face" in wanted and self._face_sight is None:
            self._face_sight = FaceSight(config.face, config.head_pose, config.session)
        if "body" in wanted and self._body_tracker is None:
            self._body_tracker = BodyTracker(config.body, config.session)
        if "hands" in wanted and self._hand_tracker is None:
            self._hand_tracker = HandTracker(config.hands, config.session)
