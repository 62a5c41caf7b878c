"""Computes the occlusion matte of each face of a stream."""

from dataclasses import replace
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.crop import FaceCropper, face_square
from arpipe.tracking.occlusion.face import FaceOcclusion
from arpipe.tracking.occlusion.hands import HandsNearFaces, hands_before
from arpipe.types import OcclusionMatte, TrackedFace, TrackedHand

SIDE_PX, PHOTO_SIDE_PX = 128, 256


class OcclusionTracker:
    """What stands before the faces of each frame; `open` makes one with its networks.

    Args:
        config: What may stand before faces.
        hands: Finds hands where they are not tracked anyway; None for no hands.
    """

    def __init__(self, config: OcclusionConfig, hands: HandsNearFaces | None = None) -> None:
        self._remembers = config.follows
        self._cropper = FaceCropper(SIDE_PX if self._remembers else PHOTO_SIDE_PX)
        self._hands = hands
        self._states: dict[int, FaceOcclusion] = {}
        self._mattes: dict[int, OcclusionMatte] = {}
        self._since_look = 0

    @classmethod
    def open(cls, runtime: Runtime, config: OcclusionConfig | None = None) -> Self:
        """Load the networks and make a tracker; the runtime owns the networks."""
        config = config or OcclusionConfig()
        hands = HandsNearFaces.open(runtime, config.hand_networks, config.mode) if config.hands else None
        return cls(config, hands)

    def update(self, context: FrameContext) -> tuple[OcclusionMatte, ...]:
        """Return the matte of each of `context.faces`, in their order; stage `occlude`, and those of hands."""
        hands = self._hands_near(context)
        with context.timer.stage("occlude"):
            self._keep_only(
                {face.track_id for face in context.faces if face.age_frames > 0 and self._remembers}
            )
            is_due = self._since_look == 0 or self._since_look >= context.every
            self._since_look = 1 if is_due else self._since_look + 1
            return tuple(self._matte(face, context, hands, is_due=is_due) for face in context.faces)

    def reset(self) -> None:
        """Forget the stream."""
        self._states, self._mattes, self._since_look = {}, {}, 0
        if self._hands is not None:
            self._hands.reset()

    def _keep_only(self, track_ids: set[int]) -> None:
        self._states = {key: state for key, state in self._states.items() if key in track_ids}
        self._mattes = {key: matte for key, matte in self._mattes.items() if key in track_ids}

    def _hands_near(self, context: FrameContext) -> tuple[TrackedHand, ...]:
        if context.hands is not None:
            return context.hands
        if self._hands is None or not context.faces:
            return ()
        alert = any(state.is_changing for state in self._states.values())
        return self._hands.update(context, alert=alert)

    def _matte(
        self, face: TrackedFace, context: FrameContext, hands: tuple[TrackedHand, ...], *, is_due: bool
    ) -> OcclusionMatte:
        """Look at a face, or move its last matte with it."""
        last = self._mattes.get(face.track_id)
        if last is not None and (not is_due or face.state == "coasting"):
            moved = face_square(face.landmarks).image_from_crop(last.covered.shape[0])
            return replace(last, image_from_crop=moved)
        state = self._states.setdefault(face.track_id, FaceOcclusion())
        crop = self._cropper.crop(context.frame, face.landmarks)
        matte = state.update(face.track_id, crop, hands_before(hands, crop), context.frame.captured_s)
        self._mattes[face.track_id] = matte
        return matte
