"""How likely the landmarks of a turned face are guessed."""

from arpipe.types import TrackedFace

# Of a head that is turned further than 70 degrees, the mesh is often guessed, and estimated at anything from 45 degrees
# on; its score is 0.88 to 0.95 then, and 0.99 or more up to 65 degrees.
TURNED_DEG = (40.0, 46.0)
SURE_MESH, GUESSED_MESH = 0.97, 0.90


def guessed_share(face: TrackedFace) -> float:
    """Return 1 where the mesh of a turned face is guessed, 0 where it is not, and shares in between.

    A guessed mesh places eyes and lips beside those of the person. Faces without a pose get 0.
    """
    if face.pose is None:
        return 0.0
    return ramp(abs(face.pose.yaw_deg), *TURNED_DEG) * ramp(-face.landmarks.score, -SURE_MESH, -GUESSED_MESH)


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 up to `low`, 1 from `high`, and the share of the way in between."""
    return min(max((value - low) / (high - low), 0.0), 1.0)
