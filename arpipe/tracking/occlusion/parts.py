"""Hair, skin and things before a face as a network sees them, for users who have added its file.

The square that it sees is tied to that of the matte, so that its answer moves with the face until the next look.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np

from arpipe.geometry.transforms import Array
from arpipe.inference.runtime import Runtime
from arpipe.models.person_parts import PersonPart, PersonPartSegmenter
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import PartNetwork
from arpipe.tracking.occlusion.crop import CroppedFace, averaged, face_square
from arpipe.tracking.occlusion.evidence import Evidence
from arpipe.tracking.occlusion.hair import hang
from arpipe.tracking.occlusion.zones import Zones, lower_face, ramp, smoothstep
from arpipe.types import Landmarks, Points

CONTEXT = 1.8  # side of the square that the network sees, over that of the matte: it was trained on selfies
LOOK_EVERY = 6  # frames; one look takes as long as several frames of everything else
NO_FACE_SKIN, BARE_FACE = 0.2, 0.5  # share of a lower face at which a mask covers it, and at which none does
JAW = 0.02  # over the crop's side, within which skin at the outline of a face may be the neck's or an ear's
SOME, SURE = 0.3, 0.7  # probabilities at which a part begins to count, and counts in full


@dataclass(frozen=True, slots=True, eq=False)
class FaceParts:
    """Probabilities around a face, in its crop.

    Attributes:
        hair, face_skin, body_skin: (s, s) float32.
        things: (s, s) float32, clothes and accessories.
    """

    hair: Points
    face_skin: Points
    body_skin: Points
    things: Points

    def correct(self, evidence: Evidence) -> Evidence:
        """Return the evidence of colours with skin and hair as the network sees them."""
        skin = np.minimum(self.face_skin + self.body_skin, np.float32(1.0))
        edged = evidence.filter
        return replace(evidence, skin=edged.apply(skin), hair=edged.apply_coarse(self.hair), note="")

    def hands(self, zones: Zones) -> Points:
        """Return (s, s) float32, 1 on arms and hands before the face: skin of the body inside its outline."""
        reach = 2 * round(JAW * len(zones.face)) + 1
        inside = np.asarray(cv2.erode(zones.face, np.ones((reach, reach), np.uint8)), np.float32)
        return np.asarray(inside * smoothstep(self.body_skin, SOME, SURE), np.float32)

    def things_hanging(self, zones: Zones) -> Points:
        """Return (s/2, s/2) float32, 1 on brims and scarves that come down over the brows: own glasses do not."""
        return smoothstep(hang(np.ascontiguousarray(self.things[::2, ::2]), zones.hair), SOME, SURE)

    def mouth_seen(self, crop: CroppedFace) -> float:
        """Return how certainly no mask covers the mouth, in [0, 1]."""
        below = lower_face(crop)
        share = float((self.face_skin * below).sum()) / max(float(below.sum()), 1.0)
        return ramp(share, NO_FACE_SKIN, BARE_FACE)


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """What the network saw around a face, and how many frames ago."""

    parts: FaceParts
    age: int = 0


class FacePartTracker:
    """Looks at each face of a stream now and then.

    Args:
        segmenter: Segments the squares around them.
        side: Side of the crops of mattes, px.
    """

    def __init__(self, segmenter: PersonPartSegmenter, side: int) -> None:
        self._segmenter, self._side = segmenter, side
        self._looks: dict[int, _Look] = {}

    @classmethod
    def open(cls, runtime: Runtime, network: PartNetwork, side: int) -> Self | None:
        """Load the network; None if it is not to be used, or if "auto" finds no file of it.

        Raises:
            WeightsError: It is asked for, and its file has not been added.
        """
        if network == "none" or (network == "auto" and not PersonPartSegmenter.is_available()):
            return None
        return cls(PersonPartSegmenter(runtime), side)

    def update(self, context: FrameContext) -> Mapping[int, FaceParts]:
        """Return the parts around each of `context.faces` by its id; stage `segment`."""
        followed = {face.track_id for face in context.faces if face.age_frames > 0}
        self._looks = {
            key: replace(look, age=look.age + 1) for key, look in self._looks.items() if key in followed
        }
        for face in context.faces:
            last = self._looks.get(face.track_id)
            if (last is None or last.age >= LOOK_EVERY) and face.state != "coasting":
                self._looks[face.track_id] = _Look(self._look(context, face.landmarks))
        return {key: look.parts for key, look in self._looks.items()}

    def reset(self) -> None:
        """Forget the stream."""
        self._looks = {}

    def _look(self, context: FrameContext, landmarks: Landmarks) -> FaceParts:
        square = face_square(landmarks)
        wide = replace(square, size_px=CONTEXT * square.size_px)
        side = self._segmenter.side_px
        seen = self._segmenter.segment(averaged(context.frame, wide, side), context.timer)
        wide_from_crop = wide.image_from_crop(side).inverse() @ square.image_from_crop(self._side)
        planes = [_warped(plane, wide_from_crop.matrix, self._side) for plane in seen]
        return FaceParts(
            hair=planes[PersonPart.HAIR],
            face_skin=planes[PersonPart.FACE_SKIN],
            body_skin=planes[PersonPart.BODY_SKIN],
            things=planes[PersonPart.CLOTHES] + planes[PersonPart.OTHER],
        )


def _warped(plane: Points, source_from_target: Array, side: int) -> Points:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plane, source_from_target, (side, side), flags=flags), np.float32)
