from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.controls.catalog import Names
from arpipe.controls.condition import number_signal, parse_condition
from arpipe.controls.grammar import parse
from arpipe.controls.signals import ConditionInput, NumberSignal
from arpipe.errors import ArpipeError, ConfigError
from arpipe.needs import Need
from arpipe.types import FoundObject, TrackedObject
from tests.controls import results


class Class:
    def __init__(self, label):
        self.label = label


def level(text, label=None, **subjects):
    return parse_condition(text).level(ConditionInput(results.result(**subjects), label))


def test_numbers_are_compared_with_constants_and_each_other():
    turned = [results.face(yaw=30.0, scores={"eyeBlinkLeft": 0.8, "eyeBlinkRight": 0.1})]
    assert level("face.yaw_deg > 25", faces=turned) == 1.0
    assert level("25 < face.yaw_deg", faces=turned) == 1.0
    assert level("face.yaw_deg < 25", faces=turned) == 0.0
    assert level("expression.eyeBlinkLeft > eyeBlinkRight", faces=turned) == 1.0
    assert level("faces == 1 and bodies == 0", faces=turned) == 1.0
    assert level("face.distance_m <= 0.5001", faces=turned) == 1.0


def test_objects_are_counted_and_found_by_their_class():
    cup = TrackedObject(1, FoundObject(np.zeros(4), 0.9, 3, "cup"), "tracked", 5)
    assert level('object == "cup" and objects == 1', objects=(cup,)) == 1.0
    assert level('object == "dog"', objects=(cup,)) == 0.0
    assert level('object == "cup"') == 0.0
    assert parse_condition('object == "cup"').needs == {Need.OBJECTS}


def test_scores_have_their_value_as_level_and_labels_hold_or_not():
    smiling = [results.face(scores={"mouthSmileLeft": 0.8, "mouthSmileRight": 0.6})]
    assert level("smile", faces=smiling) == pytest.approx(0.7)
    assert level("not smile", faces=smiling) == pytest.approx(0.3)
    hands = [results.hand("left", "Victory", 0.8), results.hand("right", "Thumb_Up", 0.9)]
    assert level('gesture == "Thumb_Up"', hands=hands) == 1.0
    assert level('gesture == "Open_Palm"', hands=hands) == 0.0
    assert level('left_hand.gesture == "Victory"', hands=hands) == 1.0
    assert level('left_hand.gesture == "Thumb_Up"', hands=hands) == 0.0
    assert level('gesture != "Thumb_Up"', hands=hands) == 0.0
    assert level("gesture == 'Thumb_Up' and gesture == 'Victory'", hands=hands) == 1.0
    assert level('class == "wave"', Class("wave")) == 1.0
    assert level('class == "none"', Class("wave")) == 0.0


def test_points_are_placed_as_the_person_sees_left_and_right():
    raised = [results.body(left_wrist=(40, 10), left_shoulder=(40, 20), right_wrist=(10, 30))]
    assert level("body.left_wrist above left_shoulder", bodies=raised) == 1.0
    assert level("body.right_wrist below left_shoulder", bodies=raised) == 1.0
    assert level("left_wrist left_of right_wrist", bodies=raised) == 1.0
    assert level("left_wrist right_of right_wrist", bodies=raised) == 0.0


def test_a_hand_is_near_the_face_within_half_of_it():
    faces = [results.face(points={"mouth_right": (20, 20)})]
    for column, expected in ((25, 1.0), (40, 1.0), (55, 0.0)):
        hands = [results.hand("right", index_tip=(column, 20))]
        assert level("right_hand.index_tip near face.mouth_right", faces=faces, hands=hands) == expected


def test_joint_angles_need_visible_points():
    bent = {"left_hip": (0, 0, 0), "left_knee": (0, 1, 0), "left_ankle": (1, 1, 0)}
    assert level("body.left_knee_deg < 100", bodies=[results.body(world=bent)]) == 1.0
    assert level("body.left_knee_deg > 100", bodies=[results.body(world=bent)]) == 0.0
    assert level("body.left_knee_deg < 100", bodies=[results.body(0.3, world=bent)]) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "face.yaw_deg > 25",
        "not face.yaw_deg > 25",
        "smile",
        "not smile",
        "body.left_wrist above left_shoulder",
        "not body.left_wrist above left_shoulder",
        'gesture != "Victory"',
        'class != "wave"',
        "not (smile and face.yaw_deg > 3)",
    ],
)
def test_what_is_unknown_holds_neither_way(text):
    assert level(text) == 0.0


def test_what_is_known_decides_beside_what_is_not():
    assert level("faces == 0 or smile") == 1.0
    assert level("not (faces > 0 and smile)") == 1.0


def test_movements_hold_in_the_frame_that_completes_them():
    nodding = [results.face(movements=["nod"])]
    assert level("nod", faces=nodding) == 1.0
    assert level("shake", faces=nodding) == 0.0
    assert parse_condition("nod and face.yaw_deg < 5").is_momentary
    assert not parse_condition("smile").is_momentary


def test_labels_alone_are_steady():
    assert parse_condition('gesture == "Victory" or class == "wave"').is_steady
    assert not parse_condition('gesture == "Victory" and face.yaw_deg > 5').is_steady


def test_precedence_is_not_then_and_then_or():
    one = [results.face(yaw=10.0)]
    assert level("faces == 1 or faces == 0 and face.yaw_deg > 90", faces=one) == 1.0
    assert level("(faces == 1 or faces == 0) and face.yaw_deg > 90", faces=one) == 0.0
    assert level("not faces == 1 or face.yaw_deg > 5", faces=one) == 1.0


def test_needs_are_those_of_the_names():
    assert parse_condition("face.yaw_deg > 5").needs == {Need.FACE}
    assert parse_condition("smile or body.left_wrist above nose").needs == {Need.EXPRESSIONS, Need.BODY}
    assert parse_condition("right_hand.index_tip near face.chin").needs == {Need.HANDS, Need.FACE}
    assert parse_condition("wave").needs == {Need.GESTURES}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("expression.jawOpn > 0.5", "did you mean 'expression.jawOpen'"),
        ("smil", "did you mean 'smile'"),
        ('gesture == "Thumb_up"', "never 'Thumb_up'; did you mean 'Thumb_Up'"),
        ("wink_left", "face.wink_left, movement.wink_left; write it in full"),
        ("face.yaw_deg", "a comparison of face.yaw_deg, such as > 25, got the end"),
        ("face.yaw_deg = 3", "'= 3' in column 14 is not part of a condition; write =="),
        ("smile and", "a name, got the end"),
        ("(smile", r"'\)', got the end"),
        ("smile smile", "'and', 'or' or the end, got 'smile' in column 7"),
        ("gesture > 3", "gesture is a label; compare it with == or !="),
        ("gesture == Victory", "a label in quotes, got 'Victory' in column 12"),
        ("body.left_wrist over nose", "one of above, below, left_of, right_of, near after body.left_wrist"),
        ("body.left_wrist above smile", "'face.smile' is not a point"),
        ("smile > gesture", "'gesture' is not a number"),
        ("3 < gesture", "'gesture' is not a number"),
        ("1.5x > smile", "'1.5x > smile' in column 1"),
        ("0.2 < smile < 0.5", "'and', 'or' or the end, got '<' in column 13"),
        ("", "a name, got the end"),
        ("__import__('os')", "there is no '__import__'"),
        ("smile" + " and smile" * 60, "605 characters; 400 are allowed"),
        ("(" * 30 + "smile" + ")" * 30, "more than 20 levels deep"),
    ],
)
def test_mistakes_are_explained(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_condition(text)


@pytest.mark.parametrize(
    "text",
    [
        "expression.jawOpen > 1.5",
        "expression.jawOpen > 1",
        "not expression.jawOpen >= 0",
        "face.yaw_deg > 200",
        "smile > 0.8 and smile < 0.5",
        "smile > 0.5 and not smile > 0.5",
        "smile == 0.5 and smile != 0.5",
        "faces > 0 and faces < 1",
        "faces == 1.5",
        "smile > smile",
        "body.left_wrist above left_wrist",
        "body.left_wrist above nose and body.nose above left_wrist",
        "body.left_wrist left_of nose and body.left_wrist right_of nose",
        'left_hand.gesture == "Victory" and left_hand.gesture == "Thumb_Up"',
        'class == "wave" and class != "wave"',
        "(smile > 2 or smile < -1) and faces == 1",
    ],
)
def test_impossible_conditions_are_refused(text):
    with pytest.raises(ConfigError, match="can never hold"):
        parse_condition(text)


@pytest.mark.parametrize(
    "text",
    [
        "smile >= 1",
        "smile > 0.5 and smile < 0.6",
        "smile > 0.8 or smile < 0.5",
        "not (smile > 0.8 and smile < 0.5)",
        'gesture == "Victory" and gesture == "Thumb_Up"',  # two hands
        "body.left_wrist above nose and body.left_wrist left_of nose",
        "body.left_wrist near nose and body.nose near left_wrist",
        "face.yaw_deg > -3 and face.yaw_deg < face.pitch_deg",
        "faces >= 1 and faces <= 1",
    ],
)
def test_possible_conditions_are_accepted(text):
    assert parse_condition(text).text == text


def test_classes_are_those_of_the_recognizer():
    assert parse_condition('class == "wave"', ["wave", "none"]).has_classes
    with pytest.raises(ConfigError, match="class is never 'wav'; did you mean 'wave'"):
        parse_condition('class == "wav"', ["wave", "none"])


def test_a_signal_of_a_drive_is_a_number():
    assert number_signal("jawOpen").name == "expression.jawOpen"
    with pytest.raises(ConfigError, match="'gesture' is not a number"):
        number_signal("gesture")


@given(st.text(alphabet="smile()<>= .0123\"'andotrxyfc_", max_size=60))
def test_any_text_is_a_condition_or_a_config_error(text):
    with suppress(ArpipeError):
        parse_condition(text)


COMPARISON = st.tuples(
    st.sampled_from(["smile", "face.yaw_deg"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.sampled_from([-1.0, 0.0, 0.25, 0.5, 1.0, 30.0]),
).map(lambda parts: f"{parts[0]} {parts[1]} {parts[2]:g}")
CONDITION = st.recursive(
    COMPARISON,
    lambda inner: st.one_of(
        inner.map(lambda text: f"not ({text})"),
        st.tuples(inner, inner).map(" and ".join).map("({})".format),
        st.tuples(inner, inner).map(" or ".join).map("({})".format),
    ),
    max_leaves=5,
)


@given(
    CONDITION, st.sampled_from([0.0, 0.1, 0.25, 0.4, 0.5, 0.7, 1.0]), st.sampled_from([-50.0, 0.0, 0.5, 60.0])
)
def test_what_is_refused_as_impossible_never_holds(text, smile, yaw):
    faces = [results.face(yaw=yaw, scores={"mouthSmileLeft": smile, "mouthSmileRight": smile})]
    try:
        parse_condition(text)
    except ConfigError as error:
        if "can never hold" in str(error):
            node = parse(text, Names())
            assert node.level(ConditionInput(results.result(faces=faces))) == 0.0


def test_every_number_can_be_read_without_any_subject():
    names = Names()
    for name in ("faces", "face.yaw_deg", "expression.jawOpen", "face.gaze_yaw_deg", "body.left_knee_deg"):
        signal = names.find(name)
        assert isinstance(signal, NumberSignal)
        assert signal.value(ConditionInput(results.result())) in (None, 0.0)
