"""The matte of one face of a stream."""

from dataclasses import dataclass

import cv2
import numpy as np

from arpipe.tracking.occlusion.crop import CroppedFace
from arpipe.tracking.occlusion.evidence import Evidence, PersonColors
from arpipe.tracking.occlusion.hair import covered_by_hair, hair_at_temples, hang
from arpipe.tracking.occlusion.hands import whole_hands
from arpipe.tracking.occlusion.hues import CropColors
from arpipe.tracking.occlusion.mouth import Mouth
from arpipe.tracking.occlusion.parts import FaceParts
from arpipe.tracking.occlusion.steady import Hysteresis, PlaneSteadier
from arpipe.tracking.occlusion.things import ThingsBeforeEyes
from arpipe.tracking.occlusion.zones import Zones, find_zones, lower_face, smoothstep
from arpipe.types import OcclusionMatte, Points

NO_SKIN, BARE_SKIN = 0.15, 0.5  # probability of skin at which no makeup, and all of it, is drawn
NO_HAND, SURE_HAND = 0.25, 0.65
NOT_COVERED, COVERED = 0.2, 0.8  # of what hangs before the face, once it has the picture's edges
SPECK = 0.035  # over the crop's side; smaller spots, such as nostrils and moles, are skin, too
CHANGED = 0.06  # share of the crop


@dataclass(frozen=True, slots=True, eq=False)
class CropParts:
    """A face in one frame: where its parts are expected, and where a network sees them, if any."""

    crop: CroppedFace
    zones: Zones
    parts: FaceParts | None


@dataclass(frozen=True, slots=True, eq=False)
class FoundBefore:
    """What networks found before a face.

    Attributes:
        hands: (s, s) float32, 1 on hands before the face; None for no hands.
        parts: Hair, skin and clothes; None to go by colours.
    """

    hands: Points | None = None
    parts: FaceParts | None = None

    def hands_in(self, zones: Zones) -> Points | None:
        """Return (s, s) float32, 1 on hands and arms; None for none."""
        if self.parts is None:
            return self.hands
        skin = self.parts.hands(zones)
        return skin if self.hands is None else np.maximum(skin, self.hands)


class FaceOcclusion:
    """What stands before one face of a stream.

    Args:
        track_id: Id of the face.
    """

    def __init__(self, track_id: int) -> None:
        self._track_id = track_id
        self._colors = PersonColors(turn=track_id - 1)
        self._sides = (Hysteresis(), Hysteresis())
        self._mouth = Mouth()
        self._things = ThingsBeforeEyes()
        self._steady = PlaneSteadier()

    @property
    def is_changing(self) -> bool:
        """Whether something seems to move in the crop, relative to the face: a hand may be on its way."""
        return self._steady.moved > CHANGED

    def update(
        self, crop: CroppedFace, found: FoundBefore, time_s: float, finds_bare_skin: bool = True
    ) -> OcclusionMatte:
        """Return the matte of the next frame.

        Args:
            crop: The face in it.
            found: What networks found before it.
            time_s: Time of the frame.
            finds_bare_skin: As in `FrameContext`.
        """
        colors, zones = CropColors.of(crop.pixels), find_zones(crop)
        evidence = self._colors.look(crop, colors, zones, hidden=self._things.unlike_skin)
        if found.parts is not None:
            evidence = found.parts.correct(evidence)
        half = crop.halved()
        seen_sides = hair_at_temples(evidence, half)
        left, right = (side.update(seen, time_s) for side, seen in zip(self._sides, seen_sides, strict=True))
        hung = hang(evidence.hair, zones.hair)
        hanging = covered_by_hair(hung, half, zones.hair, (left, right))
        if found.parts is not None:
            hanging = np.maximum(hanging, found.parts.things_hanging(zones))
        thing = self._things.update(evidence.skin[::2, ::2], half, zones.hair, time_s)
        if thing is not None:
            rows = slice(zones.hair.top_row, zones.hair.bottom_row)
            np.maximum(hanging[rows], thing[rows], out=hanging[rows])
            hung = np.maximum(hung, thing)
        covered = _with_edges(hanging, evidence)
        hands = found.hands_in(zones)
        if hands is not None:
            hands = smoothstep(
                evidence.filter.apply(whole_hands(hands, evidence.skin, zones, crop)), NO_HAND, SURE_HAND
            )
            covered = np.maximum(covered, hands)
        _clear_border(covered)
        planes: tuple[Points, ...] = (covered,)
        if finds_bare_skin:
            bare = self._bare(evidence, hung, CropParts(crop, zones, found.parts), time_s)
            planes = (covered, bare if hands is None else bare * (1.0 - hands))
        covered, *rest = self._steady.update(planes, colors.lab[..., 0], time_s)
        bare = rest[0] if rest else np.ones_like(covered)
        return OcclusionMatte(self._track_id, covered, bare, crop.image_from_crop, evidence.note)

    def _bare(self, evidence: Evidence, hung: Points, view: CropParts, time_s: float) -> Points:
        """Return (s, s) float32, 1 where makeup may be drawn: skin, and brows, eyes and lips that are seen."""
        zones = view.zones
        skin = smoothstep(evidence.skin, NO_SKIN, BARE_SKIN)
        speck = np.ones((2 * round(SPECK * view.crop.side / 2.0) + 1,) * 2, np.uint8)
        skin = np.asarray(cv2.morphologyEx(skin, cv2.MORPH_CLOSE, speck), np.float32)
        before = cv2.resize(hung, skin.shape, interpolation=cv2.INTER_LINEAR)
        bare = skin + zones.features * (1 - before - skin)
        seen = None if view.parts is None else view.parts.mouth_seen(view.crop)
        lips = self._mouth.update(evidence.usual_skin, view.crop, time_s, seen)
        alike = np.maximum(lips.alike, lips.between * (1 - before[lips.window]))
        shown = lips.presence * lips.free * np.maximum(skin[lips.window], alike)
        bare[lips.window] += zones.lips[lips.window] * (shown - bare[lips.window])
        if lips.presence < 1.0:  # a mask may have the colour of skin, but it covers more than the lips
            bare *= 1 - (1 - lips.presence) * lower_face(view.crop)
        return bare


def _with_edges(hanging: Points, evidence: Evidence) -> Points:
    """Return (s, s) float32 what hangs before the face, (s/2, s/2), with the edges of the picture."""
    if not hanging.any():
        return np.zeros_like(evidence.skin)
    return smoothstep(evidence.filter.apply(hanging), NOT_COVERED, COVERED)


def _clear_border(plane: Points) -> None:
    plane[[0, -1]] = 0.0
    plane[:, [0, -1]] = 0.0
