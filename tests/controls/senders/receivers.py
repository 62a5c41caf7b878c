"""A receiver on a real socket, and what is sent to it."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
from pythonosc.osc_bundle import OscBundle

from arpipe.controls.watch import ControlEvent
from tests.controls import results
from tests.patience import PATIENCE_S


class Receiver:
    """A UDP port on loopback."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE_S)
        self.port = self.socket.getsockname()[1]

    def packet(self):
        return self.socket.recv(65536)

    def messages(self, until):
        """(address, arguments) of all messages up to the first one with an address."""
        received = []
        while not received or received[-1][0] != until:
            received += [(message.address, message.params) for message in OscBundle(self.packet())]
        return received


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Location", "http://example.com/")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def webhook():
    """A server that notes (path, JSON) of what is posted to it, and answers with its `status`."""
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.received, server.status = [], 204
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


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
