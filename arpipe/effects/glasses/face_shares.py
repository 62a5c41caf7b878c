"""Shares that change gradually on each face: how visible glasses are, and how much darker their lenses."""

from collections.abc import Callable

from arpipe.effects.guesses import guessed_share, ramp
from arpipe.types import FrameResult, TrackedFace
from arpipe.types.tracked import WEARS_GLASSES

FADE_S = 0.12  # about as long as a lost face lasts, see `TrackerConfig.coast_frames`
DARKEN_S = 0.5
# Yaw within which glasses fade. Heads that are turned by 60 degrees are estimated at 50 to 56, so that this is close to
# a full profile, where the mesh guesses the far side and glasses would stand out in front of the face.
PROFILE_DEG = (68.0, 72.0)
DOUBT = 0.05  # probability on either side of `WEARS_GLASSES` where lenses are partly darkened


class FaceShares:
    """Shares in [0, 1] by face that approach their targets at a constant speed, for one stream.

    Args:
        target: The share that a face should have.
        duration_s: Time from 0 to 1.
    """

    def __init__(self, target: Callable[[TrackedFace], float], duration_s: float) -> None:
        self._target = target
        self._duration_s = duration_s
        self._shares: dict[int, float] = {}
        self._seen_s = 0.0

    def update(self, result: FrameResult) -> None:
        """Take in the faces of the next frame; new ones have their targets at once."""
        step = max(result.frame.captured_s - self._seen_s, 0.0) / self._duration_s
        self._seen_s = result.frame.captured_s
        self._shares = {face.track_id: self._next(face, step) for face in result.faces}

    def of(self, face: TrackedFace) -> float:
        """Return the share of a face of this frame."""
        return self._shares[face.track_id]

    def _next(self, face: TrackedFace, step: float) -> float:
        target = self._target(face)
        before = self._shares.get(face.track_id, target) if face.age_frames > 0 else target
        return max(before - step, target) if before > target else min(before + step, target)


def presence(face: TrackedFace) -> float:
    """Return 0 for a lost face, so that objects do not hang where it was, and 1 for any other."""
    return 0.0 if face.state == "coasting" else 1.0


def visibility(face: TrackedFace) -> float:
    """Return how visible glasses are: as `presence`, and 0 in profile and on turned faces whose mesh is guessed."""
    if face.pose is None:
        return 0.0
    in_profile = ramp(abs(face.pose.yaw_deg), *PROFILE_DEG)
    return presence(face) * (1.0 - max(in_profile, guessed_share(face)))


def likely_own_glasses(face: TrackedFace) -> float:
    """Return 1 where a person certainly wears glasses, 0 where that is doubtful or unknown, and shares in between."""
    if face.own_glasses is None:
        return 0.0
    return ramp(face.own_glasses, WEARS_GLASSES - DOUBT, WEARS_GLASSES + DOUBT)
