"""How a phone gets to the page: addresses, codes, certificates and tokens."""

import datetime as dt
import ipaddress
import json
import socket
import ssl
import stat
import urllib.error
import urllib.request
from contextlib import closing
from types import SimpleNamespace

import psutil
import pytest
from pydantic import ValidationError
from starlette.applications import Starlette

from arpipe.apps.web import address, run
from arpipe.apps.web.address import local_addresses
from arpipe.apps.web.security import Access
from arpipe.apps.web.server import PageServer
from arpipe.config import RunConfig, WebConfig
from arpipe.errors import ConfigError, MissingExtra, OutputError
from tests.apps.web_pages import serving

NOW = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
EVERYWHERE = "0.0.0.0"  # noqa: S104 - to be reached by its token only
TOKEN = "a-token-of-ones-own"  # noqa: S105 - of a test
certificate = pytest.importorskip("arpipe.apps.web.certificate", reason="pip install arpipe[phone]")


def fetch(url, context=None, cookie=""):
    request = urllib.request.Request(url, headers={"Cookie": f"arpipe_token={cookie}"})  # noqa: S310 - our own
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    with opener.open(request) as answer:
        return answer.read()


def test_addresses_are_those_that_others_may_reach(monkeypatch):
    def entry(family, text):
        return SimpleNamespace(family=family, address=text)

    interfaces = {
        "lo": [entry(socket.AF_INET, "127.0.0.1")],
        "docker0": [entry(socket.AF_INET, "172.17.0.1")],
        "wlan0": [entry(socket.AF_INET, "192.168.1.20"), entry(socket.AF_INET6, "fe80::1")],
        "usb0": [entry(socket.AF_INET, "169.254.3.4")],
        "eth9": [entry(socket.AF_INET, "10.0.0.9")],
    }
    states = {name: SimpleNamespace(isup=name != "eth9") for name in interfaces}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: states)
    assert local_addresses() == ["192.168.1.20", "172.17.0.1"]


def test_a_certificate_is_kept_until_it_expires_or_names_change(tmp_path):
    first = certificate.local_certificate(["localhost", "192.168.1.20"], tmp_path, NOW)
    content = first.certificate.read_bytes()
    assert stat.S_IMODE(first.key.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*authority*key*"))  # nobody can sign anything else with it
    again = certificate.local_certificate(["192.168.1.20"], tmp_path, NOW + dt.timedelta(days=300))
    assert again.certificate.read_bytes() == content
    for names, now in (
        (["localhost", "192.168.1.21"], NOW),
        (["localhost"], NOW + dt.timedelta(days=390)),
    ):
        content = first.certificate.read_bytes()
        certificate.local_certificate(names, tmp_path, now)
        assert first.certificate.read_bytes() != content
    first.certificate.write_text("damaged")
    certificate.local_certificate(["localhost"], tmp_path, NOW)
    assert b"BEGIN CERTIFICATE" in first.certificate.read_bytes()


def test_a_certificate_that_was_left_half_made_is_made_again(tmp_path, monkeypatch):
    first = certificate.local_certificate(["localhost"], tmp_path, NOW)

    def fail(*_):
        raise OutputError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(certificate, "_write_secret", fail)
        with pytest.raises(OutputError):
            certificate.local_certificate(["192.168.1.20"], tmp_path, NOW)
    made = certificate.local_certificate(["localhost"], tmp_path, NOW)
    assert made == first
    ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(made.certificate, made.key)


def test_a_machine_whose_name_is_no_host_name_has_a_certificate_for_its_addresses(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(socket, "gethostname", lambda: "my_pc")
    live = RunConfig().live.model_copy(update={"seconds": 0.01})
    web = WebConfig(port=0, host=EVERYWHERE, certificate=True)
    assert run(RunConfig(live=live), web, ready=lambda _: None) == 0
    with pytest.raises(ConfigError, match="your_pc"):
        run(RunConfig(), web.model_copy(update={"hosts": ("your_pc",)}))


def test_advice_names_an_authority_only_for_certificates_made_here(tmp_path):
    made = certificate.local_certificate(["localhost"], tmp_path)
    own = WebConfig(port=0, certificate=True, tls_cert=made.certificate, tls_key=made.key)
    with closing(PageServer(own, Starlette())) as server:
        assert server.authority is None


def test_a_browser_that_trusts_the_authority_accepts_the_certificate(tmp_path):
    made = certificate.local_certificate(["localhost", "127.0.0.1"], tmp_path)
    context = ssl.create_default_context(cafile=made.authority)
    web = {"tls_cert": made.certificate, "tls_key": made.key, "host": EVERYWHERE, "token": TOKEN}
    with serving(**web) as url:
        port = url.rpartition(":")[2].partition("/")[0]
        local = f"https://127.0.0.1:{port}"
        assert b"<svg" in fetch(f"{local}/phone.svg", context, TOKEN)
        shown = json.loads(fetch(f"{local}/about.json", context, TOKEN))
        assert shown["phone"].endswith(f":{port}/?token={TOKEN}")
        host = shown["phone"].removeprefix("https://").partition(":")[0]
        assert ipaddress.ip_address(host) or host == socket.gethostname()
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(local, ssl.create_default_context())


def test_a_token_of_ones_own_is_asked_for_on_loopback_too():
    with serving(token=TOKEN) as url:
        assert url.endswith(f"/?token={TOKEN}")
        bare = url.partition("/?")[0]
        with pytest.raises(urllib.error.HTTPError, match="403"):
            fetch(bare)
        assert json.loads(fetch(f"{bare}/about.json", cookie=TOKEN))["phone"] is None
        with pytest.raises(urllib.error.HTTPError, match="404"):
            fetch(f"{bare}/phone.svg", cookie=TOKEN)


@pytest.mark.parametrize("token", ["short", "with spaces in the middle", "ümlaut-in-the-middle", "a" * 129])
def test_tokens_are_long_and_fit_into_an_address(token):
    with pytest.raises(ValidationError):
        WebConfig(token=token)
    assert Access.of(WebConfig(token=TOKEN)).token == TOKEN


def test_behind_a_proxy_the_phone_gets_the_public_address():
    with serving(public_url="https://try.shop.example") as url:
        assert url == "https://try.shop.example"


def test_the_code_leads_to_the_address():
    cv2 = pytest.importorskip("cv2")
    segno = pytest.importorskip("segno", reason="pip install arpipe[phone]")
    import numpy as np

    url = "https://192.168.1.20:8000/?token=" + "x" * 32
    assert b"<svg" in address.qr_svg(url)
    assert "▀" in address.qr_text(url) or "█" in address.qr_text(url)
    cells = np.array(list(segno.make_qr(url, error="m").matrix_iter(scale=8, border=4)), np.uint8)
    text, *_ = cv2.QRCodeDetector().detectAndDecode(np.repeat(255 - 255 * cells[..., None], 3, axis=2))
    assert text == url


def test_without_the_extra_it_is_named(monkeypatch):
    import sys

    for module in ("arpipe.apps.web.qr_code", "arpipe.apps.web.certificate"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "segno", None)
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(MissingExtra, match=r"arpipe\[phone\]"):
        address.qr_svg("https://example.org")
    with pytest.raises(MissingExtra, match=r"arpipe\[phone\]"):
        run(RunConfig(), WebConfig(port=0, certificate=True))


def test_one_command_serves_the_network(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    live = RunConfig().live.model_copy(update={"seconds": 0.01})
    told = []
    web = WebConfig(port=0, host=EVERYWHERE, certificate=True)
    assert run(RunConfig(live=live), web, ready=told.append) == 0
    assert told[0].startswith("https://")
    assert (tmp_path / "arpipe" / "certificate" / "authority.pem").is_file()


def test_beyond_loopback_tls_is_required_and_the_way_is_named():
    with pytest.raises(ConfigError, match="--certificate"):
        Access.of(WebConfig(host=EVERYWHERE))
