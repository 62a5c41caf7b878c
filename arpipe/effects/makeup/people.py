"""Memory of the people in a stream: their complexion, and how certain the landmark network is of them."""

from dataclasses import dataclass, replace

import numpy as np

from arpipe.effects.guesses import guessed_share, ramp
from arpipe.effects.makeup.person import Complexion, measure
from arpipe.types import Frame, TrackedFace

SMOOTHING_S = 0.35  # as for light: hides the noise of single frames, follows a lamp that is switched on
MEASURED_EVERY_S = 0.2
DOUBTED, TRUSTED = 0.65, 0.8  # network scores at which makeup is invisible, and at which it is opaque
FADE_S = 0.25
LOST_FADE_S = 0.12  # while a face is lost, as its glasses do: about as long as that lasts


@dataclass(frozen=True, slots=True, eq=False)
class PersonState:
    """A face of a stream.

    Attributes:
        seen_s: Time of the last frame, s.
        measured_s: Time at which `goal` was measured, s.
        goal: Complexion measured in one frame.
        complexion: Complexion smoothed over time.
        presence: In [0, 1], opacity of makeup.
    """

    seen_s: float
    measured_s: float
    goal: Complexion
    complexion: Complexion
    presence: float


class People:
    """The people of a stream, by track."""

    def __init__(self) -> None:
        self._known: dict[int, PersonState] = {}

    def keep_only(self, track_ids: set[int]) -> None:
        """Forget people who are gone."""
        self._known = {key: person for key, person in self._known.items() if key in track_ids}

    def update(self, frame: Frame, face: TrackedFace, px_per_mm: float) -> PersonState:
        """Update and return the person of a face."""
        before = self._known.get(face.track_id) if face.age_frames > 0 else None
        person = _new(frame, face, px_per_mm) if before is None else _updated(before, frame, face, px_per_mm)
        self._known[face.track_id] = person
        return person


def presence_of(face: TrackedFace) -> float:
    """Return the opacity of makeup on a face: 0 where the landmark network is not certain of it, or guesses."""
    return ramp(face.landmarks.score, DOUBTED, TRUSTED) * (1.0 - guessed_share(face))


def _new(frame: Frame, face: TrackedFace, px_per_mm: float) -> PersonState:
    fresh = measure(frame, face, px_per_mm)
    return PersonState(frame.captured_s, frame.captured_s, fresh, fresh, presence_of(face))


def _updated(before: PersonState, frame: Frame, face: TrackedFace, px_per_mm: float) -> PersonState:
    is_lost = face.state == "coasting"
    now_s, wanted = frame.captured_s, 0.0 if is_lost else presence_of(face)
    if before.presence == 0.0 and wanted > 0.0:  # the earlier measurement may not have been of a face
        before = replace(_new(frame, face, px_per_mm), seen_s=before.seen_s, presence=0.0)
    passed_s = max(now_s - before.seen_s, 0.0)
    step = passed_s / (LOST_FADE_S if is_lost else FADE_S)
    presence = before.presence + min(max(wanted - before.presence, -step), step)
    goal, measured_s = before.goal, before.measured_s
    if wanted > 0.0 and now_s - measured_s >= MEASURED_EVERY_S:
        goal, measured_s = measure(frame, face, px_per_mm), now_s
    share = 1.0 - float(np.exp(-passed_s / SMOOTHING_S))
    return PersonState(now_s, measured_s, goal, before.complexion.toward(goal, share), presence)
