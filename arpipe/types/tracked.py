"""Subjects with an identity: faces with their poses, bodies and hands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from arpipe.geometry.transforms import Array, HeadAngles, RigidTransform, angles_from_rotation
from arpipe.types.expressions import Expressions, Gaze
from arpipe.types.gestures import Gesture, Movement
from arpipe.types.landmarks import Landmarks
from arpipe.types.pixels import Points
from arpipe.types.rounding import (
    DEG_DIGITS,
    M_DIGITS,
    PX_DIGITS,
    UNIT_DIGITS,
    Record,
    rounded,
    rounded_or_none,
)

TrackState = Literal["new", "tracked", "coasting"]


@dataclass(frozen=True, slots=True, eq=False)
class HeadPose:
    """Where the head is, in metres.

    Attributes:
        camera_from_head: The pose.
        metric_mesh_m: (n, 3) float64 landmarks in the `head` frame, m, the person's own shape and expression.
        error_px: Weighted RMS distance of the landmarks from the projected rigid head, px.
        scale: The person's size over the canonical face's, > 0.
        pupillary_distance_mm: Between the pupils, mm; None when no iris has been measured.
        scale_error: Standard error of `scale`, as a share of it, which also is that of all lengths and of the pupillary
            distance; None when no iris has been measured.
    """

    camera_from_head: RigidTransform
    metric_mesh_m: Array
    error_px: float
    scale: float = 1.0
    pupillary_distance_mm: float | None = None
    scale_error: float | None = None

    @property
    def angles(self) -> HeadAngles:
        """Yaw, pitch and roll, degrees; signs in `arpipe.geometry`."""
        return angles_from_rotation(self.camera_from_head.rotation)

    @property
    def yaw_deg(self) -> float:
        """> 0: the nose turns to the viewer's right."""
        return self.angles.yaw_deg

    @property
    def pitch_deg(self) -> float:
        """> 0: the nose points up."""
        return self.angles.pitch_deg

    @property
    def roll_deg(self) -> float:
        """> 0: the head tilts clockwise for the viewer."""
        return self.angles.roll_deg

    def to_dict(self) -> Record:
        """Return angles, translation, matrix, error and pupillary distance as JSON-ready values."""
        angles = self.angles
        return {
            "yaw_deg": rounded_or_none(angles.yaw_deg, DEG_DIGITS),
            "pitch_deg": rounded_or_none(angles.pitch_deg, DEG_DIGITS),
            "roll_deg": rounded_or_none(angles.roll_deg, DEG_DIGITS),
            "translation_m": rounded(self.camera_from_head.translation_m, M_DIGITS),
            "camera_from_head": rounded(self.camera_from_head.matrix(), UNIT_DIGITS),
            "error_px": rounded_or_none(self.error_px, DEG_DIGITS),
            "pupillary_distance_mm": rounded_or_none(self.pupillary_distance_mm, DEG_DIGITS),
            "scale_error": rounded_or_none(self.scale_error, DEG_DIGITS),
        }

    def __repr__(self) -> str:
        angles, (x, y, z) = self.angles, self.camera_from_head.translation_m
        return (
            f"HeadPose(yaw={angles.yaw_deg:.1f}°, pitch={angles.pitch_deg:.1f}°, roll={angles.roll_deg:.1f}°, "
            f"at ({x:.3f}, {y:.3f}, {z:.3f}) m)"
        )


WEARS_GLASSES = (
    0.9  # least probability from which people are told: a wrong hint annoys, a missing one does not
)


class Tracked(Protocol):
    """A subject with an identity."""

    @property
    def track_id(self) -> int:
        """From 1, never reused in a run."""

    def to_dict(self) -> Record:
        """Return `id`, `score`, `box` and what else is known as JSON-ready values."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackedFace:
    """A face with an identity.

    Attributes:
        track_id: From 1, never reused in a run.
        landmarks: Smoothed.
        pose: None when no pose fits (an extreme view, a solve that failed).
        state: "coasting" while the face is missed and its last landmarks stand in.
        age_frames: Frames since the track began, 0 in its first.
        scores: Name → score in [0, 1], those that `perception.face.scores` asks for.
        expressions: Scores of the expression; None unless asked for.
        gaze: Where the eyes look; None unless expressions are asked for, and without a pose.
        movements: Movements completed in this frame, such as a blink; empty unless expressions are asked for.
        own_glasses: Probability that the person already wears glasses, averaged over time; None where the face was
            never large and frontal enough to tell.
    """

    track_id: int
    landmarks: Landmarks
    pose: HeadPose | None
    state: TrackState
    age_frames: int
    scores: Mapping[str, float] = field(default_factory=dict)
    expressions: Expressions | None = None
    gaze: Gaze | None = None
    movements: tuple[Movement, ...] = ()
    own_glasses: float | None = None

    @property
    def wears_glasses(self) -> bool:
        """Whether the person almost certainly wears glasses already."""
        return self.own_glasses is not None and self.own_glasses >= WEARS_GLASSES

    def to_dict(self) -> Record:
        """Return id, state, score, box, landmarks and pose, and what else was asked for, as JSON-ready values."""
        return {
            **_identity(self.track_id, self.state, self.landmarks),
            "landmarks": rounded(self.landmarks.points_px, PX_DIGITS),
            "pose": None if self.pose is None else self.pose.to_dict(),
            **(
                {"scores": {name: rounded_or_none(value, UNIT_DIGITS) for name, value in self.scores.items()}}
                if self.scores
                else {}
            ),
            **(
                {}
                if self.own_glasses is None
                else {"own_glasses": rounded_or_none(self.own_glasses, UNIT_DIGITS)}
            ),
            **({} if self.expressions is None else self._expression(self.expressions)),
        }

    def _expression(self, expressions: Expressions) -> Record:
        return {
            "expressions": expressions.to_dict(),
            "derived": expressions.derived(),
            "gaze": None if self.gaze is None else self.gaze.to_dict(),
            "movements": [movement.to_dict() for movement in self.movements],
        }

    def __repr__(self) -> str:
        pose = "no pose" if self.pose is None else repr(self.pose)
        return f"TrackedFace({_summary(self.track_id, self.state, self.landmarks)}, {pose})"


@dataclass(frozen=True, slots=True, eq=False)
class TrackedBody:
    """A person's body.

    Attributes:
        track_id: From 1, never reused in a run.
        landmarks: 33 points in image px with visibility, smoothed.
        world_m: (33, 3) float32, m, around the hip centre, x to the viewer's right, y down, z away from
            the camera.
        state: As in `TrackedFace`.
        age_frames: As in `TrackedFace`.
    """

    track_id: int
    landmarks: Landmarks
    world_m: Points
    state: TrackState
    age_frames: int

    def to_dict(self) -> Record:
        """Return id, state, score, box, landmarks (visibility is the fourth value) and `world` as JSON-ready values."""
        points = rounded(self.landmarks.points_px, PX_DIGITS)
        visibility = self.landmarks.visibility
        if visibility is not None:
            shares = rounded(visibility, DEG_DIGITS)
            points = [[*point, share] for point, share in zip(points, shares, strict=True)]
        return {
            **_identity(self.track_id, self.state, self.landmarks),
            "landmarks": points,
            "world": rounded(self.world_m, M_DIGITS),
        }

    def __repr__(self) -> str:
        return f"TrackedBody({_summary(self.track_id, self.state, self.landmarks)})"


@dataclass(frozen=True, slots=True, eq=False)
class TrackedHand:
    """One hand.

    Attributes:
        track_id: From 1, never reused in a run.
        landmarks: 21 points in image px, smoothed.
        world_m: (21, 3) float32, m, around the hand's centre.
        side: The person's own left or right hand.
        side_score: Confidence in `side`, in [0.5, 1].
        state: As in `TrackedFace`.
        age_frames: As in `TrackedFace`.
        gesture: What the hand shows; None unless gestures are asked for.
        embedding: (128,) float32 description of the hand's shape, to train classes of one's own with; None unless
            gestures are asked for.
        movements: Movements completed in this frame, such as a wave; empty unless gestures are asked for.
    """

    track_id: int
    landmarks: Landmarks
    world_m: Points
    side: Literal["left", "right"]
    side_score: float
    state: TrackState
    age_frames: int
    gesture: Gesture | None = None
    embedding: Points | None = None
    movements: tuple[Movement, ...] = ()

    def to_dict(self) -> Record:
        """Return id, state, score, box, side, landmarks, `world` and any gesture as JSON-ready values."""
        return {
            **_identity(self.track_id, self.state, self.landmarks),
            "side": self.side,
            "side_score": rounded_or_none(self.side_score, DEG_DIGITS),
            "landmarks": rounded(self.landmarks.points_px, PX_DIGITS),
            "world": rounded(self.world_m, M_DIGITS),
            **({} if self.gesture is None else self._gesture(self.gesture)),
        }

    def _gesture(self, gesture: Gesture) -> Record:
        return {**gesture.to_dict(), "movements": [movement.to_dict() for movement in self.movements]}

    def __repr__(self) -> str:
        return f"TrackedHand({_summary(self.track_id, self.state, self.landmarks)}, {self.side})"


def _identity(track_id: int, state: TrackState, landmarks: Landmarks) -> Record:
    return {
        "id": track_id,
        "state": state,
        "score": rounded_or_none(landmarks.score, DEG_DIGITS),
        "box": rounded(landmarks.box_px, PX_DIGITS),
    }


def _summary(track_id: int, state: TrackState, landmarks: Landmarks) -> str:
    x0, y0, x1, y1 = landmarks.box_px
    box = f"box ({x0:.0f}, {y0:.0f}, {x1:.0f}, {y1:.0f}) px"
    return f"id={track_id}, {state}, score={landmarks.score:.2f}, {box}"
