"""What arrives on real sockets."""

import json
import math
import socket
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
from pythonosc.osc_bundle import OscBundle
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from arpipe.controls.config import TriggerConfig
from arpipe.controls.senders import json_server
from arpipe.controls.senders.json_server import JsonServer
from arpipe.controls.senders.osc import MAX_PACKET_BYTES, OscMessage, OscPort, packets
from arpipe.controls.senders.sender import open_sender
from arpipe.controls.senders.vmc import FINGERS, bends_rad, gaze_quaternion, head_quaternion, quaternion
from arpipe.controls.senders.webhook import post_event
from arpipe.controls.watch import ControlEvent
from arpipe.errors import ConfigError, OutputError
from arpipe.geometry.transforms import rotation_from_angles
from arpipe.topology import load_topology
from arpipe.types.expressions import EXPRESSION_NAMES, Gaze
from tests.controls import results

TIMEOUT_S = 5.0


class Receiver:
    """A UDP port on loopback."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(TIMEOUT_S)
        self.port = self.socket.getsockname()[1]

    def packet(self):
        return self.socket.recv(65536)

    def messages(self, until):
        """(address, arguments) of all messages up to the first one with an address."""
        received = []
        while not received or received[-1][0] != until:
            received += [(message.address, message.params) for message in OscBundle(self.packet())]
        return received


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.socket.close()


def refuse(error):
    raise AssertionError(error)


def speaking(time_s=0.0, index=0, **scores):
    face = results.face(yaw=20.0, pitch=10.0, scores={"jawOpen": 0.75, "eyeBlinkLeft": 0.25, **scores})
    world = np.random.default_rng(3).normal(size=(21, 3)).astype(np.float32)
    return results.result(
        time_s, index, faces=[face], hands=[results.hand("left", "Victory", 0.9, world=world)]
    )


def event(name="smile", edge="start"):
    return ControlEvent(name, edge, 1.5, 45, 0.9, 0.0, results.result(1.5, 45))


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
    late.settimeout(TIMEOUT_S)
    for number in range(3):  # the first may still report the packet before
        sender.send([OscMessage("/late", (number,))])
    assert OscBundle(late.recv(65536)).content(0).address == "/late"
    sender.close()
    late.close()


def test_an_unknown_host_is_refused_before_anything_is_sent():
    with pytest.raises(OutputError, match=r"osc://no-such-host.invalid:9000: the host cannot be found"):
        open_sender("osc://no-such-host.invalid:9000", refuse)


@pytest.fixture
def server():
    server = JsonServer("127.0.0.1", 0)
    yield server
    server.close()
    server.close()


def receive(client, kind):
    """The next message of a kind."""
    while True:
        message = json.loads(client.recv(TIMEOUT_S))
        if message["type"] == kind:
            return message


def offer_until_received(server, client, result):
    """Results are offered again, because the client may not be registered at the first."""
    stop = threading.Event()

    def offer():
        while not stop.wait(0.01):
            server.observe(result)

    thread = threading.Thread(target=offer)
    thread.start()
    try:
        return receive(client, "result")
    finally:
        stop.set()
        thread.join()


def test_json_is_that_of_an_export(server):
    with connect(f"ws://127.0.0.1:{server.port}") as client:
        message = offer_until_received(server, client, speaking(1.5, 45))
        assert message == {"type": "result", **speaking(1.5, 45).to_dict()}
        for number in range(50):
            server.send_event(event(f"e{number}"))
        assert [receive(client, "event")["event"] for _ in range(50)] == [
            f"e{number}" for number in range(50)
        ]


def test_a_slow_client_gets_the_latest_result(server):
    with connect(f"ws://127.0.0.1:{server.port}") as client:
        offer_until_received(server, client, speaking(0.0, 0))
        for index in range(1, 200):
            server.observe(speaking(index / 30, index))
        server.send_event(event("last"))
        frames = []
        while True:
            message = json.loads(client.recv(TIMEOUT_S))
            if message["type"] == "event":
                break
            frames.append(message["frame"])
        assert frames == sorted(frames)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_clients_that_read_nothing_or_say_nothing_do_not_keep_the_server_open(monkeypatch):
    monkeypatch.setattr(json_server, "CLOSE_S", 0.05)
    monkeypatch.setattr(json_server, "OPEN_S", 0.05)
    server = JsonServer("127.0.0.1", 0)
    place = ("127.0.0.1", server.port)
    with socket.create_connection(place) as reads_nothing, socket.create_connection(place):
        reads_nothing.sendall(HANDSHAKE)
        assert reads_nothing.recv(12) == b"HTTP/1.1 101"
        large = event("x" * 8_000_000)  # more than the system buffers
        while not server._current():
            threading.Event().wait(0.001)
        server.send_event(large)
        closing = threading.Thread(target=server.close)
        closing.start()
        closing.join(TIMEOUT_S)
        assert not closing.is_alive()


def test_pages_of_other_sites_cannot_connect(server):
    for origin in ("https://example.com", "http://127.0.0.1.example.com", "null"):
        with pytest.raises(InvalidStatus, match="403"):
            connect(f"ws://127.0.0.1:{server.port}", origin=origin)
    with connect(f"ws://127.0.0.1:{server.port}", origin="http://localhost:8000") as page:
        assert offer_until_received(server, page, speaking())["type"] == "result"


def test_a_taken_port_is_refused(server):
    with pytest.raises(OutputError, match="cannot listen there .*; choose another port"):
        open_sender(f"ws://127.0.0.1:{server.port}", refuse)


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Location", "http://example.com/")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.received, server.status = [], 204
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_posts_the_event(hook):
    url = f"http://127.0.0.1:{hook.server_port}/event"
    assert TriggerConfig(when="smile", webhook=url).webhook == url
    post_event(url, event())
    assert hook.received == [("/event", event().to_dict())]


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_webhook_that_is_not_accepted_is_an_error_and_never_redirected(hook, status):
    hook.status = status
    with pytest.raises(OutputError, match=f"HTTP status {status}"):
        post_event(f"http://127.0.0.1:{hook.server_port}/event", event())
    assert len(hook.received) == 1


def test_a_webhook_without_a_receiver_is_an_error(receiver):
    with pytest.raises(OutputError, match="is the program that receives webhooks running"):
        post_event(f"http://127.0.0.1:{receiver.port}/event", event())


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
