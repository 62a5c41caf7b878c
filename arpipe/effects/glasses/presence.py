"""How visible glasses are on each face: they fade while a face is lost, instead of hanging where it was."""

from arpipe.types import FrameResult, TrackedFace

FADE_S = 0.12  # about as long as a lost face lasts, see `TrackerConfig.coast_frames`


class Presences:
    """Opacities by face, for one stream."""

    def __init__(self) -> None:
        self._shares: dict[int, float] = {}
        self._seen_s = 0.0

    def update(self, result: FrameResult) -> None:
        """Take in the faces of the next frame; new ones are opaque at once."""
        step = max(result.frame.captured_s - self._seen_s, 0.0) / FADE_S
        self._seen_s = result.frame.captured_s
        self._shares = {face.track_id: self._next(face, step) for face in result.faces}

    def of(self, face: TrackedFace) -> float:
        """Return the opacity on a face of this frame, in [0, 1]."""
        return self._shares.get(face.track_id, 1.0)

    def _next(self, face: TrackedFace, step: float) -> float:
        before = self._shares.get(face.track_id, 1.0) if face.age_frames > 0 else 1.0
        return max(before - step, 0.0) if face.state == "coasting" else min(before + step, 1.0)
