"""All signals by name, and the way from what a user writes to a signal."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from math import inf
from typing import get_args

from arpipe.controls import readers
from arpipe.controls.signals import (
    ConditionInput,
    LabelSignal,
    MomentSignal,
    NumberSignal,
    PointSignal,
    Signal,
)
from arpipe.errors import ConfigError
from arpipe.models.joints import JOINTS
from arpipe.needs import Need
from arpipe.spelling import nearest
from arpipe.topology import load_topology
from arpipe.types import FrameResult, HeadPose
from arpipe.types.expressions import DERIVED, EXPRESSION_NAMES, TONGUE_OUT
from arpipe.types.gestures import GESTURE_NAMES, FaceMovement, HandMovement

SIDES: tuple[readers.Side, ...] = ("left", "right")
FACE, BODY, HANDS = frozenset({Need.FACE}), frozenset({Need.BODY}), frozenset({Need.HANDS})
EXPRESSIONS, GESTURES = frozenset({Need.EXPRESSIONS}), frozenset({Need.GESTURES})
OBJECTS = frozenset({Need.OBJECTS})
HALF_TURN_DEG, QUARTER_TURN_DEG = 180.0, 90.0
CLASS = "class"

_POSE_NUMBERS: Mapping[str, tuple[Callable[[HeadPose], float], float, float]] = {
    "face.yaw_deg": (lambda pose: pose.yaw_deg, -HALF_TURN_DEG, HALF_TURN_DEG),
    "face.pitch_deg": (lambda pose: pose.pitch_deg, -QUARTER_TURN_DEG, QUARTER_TURN_DEG),
    "face.roll_deg": (lambda pose: pose.roll_deg, -HALF_TURN_DEG, HALF_TURN_DEG),
    "face.distance_m": (readers.distance_m, 0.0, inf),
}


class Names:
    """The names that one set of conditions can use.

    Args:
        classes: Labels of the recogniser; None while none is known, which leaves every label of `class` open.
    """

    def __init__(self, classes: Sequence[str] | None = None) -> None:
        self._signals = {**_fixed_signals(), CLASS: _class_signal(classes)}
        self._by_ending: dict[str, list[str]] = {}
        for name in self._signals:
            self._by_ending.setdefault(name.rpartition(".")[2], []).append(name)

    def find(self, name: str, beside: str = "") -> Signal:
        """Return the signal of a name, in full or without its first part where that is clear.

        Args:
            name: As the user wrote it.
            beside: Full name of the signal on the other side of a comparison, whose first part is tried first.

        Raises:
            ConfigError: There is no such name, with the nearest one; or it may mean several.
        """
        subject = beside.partition(".")[0]
        if f"{subject}.{name}" in self._signals:
            return self._signals[f"{subject}.{name}"]
        if name in self._signals:
            return self._signals[name]
        candidates = self._by_ending.get(name, [])
        if len(candidates) == 1:
            return self._signals[candidates[0]]
        if candidates:
            raise ConfigError(f"{name!r} may be any of {', '.join(candidates)}; write it in full")
        raise ConfigError(f"there is no {name!r}{nearest(name, self._known())}")

    def _known(self) -> list[str]:
        return [*self._signals, *(ending for ending, names in self._by_ending.items() if len(names) == 1)]


def number_signals() -> list[NumberSignal]:
    """Return all numbers, in the order of the documentation."""
    return [signal for signal in _fixed_signals().values() if isinstance(signal, NumberSignal)]


@cache
def _fixed_signals() -> Mapping[str, Signal]:
    """Every signal that does not depend on a recogniser."""
    signals: tuple[Signal, ...] = (*_numbers(), *_labels(), *_points(), *_moments())
    return {signal.name: signal for signal in signals}


def _numbers() -> Iterator[NumberSignal]:
    for name, needs, count in (
        ("faces", FACE, lambda result: len(result.faces)),
        ("bodies", BODY, lambda result: len(result.bodies)),
        ("hands", HANDS, lambda result: len(result.hands)),
        ("objects", OBJECTS, lambda result: len(result.objects)),
    ):
        yield _number(name, needs, count, (0.0, inf), is_whole=True)
    for name, (read, low, high) in _POSE_NUMBERS.items():
        yield _number(name, FACE, readers.pose_number(read), (low, high))
    for name in (*EXPRESSION_NAMES, TONGUE_OUT):
        score = readers.expression_number(lambda expressions, name=name: expressions.get(name))  # type: ignore[misc]
        yield _number(f"expression.{name}", EXPRESSIONS, score)
    for name, derive in DERIVED.items():
        yield _number(f"face.{name}", EXPRESSIONS, readers.expression_number(derive))
    quarter = (-QUARTER_TURN_DEG, QUARTER_TURN_DEG)
    yield _number("face.gaze_yaw_deg", EXPRESSIONS, readers.gaze_yaw_deg, quarter)
    yield _number("face.gaze_pitch_deg", EXPRESSIONS, readers.gaze_pitch_deg, quarter)
    for joint in JOINTS:
        yield _number(f"body.{joint}_deg", BODY, readers.joint_deg(joint), (0.0, HALF_TURN_DEG))


def _number(
    name: str,
    needs: frozenset[Need],
    read: readers.Number,
    limits: tuple[float, float] = (0.0, 1.0),
    *,
    is_whole: bool = False,
) -> NumberSignal:
    return NumberSignal(name, needs, lambda moment: read(moment.result), *limits, is_whole)


def _labels() -> Iterator[LabelSignal]:
    def any_hand(moment: ConditionInput, label: str) -> bool | None:
        return readers.has_gesture(moment.result.hands, label)

    def hand(side: readers.Side, moment: ConditionInput, label: str) -> bool | None:
        return readers.has_gesture([hand for hand in moment.result.hands if hand.side == side], label)

    def any_object(moment: ConditionInput, label: str) -> bool:
        return any(each.found.label == label for each in moment.result.objects)

    yield LabelSignal(
        "object", OBJECTS, None, any_object, is_single=False
    )  # any label: they are the detector's
    yield LabelSignal("gesture", GESTURES, GESTURE_NAMES, any_hand, is_single=False)
    for side in SIDES:
        yield LabelSignal(f"{side}_hand.gesture", GESTURES, GESTURE_NAMES, partial(hand, side))


def _class_signal(classes: Sequence[str] | None) -> LabelSignal:
    def holds(moment: ConditionInput, label: str) -> bool | None:
        return None if moment.class_label is None else moment.class_label.label == label

    return LabelSignal(CLASS, frozenset(), None if classes is None else tuple(classes), holds)


def _points() -> Iterator[PointSignal]:
    for name in load_topology("face").names:
        yield PointSignal(
            f"face.{name}", FACE, readers.point_of(readers.first_face, name), readers.face_reach_px
        )
    for name in load_topology("body").names:
        yield PointSignal(
            f"body.{name}", BODY, readers.point_of(readers.first_body, name), readers.body_reach_px
        )
    for side in SIDES:
        find, reach_px = readers.hand_of(side), readers.hand_reach_px(side)
        for name in load_topology("hand").names:
            yield PointSignal(f"{side}_hand.{name}", HANDS, readers.point_of(find, name), reach_px)


def _moments() -> Iterator[MomentSignal]:
    def has(name: str, result: FrameResult) -> bool:
        return readers.has_movement(result, name)

    for names, needs in ((get_args(FaceMovement), EXPRESSIONS), (get_args(HandMovement), GESTURES)):
        for name in names:
            yield MomentSignal(f"movement.{name}", needs, partial(has, name))
