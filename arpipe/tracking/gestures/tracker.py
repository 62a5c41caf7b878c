"""Adds gestures, embeddings and movements to tracked hands."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from arpipe.inference.runtime import Runtime
from arpipe.models.gestures import GestureNetworks
from arpipe.tracking.context import FrameContext
from arpipe.tracking.gestures.movements import HandMovements
from arpipe.tracking.hands import HandTrackerConfig
from arpipe.types import GESTURE_NAMES, NO_GESTURE, Gesture, Points, TrackedHand


class GestureConfig(BaseModel):
    """How gestures are recognised.

    The network answers with one of seven gestures for many hands that make none, so a label needs a high mean score.

    Attributes:
        average_s: Time constant of the mean of the scores; 0 takes every frame by itself. Photos are not averaged.
        on: Mean score from which a gesture becomes the label.
        off: Mean score below which it is the label no longer.
        hold_frames: Frames for which a gesture must lead before it becomes the label.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    average_s: float = Field(default=0.2, ge=0, le=5)
    on: float = Field(default=0.7, gt=0, le=1)
    off: float = Field(default=0.5, ge=0, le=1)
    hold_frames: int = Field(default=3, ge=1, le=100)


class HandGesture:
    """What is kept of one hand: the mean of its scores, its label, and the movements in progress.

    Args:
        config: How gestures are recognised.
    """

    def __init__(self, config: GestureConfig) -> None:
        self._config = config
        self._mean: Points | None = None
        self._last_s = 0.0
        self._label = self._candidate = NO_GESTURE
        self._led = 0
        self._movements = HandMovements()
        self._shown: tuple[Gesture, Points] | None = None

    def take(self, hand: TrackedHand, embedding: Points, scores: Points, time_s: float) -> TrackedHand:
        """Return the hand with its gesture.

        Args:
            hand: The hand, found in this frame.
            embedding: (128,) of the network.
            scores: (8,) of the network.
            time_s: Time of the frame.
        """
        mean = self._average(scores, time_s)
        self._decide(mean)
        self._shown = (_gesture(self._label, mean), embedding)
        return self.keep(hand, time_s)

    def keep(self, hand: TrackedHand, time_s: float) -> TrackedHand:
        """Return a hand whose gesture was not measured in this frame with the last one."""
        if hand.state == "coasting":
            self._movements.reset()
        movements = () if hand.state == "coasting" else self._movements.update(hand, time_s)
        gesture, embedding = self._shown or (None, None)
        return replace(hand, gesture=gesture, embedding=embedding, movements=movements)

    def _average(self, scores: Points, time_s: float) -> Points:
        if self._mean is None or self._config.average_s == 0:
            self._mean = scores
        else:
            gain = 1.0 - math.exp(-max(time_s - self._last_s, 0.0) / self._config.average_s)
            self._mean = (self._mean + gain * (scores - self._mean)).astype(np.float32)
        self._last_s = time_s
        return self._mean

    def _decide(self, mean: Points) -> None:
        """Change the label where another gesture leads clearly, and drop it where it does not lead any more."""
        scores = dict(zip(GESTURE_NAMES, mean.tolist(), strict=True))
        leader = max(scores, key=scores.__getitem__)
        leads = scores[leader] >= self._config.on
        self._led = self._led + 1 if leads and leader == self._candidate else int(leads)
        self._candidate = leader if leads else NO_GESTURE
        if self._led >= self._config.hold_frames:
            self._label = leader
        elif scores[self._label] < self._config.off:
            self._label = NO_GESTURE


class GestureTracker:
    """Completes the hands of each frame with their gestures; `open` loads the networks.

    Args:
        config: How gestures are recognised.
        follows: Whether hands are followed from frame to frame.
        networks: Describe and classify hands.
    """

    def __init__(self, config: GestureConfig, follows: bool, networks: GestureNetworks) -> None:
        self._config, self._follows, self._networks = config, follows, networks
        self.reset()

    @classmethod
    def open(cls, runtime: Runtime, config: GestureConfig, hands: HandTrackerConfig) -> Self:
        """Load the networks and make a tracker; the runtime owns the networks."""
        return cls(config, hands.follows, GestureNetworks(runtime))

    def reset(self) -> None:
        """Forget all hands."""
        self._known: dict[int, HandGesture] = {}
        self._since_inference = 0

    def update(self, context: FrameContext) -> tuple[TrackedHand, ...]:
        """Return the hands of the context with their gestures; stage `gestures`."""
        with context.timer.stage("gestures"):
            hands = context.hands
            is_due = self._since_inference % context.every == 0
            self._since_inference = 1 if is_due else self._since_inference + 1
            measured = self._measure(hands) if is_due else {}
            if not self._follows:
                return tuple(_photographed(hand, measured.get(hand.track_id)) for hand in hands)
            known = {hand.track_id: self._known.get(hand.track_id) for hand in hands}
            self._known = {key: each or HandGesture(self._config) for key, each in known.items()}
            return tuple(self._completed(hand, measured, context.frame.captured_s) for hand in hands)

    def _measure(self, hands: Sequence[TrackedHand]) -> dict[int, tuple[Points, Points]]:
        """Return embedding and scores of the hands found in this frame, by id."""
        found = [hand for hand in hands if hand.state != "coasting"]
        if not found:
            return {}
        embeddings = self._networks.embed(
            [hand.landmarks.points_px for hand in found], [_right_score(hand) for hand in found]
        )
        if embeddings is None:
            return {}
        rows = zip(found, embeddings, self._networks.classify(embeddings), strict=True)
        return {hand.track_id: (embedding, scores) for hand, embedding, scores in rows}

    def _completed(
        self, hand: TrackedHand, measured: dict[int, tuple[Points, Points]], time_s: float
    ) -> TrackedHand:
        known = self._known[hand.track_id]
        if hand.track_id not in measured:
            return known.keep(hand, time_s)
        return known.take(hand, *measured[hand.track_id], time_s)


def _photographed(hand: TrackedHand, measured: tuple[Points, Points] | None) -> TrackedHand:
    """Return the hand of a photo: its label is the gesture with the highest score."""
    if measured is None:
        return hand
    embedding, scores = measured
    return replace(hand, gesture=_gesture(GESTURE_NAMES[int(scores.argmax())], scores), embedding=embedding)


def _gesture(label: str, scores: Points) -> Gesture:
    named = dict(zip(GESTURE_NAMES, scores.tolist(), strict=True))
    return Gesture(label, named[label], named)


def _right_score(hand: TrackedHand) -> float:
    return hand.side_score if hand.side == "right" else 1.0 - hand.side_score
