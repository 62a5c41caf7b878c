"""TLS handshakes are limited in time and number."""

from contextlib import ExitStack

import pytest

from tests.apps.web.hostile_peers import raw, rest_of
from tests.apps.web_pages import RunConfig, WebConfig, page, running

pytestmark = [pytest.mark.gl, pytest.mark.weights]
HELLO_OF_TLS = bytes.fromhex("160301020001")  # a record header of 512 bytes that never come


@pytest.fixture
def serve(certificate, capfd):
    """Starts a server with TLS; gives its address."""
    files, _ = certificate
    with ExitStack() as stack:

        def start(**limits):
            web = WebConfig(port=0, **files, **limits)
            server = stack.enter_context(running(RunConfig(web=web)))
            return server.url.rstrip("/").replace("127.0.0.1", "localhost")

        yield start
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("begun", [b"", HELLO_OF_TLS, b"GET / HTTP/1.1\r\n\r\n"])
def test_handshake_that_does_not_come_is_given_up(serve, begun):
    url = serve(handshake_s=0.2)
    with raw(url) as peer:
        peer.sendall(begun)
        rest_of(peer)  # returns once the server has closed the connection


def test_handshakes_beyond_the_limit_do_not_keep_others_out(serve, certificate, jpeg):
    url = serve(handshake_s=60, max_connections=8)
    with ExitStack() as stack:
        peers = [stack.enter_context(raw(url)) for _ in range(30)]
        with page(url, ssl=certificate[1]) as opened:
            opened.send(jpeg, 5)
            assert opened.receive().sequence == 5
        assert rest_of(peers[0]) == b""  # the oldest gave way
