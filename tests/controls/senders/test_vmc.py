"""What arrives of the VMC protocol, and how the puppet moves."""

import math

import numpy as np
import pytest

from arpipe.controls.senders.sender import open_sender
from arpipe.controls.senders.vmc import FINGERS, bends_rad, gaze_quaternion, head_quaternion, quaternion
from arpipe.geometry.transforms import rotation_from_angles
from arpipe.topology import load_topology
from arpipe.types.expressions import EXPRESSION_NAMES, Gaze
from tests.controls import results
from tests.controls.senders.receivers import refuse, speaking


def test_vmc_packets_have_the_names_types_and_ranges_of_the_protocol(receiver):
    sender = open_sender(f"osc://127.0.0.1:{receiver.port}", refuse)
    sender.observe(speaking(jawLeft=1.7))
    sender.close()
    messages = receiver.messages("/VMC/Ext/Blend/Apply")
    assert messages[0] == ("/VMC/Ext/OK", [1, 3, 0, 1])
    assert messages[1] == ("/VMC/Ext/T", [0.0])
    bones = {arguments[0]: arguments[1:] for address, arguments in messages if address == "/VMC/Ext/Bone/Pos"}
    fingers = {f"Left{finger}{part}" for finger in FINGERS for part in ("Proximal", "Intermediate", "Distal")}
    assert set(bones) == {"Head", *fingers}
    for arguments in bones.values():
        assert len(arguments) == 7
        assert all(isinstance(value, float) for value in arguments)
        assert math.hypot(*arguments[3:]) == pytest.approx(1.0, abs=1e-5)
    scores = dict(arguments for address, arguments in messages if address == "/VMC/Ext/Blend/Val")
    assert set(scores) == {name[0].upper() + name[1:] for name in EXPRESSION_NAMES if name != "_neutral"}
    assert all(0.0 <= score <= 1.0 for score in scores.values())
    assert scores["JawOpen"] == 0.75
    assert scores["EyeBlinkLeft"] == 0.25
    assert scores["JawLeft"] == 1.0
    addresses = [address for address, _ in messages]
    assert addresses.index("/VMC/Ext/Blend/Apply") == len(addresses) - 1


def test_vmc_sends_every_frame_once_with_its_time(receiver):
    sender = open_sender(f"osc://127.0.0.1:{receiver.port}?hands=off", refuse)
    times = []
    for index in range(20):
        sender.observe(speaking(100.0 + index / 50, index))
        frame = receiver.messages("/VMC/Ext/Blend/Apply")
        assert [address for address, _ in frame].count("/VMC/Ext/OK") == 1
        times += [arguments[0] for address, arguments in frame if address == "/VMC/Ext/T"]
    sender.close()
    assert np.diff(times) == pytest.approx(0.02, abs=1e-5)
    assert times[0] == 0.0


def test_vmc_says_that_nobody_is_tracked(receiver):
    sender = open_sender(f"osc://127.0.0.1:{receiver.port}", refuse)
    sender.observe(results.result())
    sender.close()
    assert receiver.messages("/VMC/Ext/T") == [("/VMC/Ext/OK", [1, 3, 0, 0]), ("/VMC/Ext/T", [0.0])]


def test_presets_replace_the_clips_where_asked_for(receiver):
    sender = open_sender(f"osc://127.0.0.1:{receiver.port}?blend=presets&hands=off", refuse)
    sender.observe(speaking(mouthSmileLeft=0.5, mouthSmileRight=0.5))
    sender.close()
    messages = receiver.messages("/VMC/Ext/Blend/Apply")
    scores = dict(arguments for address, arguments in messages if address == "/VMC/Ext/Blend/Val")
    assert set(scores) == {"Blink_L", "Blink_R", "A", "O", "U", "Joy", "Angry", "Sorrow"}
    assert (scores["Blink_L"], scores["A"], scores["Joy"]) == (0.25, 0.75, 0.5)
    assert not any(arguments[0].startswith("Left") for address, arguments in messages if "Bone" in address)


def unity_rotated(rotation, vector):
    """A vector rotated by a quaternion (x, y, z, w); the formula is the same in left-handed axes."""
    axis, w = np.array(rotation[:3]), rotation[3]
    return vector + 2.0 * np.cross(axis, np.cross(axis, vector) + w * np.asarray(vector))


RIGHT, UP, FORWARD = np.eye(3)


def test_the_puppet_turns_nods_and_tilts_as_the_person_does():
    """In Unity's axes: x to the puppet's right, y up, z out of its face."""
    turned = unity_rotated(head_quaternion(results.face(yaw=30.0).pose), FORWARD)  # to the person's left
    assert turned == pytest.approx([-0.5, 0.0, math.sqrt(0.75)], abs=1e-6)
    raised = unity_rotated(head_quaternion(results.face(pitch=30.0).pose), FORWARD)  # up
    assert raised == pytest.approx([0.0, 0.5, math.sqrt(0.75)], abs=1e-6)
    tilted = unity_rotated(head_quaternion(results.face(roll=30.0).pose), UP)  # to the person's left shoulder
    assert tilted == pytest.approx([-0.5, math.sqrt(0.75), 0.0], abs=1e-6)
    assert head_quaternion(results.face().pose) == pytest.approx((0.0, 0.0, 0.0, 1.0))


def test_the_eyes_turn_as_the_head_would():
    for yaw, pitch in ((25.0, 0.0), (0.0, -15.0), (25.0, -15.0)):
        assert gaze_quaternion(Gaze(yaw, pitch)) == pytest.approx(
            head_quaternion(results.face(yaw=yaw, pitch=pitch).pose), abs=1e-9
        )


@pytest.mark.parametrize("angles", [(0, 0, 0), (179, 0, 0), (0, 0, 179), (90, 45, -120), (-10, 89, 5)])
def test_quaternions_rotate_as_their_matrices(angles):
    matrix = rotation_from_angles(*angles)
    rotated = unity_rotated(quaternion(matrix), np.array([0.3, -0.5, 0.8]))
    assert rotated == pytest.approx(matrix @ [0.3, -0.5, 0.8], abs=1e-9)


def test_straight_fingers_are_not_bent_and_a_right_angle_is():
    names = load_topology("hand").names
    world = np.zeros((21, 3), np.float32)
    for chain in FINGERS.values():
        for step, name in enumerate(chain):
            world[names[name]] = (0.0, 0.03 * step, 0.0)
    for name in ("index_dip", "index_tip"):  # bent at the middle joint
        world[names[name]] = (0.0, 0.06, 0.03 * (1 + (name == "index_tip")))
    bends = np.degrees(bends_rad(results.hand(world=world)))
    assert bends[0] == pytest.approx([0.0, 90.0, 0.0], abs=1e-3)
    assert bends[1:] == pytest.approx(np.zeros((4, 3)), abs=1e-3)
