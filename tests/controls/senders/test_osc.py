"""What arrives of plain OSC."""

import socket
from collections import deque

import pytest
from pythonosc.osc_bundle import OscBundle

from arpipe.controls.senders.osc import MAX_PACKET_BYTES, OscMessage, OscPort, packets
from arpipe.controls.senders.sender import open_sender
from arpipe.errors import ConfigError, OutputError
from tests.controls.senders.receivers import event, refuse, speaking
from tests.patience import PATIENCE_S


def test_plain_osc_has_an_address_for_each_number_and_gesture(receiver):
    sender = open_sender(f"osc://127.0.0.1:{receiver.port}/arpipe", refuse)
    sender.observe(speaking())
    messages = dict(receiver.messages("/arpipe/left_hand/gesture"))
    assert messages["/arpipe/expression/jawOpen"] == [0.75]
    assert messages["/arpipe/face/yaw_deg"] == [pytest.approx(20.0, abs=1e-3)]
    assert messages["/arpipe/faces"] == [1.0]
    assert messages["/arpipe/left_hand/gesture"] == ["Victory", pytest.approx(0.9)]
    assert not any(address.startswith("/arpipe/body/") for address in messages)
    sender.send_event(event("wave"))
    assert receiver.messages("/arpipe/event") == [("/arpipe/event", ["wave", "start"])]
    sender.close()


def test_packets_fit_into_a_frame_of_the_network_and_keep_the_order():
    messages = [
        OscMessage(f"/a/{'x' * (number % 60)}", (number, float(number), "text")) for number in range(300)
    ]
    made = list(packets(messages))
    assert all(len(packet) <= MAX_PACKET_BYTES for packet in made)
    decoded = [message.params[0] for packet in made for message in OscBundle(packet)]
    assert decoded == list(range(300))


def test_a_receiver_that_is_not_there_is_reported_once_and_may_come_later(receiver):
    port, problems = receiver.port, []
    receiver.socket.close()
    sender = OscPort("127.0.0.1", port, problems.append)
    for _ in range(5):
        sender.send([OscMessage("/a")])
    assert [str(problem) for problem in problems] == [
        f"osc://127.0.0.1:{port}: nothing listens there; start the receiver, or check its port"
    ]
    late = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    late.bind(("127.0.0.1", port))
    late.settimeout(PATIENCE_S)
    for number in range(3):  # the first may still report the packet before
        sender.send([OscMessage("/late", (number,))])
    assert OscBundle(late.recv(65536)).content(0).address == "/late"
    sender.close()
    late.close()


def test_an_unknown_host_is_refused_before_anything_is_sent():
    with pytest.raises(OutputError, match=r"osc://no-such-host.invalid:9000: the host cannot be found"):
        open_sender("osc://no-such-host.invalid:9000", refuse)


def test_senders_warn_where_nobody_is_told_and_refuse_wrong_addresses(receiver):
    receiver.socket.close()
    sender = open_sender(f"osc://127.0.0.1:{receiver.port}")
    with pytest.warns(RuntimeWarning, match="nothing listens there"):
        deque((sender.observe(speaking()) for _ in range(3)), maxlen=0)
    sender.close()
    with pytest.raises(ConfigError, match="lacks a port"):
        open_sender("osc://127.0.0.1")
    with pytest.raises(ConfigError, match="expected an address such as osc://.*, got None"):
        open_sender(None)
