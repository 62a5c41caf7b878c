"""Adds expressions, gaze and movements to tracked faces."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from arpipe.errors import ConfigError
from arpipe.inference.runtime import Runtime
from arpipe.models.expressions import ExpressionNetwork
from arpipe.tracking.cadence import Cadence
from arpipe.tracking.context import FrameContext
from arpipe.tracking.expressions.config import ExpressionConfig
from arpipe.tracking.expressions.gaze import look
from arpipe.tracking.expressions.movements import Eyelids, HeadMovements, Lids
from arpipe.tracking.expressions.neutral import NeutralFace
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.tracking.filters import OneEuroFilter
from arpipe.types import EXPRESSION_NAMES, TONGUE_OUT, Expressions, HeadPose, Movement, Points, TrackedFace

FRONTAL_YAW_DEG, FRONTAL_PITCH_DEG = 20.0, 30.0  # up to which a face teaches its neutral
LEFT_LID, RIGHT_LID = EXPRESSION_NAMES.index("eyeBlinkLeft"), EXPRESSION_NAMES.index("eyeBlinkRight")


class FaceExpression:
    """What is kept of one face: its neutral, the smoothing of its scores, and the movements in progress.

    Args:
        config: How expressions are measured.
        follows: False takes every frame by itself.
    """

    def __init__(self, config: ExpressionConfig, follows: bool) -> None:
        self.neutral = NeutralFace() if follows and config.neutral == "learn" else None
        smoothing = config.smoothing if follows and config.smoothing != "off" else None
        self._filter = None if smoothing is None else OneEuroFilter(smoothing)
        self._eyelids, self._head = Eyelids(), HeadMovements()
        self._shown: Expressions | None = None

    def take(self, face: TrackedFace, raw: Points, time_s: float) -> TrackedFace:
        """Return the face with its expression.

        Args:
            face: The face, found in this frame.
            raw: (52,) scores of the network.
            time_s: Time of the frame.
        """
        relative = raw if self.neutral is None else self._relative(self.neutral, raw, face.pose, time_s)
        lids = Lids(float(relative[LEFT_LID]), float(relative[RIGHT_LID]))
        movements = self._eyelids.update(lids, time_s)
        scores = dict(zip(EXPRESSION_NAMES, self._smooth(relative, time_s).tolist(), strict=True))
        if TONGUE_OUT in face.scores:
            scores[TONGUE_OUT] = face.scores[TONGUE_OUT]
        self._shown = Expressions(scores)
        return self._complete(face, movements, time_s)

    def keep(self, face: TrackedFace, time_s: float) -> TrackedFace:
        """Return a face whose expression was not measured in this frame with the last one."""
        if face.state == "coasting":
            self._eyelids.reset()
        return self._complete(face, (), time_s)

    def _complete(self, face: TrackedFace, movements: tuple[Movement, ...], time_s: float) -> TrackedFace:
        if face.pose is None or face.state == "coasting":
            self._head.reset()
            return replace(face, expressions=self._shown, movements=movements)
        movements += self._head.update(face.pose, time_s)
        return replace(face, expressions=self._shown, gaze=look(face.pose), movements=movements)

    @staticmethod
    def _relative(neutral: NeutralFace, raw: Points, pose: HeadPose | None, time_s: float) -> Points:
        if pose is not None and _is_frontal(pose):
            neutral.observe(raw, time_s)
        return neutral.relative(raw)

    def _smooth(self, scores: Points, time_s: float) -> Points:
        if self._filter is None:
            return scores
        column = scores[:, np.newaxis]
        smooth = self._filter.apply(np.hstack([column, np.zeros_like(column)]), time_s, size=1.0)[:, 0]
        return np.clip(smooth, 0.0, 1.0)


class ExpressionTracker:
    """Completes the faces of each frame with their expressions; `open` loads the network.

    Args:
        config: How expressions are measured.
        follows: Whether faces are followed from frame to frame.
        network: Scores expressions.
    """

    def __init__(self, config: ExpressionConfig, follows: bool, network: ExpressionNetwork) -> None:
        self._config, self._follows, self._network = config, follows, network
        self.reset()

    @classmethod
    def open(cls, runtime: Runtime, config: ExpressionConfig, face: FaceTrackerConfig) -> Self:
        """Load the network and make a tracker; the runtime owns the network.

        Raises:
            ConfigError: Faces are tracked with a mesh that has no irises.
        """
        if face.fullest_mesh == "plain":
            raise ConfigError(
                'expressions need irises, which perception.face.mesh = "plain" does not have; '
                'set it to "auto", "attention" or "v2"'
            )
        return cls(config, face.follows, ExpressionNetwork(runtime))

    def reset(self) -> None:
        """Forget all faces and their neutral expressions."""
        self._known: dict[int, FaceExpression] = {}
        self._cadence = Cadence()

    def learn_neutral(self) -> None:
        """Learn the neutral faces anew: everybody in the picture should look into the camera and rest."""
        for known in self._known.values():
            if known.neutral is not None:
                known.neutral.forget()

    def update(self, context: FrameContext) -> tuple[TrackedFace, ...]:
        """Return the faces of the context with their expressions; stage `expressions`."""
        with context.timer.stage("expressions"):
            self._known = {face.track_id: self._state_of(face.track_id) for face in context.faces}
            measured = self._measure(context.faces) if self._cadence.advance(context.every) else {}
            return tuple(self._completed(face, measured, context.frame.captured_s) for face in context.faces)

    def _state_of(self, track_id: int) -> FaceExpression:
        known = self._known.get(track_id) if self._follows else None
        return known or FaceExpression(self._config, self._follows)

    def _measure(self, faces: Sequence[TrackedFace]) -> dict[int, Points]:
        """Return the scores of the faces found in this frame, by id."""
        found = [face for face in faces if face.state != "coasting"]
        scores = self._network.score([face.landmarks for face in found])
        return {face.track_id: each for face, each in zip(found, scores, strict=True) if each is not None}

    def _completed(self, face: TrackedFace, measured: dict[int, Points], time_s: float) -> TrackedFace:
        known = self._known[face.track_id]
        if face.track_id not in measured:
            return known.keep(face, time_s)
        return known.take(face, measured[face.track_id], time_s)


def _is_frontal(pose: HeadPose) -> bool:
    angles = pose.angles
    return abs(angles.yaw_deg) <= FRONTAL_YAW_DEG and abs(angles.pitch_deg) <= FRONTAL_PITCH_DEG
