"""The teaching page in a real Chromium, its fake camera fed with the sample."""

import pytest

from arpipe.io.sample import SampleConfig
from arpipe.recognition.recognizer import Recognizer
from tests.apps.chromium import launched, write_camera
from tests.apps.teach.test_web import serving

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")

pytestmark = [pytest.mark.browser, pytest.mark.weights]
PATIENCE_MS = 60_000
NAME = "me <b> " + "m" * 33  # as long as a name may be


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    path = tmp_path_factory.mktemp("camera") / "sample.y4m"
    write_camera(path, SampleConfig(width=320, height=240, frames=10))
    with launched(path) as started:
        yield started


def has_text(page, selector, text):
    page.locator(selector, has_text=text).first.wait_for(timeout=PATIENCE_MS)


def hold(page, place, frames):
    """Hold the button of a class until some frames are recorded."""
    button = page.locator(".hold").nth(place)
    page.locator(".hold:not(:disabled)").nth(place).wait_for(timeout=PATIENCE_MS)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.locator(".class").nth(place).locator(".thumbs canvas").nth(frames).wait_for(
        state="attached", timeout=PATIENCE_MS
    )
    page.mouse.up()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_held_buttons_teach_and_the_result_is_saved(browser, size, tmp_path):
    output, errors = tmp_path / "mine.toml", []
    with serving(output) as url:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(url)
        assert page.locator("#save").is_disabled()
        page.click("#start")
        page.fill("#name", NAME)  # a name is text, never markup
        page.click("#add button")
        has_text(page, ".class h2", NAME)
        hold(page, 0, frames=1)
        has_text(page, "#todo", 'Now record "none"')
        page.locator(".hold").nth(1).focus()
        page.keyboard.down("Space")
        page.locator(".class").nth(1).locator(".thumbs canvas").first.wait_for(
            state="attached", timeout=PATIENCE_MS
        )
        page.keyboard.up("Space")
        page.locator("#label:not(:empty)").wait_for(timeout=PATIENCE_MS)
        page.click("#save")
        has_text(page, "#todo", "Saved as")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
        for place in range(2):
            box = page.locator(".forget").nth(place).bounding_box()
            assert box["x"] + box["width"] <= size[0]
        violations = axe.Axe().run(page).response["violations"]
        assert [each["id"] for each in violations] == []
        page.close()
    assert Recognizer.load(output).classes == (NAME, "none")
    assert errors == []
