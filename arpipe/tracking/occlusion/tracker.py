"""Computes the occlusion matte of each face of a stream."""

from dataclasses import dataclass, replace
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.crop import FaceCropper, face_square
from arpipe.tracking.occlusion.face import FaceOcclusion, FoundBefore
from arpipe.tracking.occlusion.hands import HandsNearFaces, hands_before
from arpipe.tracking.occlusion.parts import FaceParts, FacePartTracker
from arpipe.types import OcclusionMatte, TrackedFace, TrackedHand

SIDE_PX, PHOTO_SIDE_PX = 128, 256
CALM_EVERY = 2  # frames between looks while no hand is near: hair moves with the face, as its matte does


@dataclass(slots=True)
class _Followed:
    """A face of the stream, its last matte, the frames since, and whether bare skin was looked for in it."""

    state: FaceOcclusion
    matte: OcclusionMatte | None = None
    age: int = 0
    has_bare_skin: bool = False


class OcclusionTracker:
    """What stands before the faces of each frame; `open` makes one with its networks.

    Args:
        config: What may stand before faces.
        hands: Finds hands where they are not tracked anyway; None for no hands.
        parts: Tells hair, skin and clothes by a network; None to go by colours.
    """

    def __init__(
        self,
        config: OcclusionConfig,
        hands: HandsNearFaces | None = None,
        parts: FacePartTracker | None = None,
    ) -> None:
        self._remembers = config.follows
        self._cropper = FaceCropper(_side_px(config))
        self._hands, self._parts = hands, parts
        self._followed: dict[int, _Followed] = {}

    @classmethod
    def open(cls, runtime: Runtime, config: OcclusionConfig | None = None) -> Self:
        """Load the networks and make a tracker; the runtime owns the networks."""
        config = config or OcclusionConfig()
        hands = HandsNearFaces.open(runtime, config.hand_networks, config.mode) if config.hands else None
        return cls(config, hands, FacePartTracker.open(runtime, config.network, _side_px(config)))

    def update(self, context: FrameContext) -> tuple[OcclusionMatte, ...]:
        """Return the matte of each of `context.faces`, in their order.

        Stages are `occlude`, those of hands, and `segment` where a network tells hair, skin and clothes.
        """
        hands = self._hands_near(context)
        parts = self._parts.update(context) if self._parts is not None else {}
        with context.timer.stage("occlude"):
            alive = {face.track_id for face in context.faces if face.age_frames > 0 and self._remembers}
            self._followed = {key: each for key, each in self._followed.items() if key in alive}
            return tuple(
                self._matte(face, context, hands, parts.get(face.track_id)) for face in context.faces
            )

    def reset(self) -> None:
        """Forget the stream."""
        self._followed = {}
        if self._hands is not None:
            self._hands.reset()
        if self._parts is not None:
            self._parts.reset()

    def _hands_near(self, context: FrameContext) -> tuple[TrackedHand, ...]:
        if context.hands is not None:
            return context.hands
        if self._hands is None or not context.faces:
            return ()
        alert = [track_id for track_id, each in self._followed.items() if each.state.is_changing]
        return self._hands.update(context, alert)

    def _matte(
        self,
        face: TrackedFace,
        context: FrameContext,
        hands: tuple[TrackedHand, ...],
        parts: FaceParts | None,
    ) -> OcclusionMatte:
        """Look at a face, or move its last matte with it."""
        followed = self._followed.get(face.track_id)
        if followed is None:
            followed = self._followed[face.track_id] = _Followed(FaceOcclusion(face.track_id))
        followed.age += 1
        lacks_skin = context.finds_bare_skin and not followed.has_bare_skin
        last = None if lacks_skin else followed.matte
        every = context.every if hands else max(context.every, CALM_EVERY)
        if last is not None and (followed.age < every or face.state == "coasting"):
            moved = face_square(face.landmarks).image_from_crop(last.covered.shape[0])
            return replace(last, image_from_crop=moved)
        crop = self._cropper.crop(context.frame, face.landmarks)
        found = FoundBefore(hands_before(hands, crop), parts)
        matte = followed.state.update(crop, found, context.frame.captured_s, context.finds_bare_skin)
        followed.age = 0 if last is not None else (face.track_id - 1) % every  # faces take turns
        followed.matte, followed.has_bare_skin = matte, context.finds_bare_skin
        return matte


def _side_px(config: OcclusionConfig) -> int:
    return SIDE_PX if config.follows else PHOTO_SIDE_PX
