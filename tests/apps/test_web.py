"""The web app without a browser: what a page sends, what comes back, and what ends a session."""

import json
import re
import shutil
import ssl
import struct
import subprocess
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from arpipe.apps.web import connection
from arpipe.apps.web.protocol import CREDIT, PictureKind
from arpipe.apps.web.security import COOKIE
from arpipe.config import RunConfig, WebConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import H264Decoder, H264Encoder, decode_jpeg, encode_jpeg
from tests.apps.web_pages import (
    SESSION_THREADS,
    Page,
    fetch,
    knock,
    page,
    reason_of,
    refusal,
    running,
    serving,
)
from tests.patience import PATIENCE_S

pytestmark = [pytest.mark.gl, pytest.mark.weights]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - to be reached by its token only

SIZE = SampleConfig(width=640, height=480, frames=40)


@pytest.fixture(scope="module")
def pixels():
    with SampleSource(SIZE) as source:
        return source.frame(0).pixels


@pytest.fixture(scope="module")
def url():
    with serving(max_sessions=3, max_width=800, max_height=600, max_fps=30, max_message_kb=1024) as url:
        yield url


@pytest.fixture
def stopped_clock(monkeypatch):
    """Everything comes within one second, however slow this machine is."""
    monkeypatch.setattr(connection, "time", SimpleNamespace(monotonic=lambda: 0.0, perf_counter=lambda: 0.0))


def set_effects(opened, *effects):
    opened.say(type="effects", ticket=7, effects=[{"id": name, "params": params} for name, params in effects])
    return opened.hear("applied")


def changed(answer, pixels):
    """Share of pixels that differ from what was sent by more than compression does."""
    got = decode_jpeg(answer.data, pixels.size)
    return float((np.abs(got.astype(int) - pixels).max(axis=2) > 60).mean())


def test_glasses_come_back_on_the_face(url, pixels):
    sent = encode_jpeg(pixels, 95)
    with page(url) as opened:
        opened.send(sent, 41, captured_ms=1234.5)
        bare = opened.receive()
        assert (bare.kind, bare.sequence, bare.captured_ms) == (PictureKind.JPEG, 41, 1234.5)
        assert changed(bare, pixels) < 0.002
        assert set_effects(opened, ("wayfarer", {}))["ticket"] == 7
        opened.send(sent, 42, captured_ms=1267.0)
        dressed = opened.receive()
        assert dressed.facts["faces"] == 1
        assert {"receive", "infer", "draw", "encode"} <= set(dressed.facts["stages"])
        assert 0.01 < changed(dressed, pixels) < 0.2


def test_the_divider_keeps_one_side_untouched(url, pixels):
    sent = encode_jpeg(pixels, 95)
    with page(url) as opened:
        set_effects(opened, ("wayfarer", {}))
        opened.say(type="view", split=0.5, before="left")
        for number in range(2):
            opened.send(sent, number, captured_ms=33.0 * number)
            answer = opened.receive()
        got = decode_jpeg(answer.data, pixels.size).astype(int)
        differs = np.abs(got - pixels).max(axis=2) > 60
        half = SIZE.width // 2
        assert differs[:, : half - 8].mean() < 0.002 < differs[:, half:].mean()


def test_h264_goes_up_and_down(url, pixels):
    encoder, decoder = H264Encoder(SIZE.width, SIZE.height, 20), H264Decoder(SIZE.width * SIZE.height)
    with page(url, {"down": "h264"}) as opened:
        kinds = []
        for number in range(3):
            data, is_key = encoder.encode(pixels)
            opened.send(
                data, number, PictureKind.H264_KEY if is_key else PictureKind.H264_DELTA, 33.0 * number
            )
            answer = opened.receive()
            kinds.append(answer.kind)
            got = decoder.decode(answer.data)
        assert kinds == [PictureKind.H264_KEY, PictureKind.H264_DELTA, PictureKind.H264_DELTA]
        assert np.abs(got.astype(int) - pixels).mean() < 6


def test_sessions_have_effects_of_their_own(url, pixels):
    sent = encode_jpeg(pixels, 95)
    with page(url) as one, page(url) as other:
        set_effects(one, ("lipstick", {"color": "#ff0000", "opacity": 1}))
        set_effects(other, ("foundation", {}))
        for number in range(3):
            for opened in (one, other):
                opened.send(sent, number, captured_ms=33.0 * number)
            red, plain = one.receive(), other.receive()
        assert changed(red, pixels) > 4 * changed(plain, pixels)


def test_what_is_not_in_the_catalogue_is_refused_and_harms_nothing(url, pixels):
    with page(url) as opened:
        for effect in (
            {"id": "../secret"},
            {"id": "aviator", "params": {"model": "/etc/hostname"}},
            {"id": "aviator", "params": {"opacity": 7}},
            {"id": "lipstick", "params": {"color": "red"}},
        ):
            opened.say(type="effects", effects=[effect])
            assert effect["id"] in opened.hear("refused")["reason"]
        opened.send(encode_jpeg(pixels, 90))
        assert opened.receive().facts["faces"] == 1


HEADER = b"\1" + bytes(15)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        (["{"], "malformed command"),
        (["[" * 9000], "malformed command"),
        (['{"type":"dance"}'], "malformed command"),
        (['{"type":"view","split":2}'], "malformed command"),
        (['{"type":"hello","version":2}'], "hello was sent twice"),
        (["x" * 40_000], "32768 are allowed"),
        ([b"\1"], "the header alone has 16"),
        ([b"\x09" + bytes(40)], "a picture of kind 9"),
        ([HEADER + b"no picture"], "is not a picture"),
        ([b"\2" + bytes(15) + b"\0\0\0\1 no H.264"], "cannot be decoded"),
        ([b"\1" + bytes(7) + b"\xff" * 8 + b"x"], "without a valid time"),
        ([HEADER + encode_jpeg(np.zeros((8, 8, 3), np.uint8), 50)], "at least 32 px"),
        ([HEADER + encode_jpeg(np.zeros((900, 900, 3), np.uint8), 50)], "that are allowed"),
        ([HEADER + b"x"] * (CREDIT + 1), "unanswered|is not a picture"),
        (['{"type":"reset"}'] * 90, "commands per second"),
    ],
)
def test_a_malformed_message_ends_its_session_only(url, pixels, stopped_clock, messages, reason):
    with page(url) as bystander, page(url) as offender:
        for message in messages:
            offender.socket.send(message)
        told = reason_of(offender)
        assert any(part in told for part in reason.split("|")), told
        bystander.send(encode_jpeg(pixels, 90))
        assert bystander.receive().facts["faces"] == 1


def test_too_large_a_message_ends_the_session(url):
    with page(url) as opened:
        # The announcement alone: were the message sent, its rest could reset the connection before the answer is read.
        length = struct.pack("!BBQ4x", 0x82, 0x80 | 127, 2 * 1024 * 1024)
        opened.socket.socket.sendall(length)
        with pytest.raises(ConnectionClosed) as ended:
            opened.socket.recv(PATIENCE_S)
        assert ended.value.rcvd.code == 1009


def test_more_pictures_than_allowed_end_the_session(pixels, stopped_clock):
    small = encode_jpeg(pixels[:64, :64].copy(), 50)
    with serving(max_fps=3) as url, page(url) as opened:
        for number in range(3):
            opened.send(small, number, captured_ms=float(number))
            opened.receive()
        opened.send(small, 3)
        assert "more than 3 pictures per second" in reason_of(opened)


def test_the_first_message_must_be_hello(url):
    for message in ('{"type":"reset"}', b"picture"):
        with knock(url) as socket:
            socket.send(message)
            assert "the first message must be hello" in reason_of(Page(socket))


def test_a_server_without_a_camera_says_so(url):
    with knock(url) as socket:
        socket.send('{"type":"hello","version":2,"mode":"server"}')
        assert "--source" in reason_of(Page(socket))


def test_page_catalogue_and_previews_are_served_with_a_strict_policy(url):
    headers, text = fetch(url)
    assert b"<title>arpipe live</title>" in text
    assert b"<style" not in text
    assert b"://" not in text  # nothing from elsewhere
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    entries = json.loads(fetch(url + "/catalog.json")[1])
    assert {"glasses", "makeup"} <= {entry["group"] for entry in entries}
    for name in ("none", entries[0]["id"], "lipstick"):
        assert decode_jpeg(fetch(f"{url}/preview/{name}.jpg")[1], 10**6).shape == (288, 288, 3)
    for path in ("/preview/nothing.jpg", "/static/../server.py", "/elsewhere"):
        assert refusal(url + path)[0] == 404


def test_background_has_a_preview_and_a_picture(pixels):
    config = RunConfig.model_validate({"web": {"port": 0}, "effects": ("background(color=#00ff00)",)})
    with running(config) as server:
        url = server.url.rstrip("/")
        name = json.loads(fetch(url + "/about.json")[1])["active"][0]["id"]
        preview = decode_jpeg(fetch(f"{url}/preview/{name}.jpg")[1], 10**6)
        bare = decode_jpeg(fetch(f"{url}/preview/none.jpg")[1], 10**6)
        assert (np.abs(preview.astype(int) - bare).max(axis=2) > 30).mean() > 0.1


@pytest.mark.parametrize("origin", [None, "http://evil.example", "https://127.0.0.1", "null"])
def test_sockets_from_other_pages_are_refused(url, origin):
    with pytest.raises(InvalidStatus) as refused:
        knock(url, origin)
    assert refused.value.response.status_code == 403


def test_rebound_names_are_refused(url):
    status, text = refusal(url, Host="evil.example")
    assert status == 403
    assert b"is not a name of this server" in text


def test_tls_and_token_let_a_page_in_from_elsewhere(tmp_path, pixels):
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate; on Debian: apt-get install openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    trust = ssl.create_default_context(cafile=certificate)
    config = RunConfig(web=WebConfig(host=EVERYWHERE, port=0, tls_cert=certificate, tls_key=key))
    with running(config) as server:
        port, token = re.fullmatch(r"https://.*:(\d+)/\?token=(.{32,})", server.url).groups()
        url = f"https://localhost:{port}"
        with pytest.raises(InvalidStatus):
            knock(url, ssl=trust)
        cookie = {"Cookie": f"{COOKIE}={token}"}
        with page(url, ssl=trust, additional_headers=cookie) as opened:
            opened.send(encode_jpeg(pixels, 90))
            assert opened.receive().facts["faces"] == 1


def test_sessions_leave_no_thread_behind(url, pixels):
    threads = {}
    for _ in range(4):
        with page(url) as opened:
            set_effects(opened, ("aviator", {}), ("blush", {}))
            opened.send(encode_jpeg(pixels, 90))
            opened.receive()
            open_now = [thread for thread in threading.enumerate() if thread.name.startswith(SESSION_THREADS)]
            assert {thread.name.split("_")[0] for thread in open_now} == set(SESSION_THREADS)
            threads.update((id(thread), thread) for thread in open_now)
    for thread in threads.values():
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
