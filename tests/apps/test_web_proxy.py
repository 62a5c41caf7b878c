"""The page behind a real proxy that ends TLS, and in the frame of a shop, in a real Chromium."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import closing, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from arpipe.config import RunConfig, WebConfig
from tests.apps.chromium import launched
from tests.apps.test_web_browser import CAMERA, more_pictures, opened, until
from tests.apps.web_pages import running, serving
from tests.patience import PATIENCE_S, come_true

pytest.importorskip("playwright.sync_api", reason="pip install playwright")
pytestmark = [pytest.mark.browser, pytest.mark.gl, pytest.mark.weights]

ROOT = Path(__file__).resolve().parents[2]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CADDY = shutil.which("caddy")
NAME = "try.shop.example"


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from tests.apps.chromium import write_camera

    path = tmp_path_factory.mktemp("camera") / "sample.y4m"
    write_camera(path, CAMERA)
    with launched(path) as started:
        yield started


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        return probe.getsockname()[1]


@contextmanager
def proxied(folder, port, upstream):
    """The recipe of docs/web.md in a real nginx, with other ports and files."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    recipe = re.search(r"```nginx\n(.*?)```", (ROOT / "docs/web.md").read_text(), re.DOTALL)[1]
    for wanted, here in (
        ("443", f"127.0.0.1:{port}"),
        (NAME + ";", "localhost;"),
        (f"/etc/ssl/{NAME}.pem", str(certificate)),
        (f"/etc/ssl/{NAME}.key", str(key)),
        ("http://127.0.0.1:8000", upstream),
    ):
        assert wanted in recipe
        recipe = recipe.replace(wanted, here)
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}"
        f"http {{ access_log off; {paths} {recipe} }}"
    )
    with listening([NGINX, "-e", folder / "error.log", "-c", config], port, folder) as url:
        yield url


@contextmanager
def caddied(folder, port, upstream):
    """The recipe of docs/web.md in a real Caddy, which makes its own certificate for this machine."""
    recipe = re.search(r"```\n(try.shop.example \{\n.*?)```", (ROOT / "docs/web.md").read_text(), re.DOTALL)[
        1
    ]
    for wanted, here in (
        (NAME, f"https://localhost:{port}"),
        ("127.0.0.1:8000", upstream.removeprefix("http://")),
    ):
        assert wanted in recipe
        recipe = recipe.replace(wanted, here)
    quiet = f"admin off\nauto_https disable_redirects\nskip_install_trust\nstorage file_system {folder}"
    (folder / "Caddyfile").write_text(f"{{\n{quiet}\n}}\n{recipe}")
    with listening([CADDY, "run", "--config", folder / "Caddyfile"], port, folder) as url:
        yield url


@contextmanager
def listening(command, port, folder):
    """Run a proxy in the block."""
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, "XDG_CONFIG_HOME": str(folder)}
        )
    try:
        assert come_true(lambda: process.poll() is not None or speaks_tls(port))
        assert process.poll() is None, (folder / "output").read_text()
        yield f"https://localhost:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def speaks_tls(port):
    """Whether a proxy listens and has its certificate, which Caddy makes meanwhile."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection(("127.0.0.1", port), PATIENCE_S) as probe,
            trusting.wrap_socket(probe, server_hostname="localhost"),
        ):
            return True
    except OSError:
        return False


NEEDS_NGINX = pytest.mark.skipif(NGINX is None, reason="needs nginx; on Debian: apt-get install nginx-light")
NEEDS_CADDY = pytest.mark.skipif(CADDY is None, reason="needs Caddy; on Debian: apt-get install caddy")


@pytest.mark.parametrize(
    "proxied", [pytest.param(proxied, marks=NEEDS_NGINX), pytest.param(caddied, marks=NEEDS_CADDY)]
)
def test_the_recipes_for_proxies_work(browser, tmp_path, proxied):
    port = free_port()
    web = WebConfig(port=0, public_url=f"https://localhost:{port}")
    with running(RunConfig(web=web)) as server:
        assert server.url == f"https://localhost:{port}/"
        upstream = f"http://127.0.0.1:{server.port}"
        with proxied(tmp_path, port, upstream) as url, opened(browser, url, ignore_https_errors=True) as page:
            more_pictures(page, 5)
            assert page.evaluate("() => location.protocol") == "https:"


@NEEDS_NGINX
def test_without_its_public_address_the_page_says_what_is_wrong(browser, tmp_path):
    port = free_port()
    with running(RunConfig(web=WebConfig(port=0))) as server:
        upstream = f"http://127.0.0.1:{server.port}"
        with proxied(tmp_path, port, upstream) as url, opened(browser, url, ignore_https_errors=True) as page:
            until(page, "document.getElementById('card-title').textContent.includes('refuses')")
            assert "web.public_url" in page.inner_text("#card-text")


@contextmanager
def shop(mirror):
    handler = partial(SimpleHTTPRequestHandler, directory=ROOT / "demos/shop")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    try:
        with mirror(origin) as url:
            yield f"{origin}/?mirror={url}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_shop_chooses_glasses_and_keeps_a_picture(browser):
    with shop(lambda origin: serving(embed=(origin,))) as url, opened(browser, url) as page:
        until(page, "document.querySelectorAll('#products button').length >= 9")
        mirror = page.frames[1]
        page.click("[data-id=wayfarer]")
        until(page, "document.querySelector('[data-id=wayfarer]').getAttribute('aria-pressed') === 'true'")
        more_pictures(mirror, 5)
        assert mirror.evaluate("() => document.body.className") == "minimal"
        shown = "document.querySelector('[data-effect=wayfarer]').getBoundingClientRect()"
        until(mirror, f"0 <= {shown}.left && {shown}.right <= innerWidth")  # the last of the effects
        page.click("#shoot")
        until(page, "document.querySelector('#kept img')?.naturalWidth > 0")
        mirror.click("[data-effect=round]")  # the visitor chooses in the frame, and the shop follows
        until(page, "document.querySelector('[data-id=round]').getAttribute('aria-pressed') === 'true'")


@pytest.mark.parametrize("size", [(640, 400), (390, 844), (1280, 800)])
def test_the_picture_fills_half_of_a_shops_frame_at_any_size(browser, size):
    """640 × 400 is a desktop at 200 % zoom."""
    viewport = {"width": size[0], "height": size[1]}
    with (
        shop(lambda origin: serving(embed=(origin,))) as url,
        opened(browser, url, viewport=viewport) as page,
    ):
        until(page, "document.querySelectorAll('#products button').length >= 9")
        mirror = page.frames[1]
        assert (
            mirror.evaluate(
                "() => { const { width, height } = document.querySelector('.stage').getBoundingClientRect();"
                " return width * height / (innerWidth * innerHeight); }"
            )
            >= 0.5
        )
        assert mirror.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        assert mirror.evaluate(
            "() => document.querySelector('.try').getBoundingClientRect().bottom <= innerHeight + 1"
        )


SAID = """addEventListener("message", (event) => {
    if (event.data?.source === "arpipe") (window.said ??= []).push(event.data);
})"""


def errors_of(page):
    return page.evaluate("() => said.filter(({ type }) => type === 'error').map(({ text }) => text)")


def test_wrong_parameters_of_a_shop_are_told_and_change_nothing(browser):
    with shop(lambda origin: serving(embed=(origin,))) as url, opened(browser, url, before=SAID) as page:
        until(page, "document.querySelectorAll('#products button').length >= 9")
        page.click("[data-id=wayfarer]")
        mirror = page.frames[1]
        until(mirror, "arpipe.accepted?.[0]?.id === 'wayfarer'")
        say = "(message) => document.getElementById('mirror').contentWindow.postMessage(message, '*')"
        for before, params in enumerate(({"scale": 999}, {"scael": 1})):  # what the server refuses
            page.evaluate(say, {"target": "arpipe", "type": "effect", "id": "round", "params": params})
            until(page, f"said.filter(({{ type }}) => type === 'error').length > {before}")
            until(page, 'JSON.stringify(said.at(-1).active) === \'[{"id":"wayfarer","params":{}}]\'')
        for params in ([1], "text", {"scale": {}}, {"scale": "x" * 65}, {"x" * 65: 1}):  # what it cannot read
            page.evaluate(say, {"target": "arpipe", "type": "effect", "id": "round", "params": params})
        until(page, "said.filter(({ type }) => type === 'error').length === 7")
        first, second, *others = errors_of(page)
        assert first == "effect 'round': scale cannot be 999"
        assert second == "effect 'round': there is no parameter 'scael'; did you mean 'scale'?"
        assert others == ["params must be an object with short texts, numbers and booleans"] * 5
        page.evaluate(say, {"target": "arpipe", "type": "effect", "id": "round"})
        until(mirror, "arpipe.accepted[0].id === 'round'")
        more_pictures(mirror, 3)


def test_a_choice_that_is_remembered_but_no_longer_valid_is_worn_as_it_comes(browser):
    kept = [{"id": "round", "params": {"scale": 99}}, {"id": "lipstick"}, 5, {"id": "gone", "params": {}}]
    before = f"localStorage.setItem('arpipe.effects', JSON.stringify({json.dumps(kept)}))"
    with serving() as url, opened(browser, url, before=before) as page:
        until(page, """JSON.stringify(arpipe.accepted) === '[{"id":"round","params":{}}]'""")
        more_pictures(page, 3)


def test_a_site_that_is_not_named_gets_no_frame(browser):
    with shop(lambda _: serving(embed=("https://shop.example",))) as url:
        context = browser.new_context()
        context.set_default_timeout(PATIENCE_S * 1000)
        page = context.new_page()
        page.goto(url)
        end_s = time.monotonic() + PATIENCE_S
        while len(page.frames) < 2 or not page.frames[1].url.startswith("chrome-error"):
            assert time.monotonic() < end_s, page.frames
            page.wait_for_timeout(50)
        assert page.evaluate("() => document.querySelectorAll('#products button').length") == 0
        context.close()


def test_links_photos_the_model_and_the_choice_after_a_reload(browser):
    with serving() as url, opened(browser, f"{url}/?effect=round&effect=lipstick&effect=nothing") as page:
        more_pictures(page, 3)
        worn = "() => [...document.querySelectorAll('.chip')].map((chip) => chip.textContent)"
        assert page.evaluate(worn) == ["Round", "Lipstick"]
        page.select_option("#camera", "model")
        until(page, "document.getElementById('view').width === 960")
        more_pictures(page, 3)
        assert page.evaluate("() => arpipe.last.faces") == 1
        page.set_input_files("#photo", ROOT / "assets/samples/astronaut.png")
        until(page, "document.getElementById('view').width === 512")
        more_pictures(page, 3)
        page.set_input_files("#photo", ROOT / "README.md")
        until(page, "document.getElementById('card-title').textContent === 'This is not a picture'")
    with serving() as url, opened(browser, url) as page:
        more_pictures(page, 3)
        page.click("[data-effect=sport]")
        until(page, "localStorage.getItem('arpipe.effects').includes('sport')")
        page.reload()
        more_pictures(page, 3)
        assert page.get_attribute("[data-effect=sport]", "aria-pressed") == "true"
