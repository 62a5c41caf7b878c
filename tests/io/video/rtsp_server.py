"""A small RTSP server (RFC 2326): H.264 in RTP (RFC 6184), interleaved with the answers on one TCP connection."""

import base64
import hashlib
import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from fractions import Fraction

import av
import numpy as np

FPS = 30
CLOCK_HZ = 90_000
COLORS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40)]
REALM, NONCE, USER, PASSWORD = "camera", "0a4f113b", "viewer", "s3cret"


def encoded(count, size=(64, 48)):
    """H.264 of plain pictures whose colours take turns: a list of NAL units for each."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.time_base = Fraction(1, FPS)
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "x264-params": "keyint=4:repeat-headers=1",
    }
    pictures = []
    for index in range(count):
        color = np.full((size[1], size[0], 3), COLORS[index % len(COLORS)], np.uint8)
        frame = av.VideoFrame.from_ndarray(color).reformat(format="yuv420p")
        frame.pts = index
        pictures += [_nals(bytes(packet)) for packet in encoder.encode(frame)]
    return pictures


def _nals(packet):
    return [nal for nal in re.split(b"\x00\x00\x00?\x01", packet) if nal]


class RtspServer:
    """Serves `count` pictures to each client, in real time, and then hangs up.

    Attributes:
        url: Address of the stream.
        clients: Number of clients that have played it.
    """

    def __init__(self, count, with_password=False):
        self._pictures, self._with_password = encoded(count), with_password
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._stopped = threading.Event()
        self.clients = 0
        port = self._listener.getsockname()[1]
        secret = f"{USER}:{PASSWORD}@" if with_password else ""
        self.url = f"rtsp://{secret}127.0.0.1:{port}/door"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self):
        while not self._stopped.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, suppress(OSError):
                self._answer(client)

    def _answer(self, client):
        stream = client.makefile("rb")
        while True:
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    return
                request += line
            text = request.decode()
            method, number = text.split()[0], re.search(r"CSeq: *(\d+)", text)[1]
            if self._with_password and not self._is_allowed(method, text):
                challenge = f'WWW-Authenticate: Digest realm="{REALM}", nonce="{NONCE}"\r\n'
                client.sendall(f"RTSP/1.0 401 Unauthorized\r\nCSeq: {number}\r\n{challenge}\r\n".encode())
                continue
            head, body = self._reply(method)
            length = f"Content-Length: {len(body)}\r\n" if body else ""
            client.sendall(f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{head}{length}\r\n{body}".encode())
            if method == "PLAY":
                self.clients += 1
                self._play(client)
                return

    def _is_allowed(self, method, text):
        given = re.search(r'uri="([^"]*)", response="([^"]*)"', text)
        if given is None:
            return False
        one, two = (
            hashlib.md5(part.encode(), usedforsecurity=False).hexdigest()
            for part in (f"{USER}:{REALM}:{PASSWORD}", f"{method}:{given[1]}")
        )
        return given[2] == hashlib.md5(f"{one}:{NONCE}:{two}".encode(), usedforsecurity=False).hexdigest()

    def _reply(self, method):
        if method == "OPTIONS":
            return "Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""
        if method == "SETUP":
            return "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n", ""
        if method != "DESCRIBE":
            return "Session: 1\r\n", ""
        parameters = ",".join(
            base64.b64encode(nal).decode() for nal in self._pictures[0] if nal[0] & 31 in (7, 8)
        )
        lines = (
            "v=0",
            "o=- 0 0 IN IP4 127.0.0.1",
            "s=door",
            "t=0 0",
            "m=video 0 RTP/AVP 96",
            f"a=rtpmap:96 H264/{CLOCK_HZ}",
            f"a=fmtp:96 packetization-mode=1;sprop-parameter-sets={parameters}",
            "a=control:track",
        )
        return "Content-Type: application/sdp\r\n", "".join(f"{line}\r\n" for line in lines)

    def _play(self, client):
        sequence = 0
        for index, nals in enumerate(self._pictures):
            for nal in nals:
                is_last = nal is nals[-1]
                head = struct.pack("!BBHII", 0x80, 96 | is_last << 7, sequence, index * CLOCK_HZ // FPS, 7)
                client.sendall(struct.pack("!cBH", b"$", 0, len(head) + len(nal)) + head + nal)
                sequence += 1
            if self._stopped.wait(1 / FPS):
                return


@contextmanager
def rtsp_server(count, with_password=False):
    server = RtspServer(count, with_password)
    try:
        yield server
    finally:
        server.close()
