"""Servers for hostile peers: one with the usual limits in time, one with so little patience that tests reach them."""

import shutil
import ssl
import subprocess

import pytest

from arpipe.apps.web import connection, transport
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import encode_jpeg
from tests.apps.web_pages import serving

SIZE = SampleConfig(width=320, height=240, frames=1)
LIMITS = {
    "max_sessions": 3,
    "max_connections": 20,
    "max_width": 640,
    "max_height": 480,
    "max_message_kb": 512,
}
# Long enough for the peers that keep the rules on a busy machine; the tests wait for it.
IMPATIENCE = {"handshake_s": 1.0, "request_s": 1.0, "answer_s": 1.0}


@pytest.fixture(scope="session")
def jpeg():
    with SampleSource(SIZE) as source:
        return encode_jpeg(source.frame(0).pixels, 90)


@pytest.fixture(scope="module")
def patient():
    with serving(**LIMITS) as url:
        yield url


@pytest.fixture(scope="module")
def impatient():
    with serving(**LIMITS, **IMPATIENCE) as url:
        yield url


@pytest.fixture
def url(patient, capfd):
    """A server that no test may make print a traceback."""
    yield patient
    assert "Traceback" not in capfd.readouterr().err


@pytest.fixture
def hasty_url(impatient, monkeypatch, capfd):
    """The same for the server with little patience."""
    monkeypatch.setattr(transport, "LINGER_S", 0.2)
    monkeypatch.setattr(connection, "CLOSE_TIMEOUT_S", 0.2)
    yield impatient
    assert "Traceback" not in capfd.readouterr().err


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Files of a certificate for localhost and its key, and a context that trusts it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate; on Debian: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    key, file = folder / "key.pem", folder / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *subject]
    subprocess.run([*command, "-keyout", key, "-out", file], check=True, capture_output=True)
    return {"tls_cert": file, "tls_key": key}, ssl.create_default_context(cafile=file)
