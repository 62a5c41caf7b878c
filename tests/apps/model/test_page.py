"""The page of a network: its routes, and both ways of prediction in a real browser."""

import io
import json
import urllib.error
import urllib.request
from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image

from arpipe.apps.model.page import runtime
from arpipe.apps.model.page.run import ModelServer
from arpipe.config import WebConfig
from arpipe.custom.library import find_model
from arpipe.custom.model import Model
from arpipe.errors import ModelError, WeightsError
from tests.apps.chromium import launched
from tests.apps.server_thread import in_thread
from tests.custom.networks import branched, classifier, saved
from tests.patience import PATIENCE_S

TYPE = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def network(tmp_path):
    """A classifier in a file, with a card beside it."""
    saved(classifier(), tmp_path / "mine.onnx")
    (tmp_path / "mine.toml").write_text(
        'name = "mine"\nfile = "mine.onnx"\ntask = "classify"\nscores = "logits"\nactivation = "softmax"\n'
        'labels = "labels.txt"\n[input]\nname = "x"\nwidth = 32\nheight = 32\n'
    )
    (tmp_path / "labels.txt").write_text("cat\ndog\nsquirrel\nfox\n")
    return str(tmp_path / "mine.toml")


@pytest.fixture
def picture(tmp_path):
    """A PNG of colours that vary over the picture."""
    y, x = np.mgrid[:90, :160]
    pixels = np.dstack([x * 255 // 160, y * 255 // 90, (x * y) % 256]).astype(np.uint8)
    path = tmp_path / "picture.png"
    Image.fromarray(pixels).save(path)
    return path


@contextmanager
def serving(network, **limits):
    with in_thread(ModelServer(network, WebConfig(port=0, **limits))) as server:
        yield server.url.rstrip("/")


@pytest.fixture
def no_runtime(monkeypatch):
    """A machine on which the browser's runtime cannot be had."""

    def fail(tarball=None):
        raise WeightsError("there is no npm on this machine")

    monkeypatch.setattr("arpipe.apps.model.page.run.runtime_folder", fail)


def asked(url, content=None, headers=TYPE):
    request = urllib.request.Request(url, content, headers)  # noqa: S310 - our own server
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
        return answer.read(), answer.headers


def refused(url, content=None, headers=TYPE):
    with pytest.raises(urllib.error.HTTPError) as caught:
        asked(url, content, headers)
    return caught.value.code, caught.value.read().decode()


def test_routes_answer_as_the_network_does(network, picture, no_runtime):
    content = picture.read_bytes()
    with serving(network) as url, Model(find_model(network)) as model:
        pixels = np.asarray(Image.open(picture))
        expected, tensor = model.predict(pixels), model.prepare([pixels])[0]
        raw, headers = asked(f"{url}/tensor", content)
        assert (np.frombuffer(raw, np.float32) == tensor.ravel()).all()
        assert headers["x-place"].startswith("[[")
        predicted = json.loads(asked(f"{url}/predict", content)[0])
        np.testing.assert_allclose(predicted["scores"], expected.scores, atol=1e-7)
        heat = np.array(json.loads(asked(f"{url}/heat/1", content)[0])["heat"])
        assert heat.shape == (8, 8)
        assert heat.max() == 1.0
        sheet = Image.open(io.BytesIO(asked(f"{url}/maps/r1", content)[0]))
        assert sheet.size == (8 * 96 + 7 * 4, 96)
        assert len(asked(f"{url}/weights/3")[0]) == 4 * 12


def test_mistakes_are_answered_in_one_sentence(network, no_runtime):
    with serving(network, max_message_kb=64) as url:
        assert refused(f"{url}/predict", b"no picture")[0] == 422
        assert "there is no layer 'r3'" in refused(f"{url}/maps/r3", b"x")[1]
        assert refused(f"{url}/predict", b"x", {"Content-Type": "text/plain"})[0] == 415
        assert refused(f"{url}/predict", b"x" * 65537)[0] == 413
        assert refused(f"{url}/weights/4")[0] == 422
        assert refused(f"{url}/about.json", None, {"Host": "evil.example"})[0] == 403
        page, headers = asked(f"{url}/")
        assert b"<canvas" in page
        assert "script-src 'self' 'wasm-unsafe-eval'" in headers["content-security-policy"]


def test_without_the_runtime_the_page_says_so(network, no_runtime):
    with serving(network) as url:
        about = json.loads(asked(f"{url}/about.json")[0])
        assert (about["in_browser"], about["why_not"]) == (False, "there is no npm on this machine")
        assert refused(f"{url}/runtime/{runtime.ENTRY}")[0] == 404


def test_only_classifiers_have_a_page(tmp_path, no_runtime):
    saved(branched(), tmp_path / "mask.onnx")
    (tmp_path / "mask.toml").write_text(
        'name = "mask"\nfile = "mask.onnx"\n[input]\nname = "x"\nwidth = 32\nheight = 32\n'
    )
    with pytest.raises(ModelError, match="mask is not a classifier"):
        ModelServer(str(tmp_path / "mask.toml"), WebConfig(port=0))


def test_another_package_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ARPIPE_HOME", str(tmp_path / "cache"))
    other = tmp_path / "other.tgz"
    other.write_bytes(b"something else")
    with pytest.raises(WeightsError, match="is not onnxruntime-web 1.30.0 with SHA-256 d2228df7"):
        runtime.runtime_folder(other)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(
        WeightsError, match="there is no npm on this machine; for prediction in the browser, give"
    ):
        runtime.runtime_folder()


@pytest.mark.browser
def test_the_browser_predicts_as_this_machine_does(network, picture, tmp_path):
    """Both probabilities and heat maps agree to 1e-4."""
    try:
        runtime.runtime_folder()
    except WeightsError as error:
        pytest.skip(str(error))
    with serving(network) as url, launched(tmp_path / "no camera") as browser:
        page = browser.new_page()
        problems = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        page.goto(url)
        answers = {}
        for where in ("here", "browser"):
            page.check(f"input[value={where}]", force=True)
            page.set_input_files("#file", str(picture))
            page.wait_for_selector(f"body[data-answered={where}]", timeout=PATIENCE_S * 1000)
            answers[where] = page.evaluate(
                "async () => { const a = arpipe.answer(); return [a.scores, await a.heat(2), a.place]; }"
            )
        for here, browser_ in zip(*answers.values(), strict=True):
            np.testing.assert_allclose(browser_, here, atol=1e-4)
        assert page.locator("#classes li").count() == 4
        page.click("text=features >> nth=0")
        page.wait_for_selector("#maps:not([hidden])")
        assert problems == []
