"""Who is let in, without a server."""

import asyncio

import pytest

from arpipe.apps.web.security import COOKIE, Access, AccessMiddleware, is_loopback
from arpipe.apps.web.server import WebServer
from arpipe.config import RunConfig, WebConfig
from arpipe.errors import ConfigError, DeviceError

EVERYWHERE = "0.0.0.0"  # noqa: S104 - only asked about


@pytest.fixture
def outside(tmp_path):
    """Access of a server that others can reach."""
    files = {name: tmp_path / name for name in ("tls_cert", "tls_key")}
    for path in files.values():
        path.write_text("PEM")
    return Access.of(WebConfig(host=EVERYWHERE, hosts=("booth.local",), **files))


def answer(access, path="/", headers=(), query=b"", kind="http", client="127.0.0.1"):
    """What the gate does with a request: status, headers, and whether the app behind saw it."""
    seen, sent = [], []

    async def app(scope, receive, send):
        seen.append(scope)

    async def send(message):
        sent.append(message)

    scope = {"type": kind, "method": "GET", "path": path, "query_string": query, "headers": list(headers)}
    scope["client"] = (client, 50_000)
    asyncio.run(AccessMiddleware(app, access)(scope, None, send))
    return sent, bool(seen)


HOST = (b"host", b"192.168.1.7:8000")


def test_beyond_loopback_tls_and_both_files_are_required(tmp_path):
    with pytest.raises(ConfigError, match="--tls-cert"):
        Access.of(WebConfig(host=EVERYWHERE))
    with pytest.raises(ConfigError, match="two files"):
        Access.of(WebConfig(tls_cert=tmp_path / "cert.pem"))
    with pytest.raises(ConfigError, match="no TLS file"):
        Access.of(WebConfig(tls_cert=tmp_path / "a", tls_key=tmp_path / "b"))


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("::1", True),
        ("127.9.9.9", True),
        (EVERYWHERE, False),
        ("a.b", False),
    ],
)
def test_loopback_is_known(host, local):
    assert is_loopback(host) is local


def test_every_token_is_new_and_long(outside):
    files = {"tls_cert": __file__, "tls_key": __file__}
    other = Access.of(WebConfig(host=EVERYWHERE, **files))
    assert outside.token != other.token
    assert len(outside.token) >= 32
    assert Access.of(WebConfig()).token is None


def test_a_token_is_asked_for_and_remembered(outside):
    sent, seen = answer(outside, headers=[HOST])
    assert (sent[0]["status"], seen) == (403, False)
    sent, seen = answer(outside, headers=[HOST], query=b"token=wrong")
    assert (sent[0]["status"], seen) == (403, False)
    sent, seen = answer(outside, headers=[HOST], query=f"token={outside.token}".encode())
    assert (sent[0]["status"], seen) == (303, False)
    headers = dict(sent[0]["headers"])
    assert headers[b"location"] == b"/"
    cookie = headers[b"set-cookie"].decode().lower()
    assert all(word in cookie for word in ("httponly", "secure", "samesite=strict"))
    remembered = (b"cookie", f"{COOKIE}={outside.token}".encode())
    assert answer(outside, headers=[HOST, remembered]) == ([], True)
    origin = (b"origin", b"https://192.168.1.7:8000")
    assert answer(outside, headers=[HOST, remembered, origin], kind="websocket") == ([], True)
    sent, seen = answer(outside, headers=[HOST, origin], kind="websocket")
    assert (sent[0]["type"], seen) == ("websocket.close", False)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("localhost:8000", True),
        ("127.0.0.1", True),
        ("[::1]:8000", True),
        ("evil.example:8000", False),
        ("", False),
        ("10.0.0.1", False),
    ],
)
def test_only_own_names_are_answered_on_loopback(host, known):
    assert Access.of(WebConfig()).accepts_host(host) is known


def test_names_beyond_loopback(outside):
    assert outside.accepts_host("booth.local:8000")
    assert outside.accepts_host("10.0.0.1:8000")
    assert not outside.accepts_host("evil.example")


def test_origin_is_the_page_itself(outside):
    assert outside.accepts_origin("https://booth.local:8000", "booth.local:8000")
    for origin in (
        "http://booth.local:8000",
        "https://booth.local",
        "https://evil.example:8000",
        "null",
        "https://[",
    ):
        assert not outside.accepts_origin(origin, "booth.local:8000")


PROXIED = (b"host", b"try.shop.example")


def test_the_public_address_is_accepted_and_no_other():
    access = Access.of(WebConfig(public_url="https://try.shop.example"))
    good = (b"origin", b"https://try.shop.example")
    assert answer(access, headers=[PROXIED, good], kind="websocket") == ([], True)
    assert answer(access, headers=[(b"host", b"127.0.0.1:8000"), good], kind="websocket") == ([], True)
    for bad in (
        b"http://try.shop.example:81",
        b"https://evil.example",
        b"https://try.shop.example.evil.example",
    ):
        sent, seen = answer(access, headers=[PROXIED, (b"origin", bad)], kind="websocket")
        assert (sent[0]["type"], seen) == ("websocket.close", False)
        assert "web.public_url" in sent[0]["reason"]


def test_forwarded_headers_are_believed_from_named_proxies_only():
    forwarded = [
        (b"host", b"127.0.0.1:8000"),
        (b"x-forwarded-host", b"try.shop.example"),
        (b"x-forwarded-proto", b"https"),
        (b"origin", b"https://try.shop.example"),
    ]
    trusting = Access.of(WebConfig(hosts=("try.shop.example",), trusted_proxies=("10.1.2.3",)))
    for client, seen in (("10.1.2.3", True), ("10.1.2.4", False)):
        assert answer(trusting, headers=forwarded, kind="websocket", client=client)[1] is seen


def test_only_named_sites_may_show_the_page_in_a_frame():
    def policy(**web):
        sent, _ = answer(Access.of(WebConfig(**web)), headers=[(b"host", b"evil.example")])
        headers = dict(sent[0]["headers"])
        return headers[b"content-security-policy"].decode(), headers.get(b"x-frame-options")

    alone, denied = policy()
    assert "frame-ancestors 'none'" in alone
    assert denied == b"DENY"
    shop, denied = policy(embed=("https://shop.example", "http://localhost:9000"))
    assert shop.endswith("frame-ancestors https://shop.example http://localhost:9000")
    assert denied is None


@pytest.mark.parametrize(
    "wrong", ["shop.example", "https://shop.example/path", "ftp://shop.example", "https://u@a.b", "*"]
)
def test_what_is_no_origin_is_refused(wrong):
    with pytest.raises(ValueError, match="origin"):
        WebConfig(embed=(wrong,))
    with pytest.raises(ValueError, match="origin"):
        WebConfig(public_url=wrong)


def test_a_link_keeps_its_effect_when_the_token_is_taken_out(outside):
    query = f"token={outside.token}&effect=wayfarer&effect=lipstick".encode()
    sent, _ = answer(outside, headers=[HOST], query=query)
    assert dict(sent[0]["headers"])[b"location"] == b"/?effect=wayfarer&effect=lipstick"


def test_a_taken_port_is_said_so():
    first = WebServer(RunConfig(web=WebConfig(port=0)))
    port = int(first.url.rstrip("/").rpartition(":")[2])
    with pytest.raises(DeviceError, match="--port"):
        WebServer(RunConfig(web=WebConfig(port=port)))
    first.close()
