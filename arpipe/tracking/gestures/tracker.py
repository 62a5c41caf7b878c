"""Adds gestures, embeddings and movements to tracked hands."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

from arpipe.inference.runtime import Runtime
from arpipe.models.gestures import GestureNetworks
from arpipe.tracking.cadence import Cadence
from arpipe.tracking.context import FrameContext
from arpipe.tracking.gestures.config import GestureConfig
from arpipe.tracking.gestures.movements import HandMovements
from arpipe.tracking.hands_config import HandTrackerConfig
from arpipe.tracking.labels import SteadyLabel
from arpipe.types import GESTURE_NAMES, NO_GESTURE, Gesture, Points, TrackedHand


class HandGesture:
    """What is kept of one hand: the mean of its scores, its label, and the movements in progress.

    Args:
        config: How gestures are recognised.
    """

    def __init__(self, config: GestureConfig) -> None:
        self._label = SteadyLabel(config, GESTURE_NAMES, NO_GESTURE)
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
        mean = self._label.update(scores, time_s)
        self._shown = (_gesture(self._label.label, mean), embedding)
        return self.keep(hand, time_s)

    def keep(self, hand: TrackedHand, time_s: float) -> TrackedHand:
        """Return a hand whose gesture was not measured in this frame with the last one."""
        if hand.state == "coasting":
            self._movements.reset()
        movements = () if hand.state == "coasting" else self._movements.update(hand, time_s)
        gesture, embedding = self._shown or (None, None)
        return replace(hand, gesture=gesture, embedding=embedding, movements=movements)


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
        self._cadence = Cadence()

    def update(self, context: FrameContext) -> tuple[TrackedHand, ...]:
        """Return the hands of the context with their gestures; stage `gestures`."""
        with context.timer.stage("gestures"):
            hands = context.hands or ()
            measured = self._measure(hands) if self._cadence.advance(context.every) else {}
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
