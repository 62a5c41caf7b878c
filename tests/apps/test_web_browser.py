"""The page in a real Chromium, its fake camera fed with the sample."""

import io
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import pytest
from PIL import Image

from arpipe.apps.web.protocol import MAX_FACES
from arpipe.apps.web.session import with_faces
from arpipe.config import ControlsFile, RunConfig, WebConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.validation import check
from tests.apps.chromium import launched, write_camera
from tests.apps.web_pages import running, serving
from tests.patience import PATIENCE_S, come_true

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")

pytestmark = [pytest.mark.browser, pytest.mark.gl, pytest.mark.weights]
CAMERA = SampleConfig(width=640, height=480, frames=20)
LENS = (slice(185, 245), slice(215, 425))  # rows and columns of the lenses in the fake camera's picture

NAMELESS = """() => [...document.querySelectorAll("button:not([hidden]), input, select, canvas, [role=slider]")]
    .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
    .map((e) => e.outerHTML)"""


@pytest.fixture(scope="module")
def camera_file(tmp_path_factory):
    """The sample as the file that Chromium plays as a camera."""
    path = tmp_path_factory.mktemp("camera") / "sample.y4m"
    write_camera(path, CAMERA)
    return path


@pytest.fixture(scope="module")
def browser(camera_file):
    with launched(camera_file) as started:
        yield started


@contextmanager
def opened(browser: Any, url: str, before: str = "", **options: Any) -> Iterator[Any]:
    """A page that allows its camera; `before` is script that runs first. Nothing may be logged as an error."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE_S * 1000)
    errors: list[str] = []
    try:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if before:
            page.add_init_script(before)
        page.goto(url)
        yield page
        assert not errors
    finally:
        context.close()


def until(page: Any, condition: str) -> None:
    """Waits for a condition; the page's policy forbids playwright's own way, which evaluates text."""
    end_s = time.monotonic() + PATIENCE_S
    while not page.evaluate(f"() => Boolean({condition})"):
        assert time.monotonic() < end_s, condition
        page.wait_for_timeout(50)


def more_pictures(page: Any, count: int = 5) -> None:
    shown = page.evaluate("() => window.arpipe?.shown ?? 0")
    until(page, f"window.arpipe?.shown >= {shown + count}")


def stands_still(page: Any) -> bool:
    shown = page.evaluate("() => arpipe.shown")
    page.wait_for_timeout(300)
    return shown == page.evaluate("() => arpipe.shown")


def seen(page: Any) -> np.ndarray:
    """(h, w, 3) what the canvas holds, not mirrored."""
    data = page.evaluate(
        """() => new Promise((done) => document.getElementById("view").toBlob(async (blob) =>
             done(Array.from(new Uint8Array(await blob.arrayBuffer()))), "image/png"))"""
    )
    return np.asarray(Image.open(io.BytesIO(bytes(data))).convert("RGB"))


def darkness(page: Any) -> float:
    return 255.0 - float(seen(page)[LENS].mean())


def test_glasses_are_on_the_face_and_change_with_a_click(browser):
    with serving() as url, opened(browser, url) as page:
        more_pictures(page, 10)
        assert page.evaluate("() => arpipe.code") == "h264"
        assert page.evaluate("() => arpipe.last.faces") == 1
        with SampleSource(CAMERA) as source:
            sent = source.frame(0).pixels.mean((0, 1))
        np.testing.assert_allclose(seen(page).mean((0, 1)), sent, atol=4)
        bare = darkness(page)
        page.click("[data-effect=wayfarer]")
        until(page, "arpipe.appliedMs > 0")
        more_pictures(page)
        assert darkness(page) > bare + 25
        assert page.get_attribute("[data-effect=wayfarer]", "aria-pressed") == "true"
        page.keyboard.press("0")
        more_pictures(page, 8)
        assert abs(darkness(page) - bare) < 8


def test_triggers_do_what_the_buttons_do(browser):
    controls = [
        {"when": "faces > 0", "effect": "round(scale=1.1)", "set": {"round.scale": 1.2}, "do": "mirror"}
    ]
    run = RunConfig(
        web=WebConfig(port=0), controls=check(ControlsFile, {"controls": controls}, "test").controls
    )
    with running(run) as server, opened(browser, server.url) as page:
        until(page, 'document.querySelector("[data-effect=round]")?.getAttribute("aria-pressed") === "true"')
        until(page, 'document.getElementById("do-mirror").getAttribute("aria-pressed") === "false"')
        shown = "[...document.querySelectorAll('#controls output')].map((output) => output.textContent)"
        assert "1.20" in page.evaluate(f"() => {shown}")
        more_pictures(page)


def test_keys_do_what_the_buttons_do(browser):
    with serving() as url, opened(browser, url) as page:
        more_pictures(page)
        page.keyboard.press("9")
        chosen = page.get_attribute("#rail > :nth-child(10)", "data-effect")
        assert page.get_attribute(f"[data-effect={chosen}]", "aria-pressed") == "true"
        for key, button in (("m", "do-mirror"), ("p", "do-profile"), ("b", "do-split"), ("d", "do-mesh")):
            before = page.get_attribute(f"#{button}", "aria-pressed")
            page.keyboard.press(key)
            assert page.get_attribute(f"#{button}", "aria-pressed") != before
        until(page, "document.querySelectorAll('#legend li').length > 5")
        page.keyboard.press("h")
        assert page.is_visible("#help")
        page.keyboard.press("Escape")
        until(page, "!document.querySelector('#help').open")
        page.evaluate("() => document.activeElement.blur()")  # on a button, Space would press that
        page.keyboard.press(" ")
        until(page, "document.querySelector('#do-pause').ariaPressed === 'true'")
        assert come_true(lambda: stands_still(page))  # pictures on their way still arrive
        for key, kind in (("s", "png"), ("r", None), ("r", ("mp4", "webm"))):
            if kind is None:
                page.keyboard.press(key)
                page.keyboard.press(" ")
                more_pictures(page)
                continue
            with page.expect_download() as download:
                page.keyboard.press(key)
            assert download.value.suggested_filename.endswith(kind)


def test_two_tabs_wear_their_own(browser):
    with serving() as url, opened(browser, url) as one, opened(browser, url) as other:
        one.click("[data-effect=wayfarer]")
        more_pictures(other, 8)
        more_pictures(one, 8)
        assert darkness(one) > darkness(other) + 25


def test_a_refused_camera_is_explained_and_can_be_tried_again(browser):
    refuse = """navigator.mediaDevices.getUserMedia = (wish) => window.allowed
        ? MediaDevices.prototype.getUserMedia.call(navigator.mediaDevices, wish)
        : Promise.reject(new DOMException("no", "NotAllowedError"));"""
    with serving() as url, opened(browser, url, refuse) as page:
        page.wait_for_selector("#card-button:visible")
        assert "not allowed" in page.inner_text("#card-title")
        page.evaluate("() => { window.allowed = true; }")
        page.click("#card-button")
        more_pictures(page)
        assert page.is_hidden("#card")


def test_a_browser_without_webcodecs_gets_jpeg(browser):
    with (
        serving() as url,
        opened(browser, url, "delete window.VideoEncoder; delete window.VideoDecoder;") as page,
    ):
        page.click("[data-effect=wayfarer]")
        more_pictures(page, 8)
        assert page.evaluate("() => arpipe.code") == "jpeg"
        assert darkness(page) > 150


def test_the_page_comes_back_after_a_restart_of_the_server(browser):
    with ExitStack() as tabs:
        with serving() as url:
            page = tabs.enter_context(opened(browser, url))
            page.click("[data-effect=wayfarer]")
            more_pictures(page)
        until(page, "document.getElementById('hint').textContent.includes('lost')")
        with serving(port=int(url.rpartition(":")[2])):
            more_pictures(page, 8)
            assert darkness(page) > 150


def test_the_servers_own_camera_is_shown(browser):
    with serving("sample") as url, opened(browser, url) as page:
        more_pictures(page)
        assert page.evaluate("() => arpipe.mode") == "server"
        assert page.evaluate("() => arpipe.last.width") == 1280


def test_one_page_too_many_is_told(browser):
    with serving(max_sessions=1) as url, opened(browser, url) as page:
        more_pictures(page)
        with opened(browser, url) as late:
            assert "All places are taken" in late.inner_text("h1")


def test_everything_has_a_name_and_a_place_for_the_keyboard(browser):
    with serving() as url, opened(browser, url, viewport={"width": 390, "height": 844}) as page:
        more_pictures(page)
        page.click("#tab-makeup")
        page.click("[data-effect=lipstick]")
        nameless = page.evaluate(NAMELESS)
        assert nameless == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        unreachable = page.evaluate(
            """() => [...document.querySelectorAll("button")]
                 .filter((e) => e.tabIndex < 0 && !["tab", "radio"].includes(e.role)).map((e) => e.id)"""
        )
        assert unreachable == []
        groups = "[...document.querySelectorAll('[role=tablist], [role=radiogroup]')]"
        reachable = page.evaluate(f"() => {groups}.map((e) => e.querySelectorAll('[tabindex=\"0\"]').length)")
        assert reachable == [1, 1]  # arrow keys lead to the others


def findings(page: Any) -> list[str]:
    """What axe has to say against the page as it is now."""
    found = axe.Axe().run(page).response["violations"]
    return [f"{each['id']}: {each['help']}: {each['nodes'][0]['html'][:120]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_axe_finds_nothing(browser, size, scheme):
    options = {"viewport": dict(zip(("width", "height"), size, strict=True)), "color_scheme": scheme}
    with serving() as url, opened(browser, url, **options) as page:
        more_pictures(page)
        assert findings(page) == []
        page.click("#tab-makeup")
        page.click("[data-effect=lipstick]")
        for key in ("p", "b"):
            page.keyboard.press(key)
        until(page, "document.querySelectorAll('#legend li').length > 5")
        assert findings(page) == []
        page.keyboard.press("h")
        assert findings(page) == []


def test_axe_finds_nothing_where_a_card_covers_the_picture(browser):
    refuse = """navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException("no", "NotAllowedError"));"""
    with serving() as url, opened(browser, url, refuse) as page:
        page.wait_for_selector("#card-button:visible")
        assert findings(page) == []


def test_settings_are_kept_and_do_what_they_say(browser):
    with serving() as url, opened(browser, f"{url}/?effect=wayfarer") as page:
        more_pictures(page)
        assert page.is_hidden("#rate")
        assert page.is_hidden("#do-profile")
        page.click("#do-settings")
        page.check("#figures")
        page.uncheck("#keys")
        page.keyboard.press("Escape")
        page.keyboard.press("b")
        page.keyboard.press("ArrowRight")
        assert page.get_attribute("#do-split", "aria-pressed") == "false"
        page.reload()
        more_pictures(page)
        assert page.is_visible("#rate")
        assert page.is_visible("#do-profile")
        assert not page.is_checked("#keys")
        page.select_option("#people", "all", force=True)
        until(page, "arpipe.last.faces === 1")
        page.select_option("#language", "de", force=True)
        page.wait_for_url("**lang=de")
        assert page.get_attribute("html", "lang") == "de"
        more_pictures(page)
        page.click("#do-snapshot")
        until(page, "document.querySelector('#hint').innerText === 'Foto gespeichert'")
        more_pictures(page, 3)
        assert page.inner_text("#hint") == "Foto gespeichert"  # long enough to be read


def test_operators_may_want_more_faces_than_visitors_can_ask_for(browser):
    config = with_faces(RunConfig(web=WebConfig(port=0)), MAX_FACES + 1)
    with running(config) as server, opened(browser, server.url) as page:
        more_pictures(page)


KEY_WHILE_LOADING = """const request = window.fetch;
window.fetch = (...what) => {
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    return request(...what);
};"""


def test_keys_during_loading_do_not_forget_what_was_chosen(browser):
    with serving() as url, opened(browser, url, KEY_WHILE_LOADING) as page:
        more_pictures(page)
        assert page.evaluate("() => localStorage.getItem('arpipe.effects')") is None


def test_arrow_keys_step_from_the_focused_effect(browser):
    with serving() as url, opened(browser, url) as page:
        more_pictures(page)
        page.focus("[data-effect=round]")
        page.keyboard.press("ArrowRight")
        beside = page.evaluate("() => document.activeElement.dataset.effect")
        assert page.evaluate("() => document.activeElement.previousElementSibling.dataset.effect") == "round"
        assert page.get_attribute(f"[data-effect={beside}]", "aria-pressed") == "true"


def test_presets_and_backgrounds_are_chosen_by_their_discs(browser):
    with serving() as url, opened(browser, url, locale="es-ES") as page:
        more_pictures(page)
        page.click("[data-effect=wayfarer]")
        more_pictures(page, 8)
        black = darkness(page)
        page.click("[data-preset=crystal]")
        assert page.get_attribute("[data-preset=crystal]", "aria-checked") == "true"
        assert page.inner_text(".preset-name") == "Cristal"
        page.keyboard.press("ArrowRight")
        until(page, "document.activeElement.dataset.preset === 'honey'")
        page.click("[data-preset=crystal]")
        more_pictures(page, 8)
        assert darkness(page) < black - 3
        page.click("#tab-background")
        page.click("[data-effect=plain-background]")
        page.click("[data-preset=navy]")
        until(page, "arpipe.appliedMs > 0")
        more_pictures(page, 12)
        corner = seen(page)[:40, :40].mean((0, 1))
        np.testing.assert_allclose(corner, (0x1D, 0x2B, 0x45), atol=12)
        assert findings(page) == []
