"""A page on a slow network: what it asks for, and what it gets."""

import numpy as np
import pytest

from arpipe.apps.web.compression import LIMITED_JPEG_QUALITY, Compression
from arpipe.apps.web.protocol import PictureKind, ProtocolError, SetNetwork, parse_command
from arpipe.config import WebConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.video.stream_codec import H264Decoder, encode_jpeg
from tests.apps.chromium import launched, write_camera
from tests.apps.slow_link import slow_link
from tests.apps.web_pages import page, serving

LOWEST = SetNetwork(type="network", longest=320, fps=15, kbit=150)
CONTROLLER = """async ([script, openedMs]) => {
    const { Network, LEVELS } = await import("/static/network.js");
    let now = 0;
    const network = new Network(() => {}, () => now), chosen = [];
    network.connected(openedMs);
    for (const [seconds, transit] of script)
        for (let end = now + 1000 * seconds; now < end; now += 50)
            { network.observe(transit[network.number] ?? transit.at(-1)); chosen.push(network.number); }
    return [chosen, network.number, LEVELS.length];
}"""
"""Runs the page's controller on [duration, transit in ms of each level] steps; a picture every 50 ms."""


WHOLE_CAMERA = """const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
media.getUserMedia = () => open({ video: { width: 1280, height: 960 } });"""
"""A camera of 4:3, of which Chromium crops 16:9 for those that would like that."""


@pytest.fixture(scope="module")
def frames():
    with SampleSource(SampleConfig(width=640, height=480, frames=45, fps=15.0)) as source:
        return [frame.pixels for frame in source]


def test_a_limited_rate_is_kept_key_frames_included(frames):
    limited, free = Compression("h264", WebConfig()), Compression("h264", WebConfig())
    limited.network = LOWEST
    sizes = {}
    for name, compression in (("limited", limited), ("free", free)):
        sizes[name] = [len(compression.encode(compression.fit(pixels))[1]) for pixels in frames]
    rate = sum(sizes["limited"]) / (len(frames) / 15.0)
    assert rate < 1.15 * 150e3 / 8
    assert sum(sizes["free"]) > 3 * sum(sizes["limited"])
    assert max(sizes["limited"]) < 0.5 * 150e3 / 8  # no picture takes longer than half a second


def test_pictures_shrink_and_begin_with_a_key_frame(frames):
    compression, decoder = Compression("h264", WebConfig()), H264Decoder(640 * 480)
    kinds, shapes = [], []
    for network in (SetNetwork(type="network"), LOWEST, LOWEST, SetNetwork(type="network")):
        compression.network = network
        kind, data = compression.encode(compression.fit(frames[0]))
        kinds.append(kind)
        shapes.append(decoder.decode(data).shape)
    assert shapes == [(480, 640, 3), (240, 320, 3), (240, 320, 3), (480, 640, 3)]
    key, delta = PictureKind.H264_KEY, PictureKind.H264_DELTA
    assert kinds == [key, key, delta, key]


def test_jpeg_is_coarser_on_a_slow_network(frames):
    compression = Compression("jpeg", WebConfig())
    compression.network = LOWEST
    small = compression.fit(frames[0])
    assert compression.encode(small)[1] == encode_jpeg(small, LIMITED_JPEG_QUALITY)


@pytest.mark.parametrize("values", [{"longest": 8}, {"fps": 0}, {"kbit": 1}, {"kbit": 1e9}, {"rate": 3}])
def test_unreasonable_wishes_are_refused(values):
    wish = {"type": "network", **values}
    with pytest.raises(ProtocolError):
        parse_command(str(wish).replace("'", '"'))


@pytest.mark.gl
@pytest.mark.weights
def test_the_servers_camera_is_shrunk_and_its_transit_told():
    with serving("sample") as url, page(url, {"mode": "server"}) as opened:
        first = opened.receive()
        assert first.facts["width"] == 1280
        opened.say(type="network", longest=320, fps=15, kbit=150)
        opened.say(type="ack", sequence=first.sequence)
        while (answer := opened.receive()).facts["width"] != 320:
            opened.say(type="ack", sequence=answer.sequence)
        assert answer.facts["height"] == 180
        told = [message for message in opened.heard if message["type"] == "transit"]
        assert told
        assert all(message["ms"] >= 0.0 for message in told)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    camera = tmp_path_factory.mktemp("camera") / "sample.y4m"
    write_camera(camera, SampleConfig(width=1280, height=960, frames=15))
    with launched(camera) as started:
        yield started


@pytest.fixture(scope="module")
def controller(browser):
    """Runs a script of transit times, see `CONTROLLER`."""
    with serving() as url:
        tab = browser.new_page()
        tab.goto(f"{url}/static/icon.svg")  # the page's origin without its camera
        yield lambda script, opened_ms=30: tab.evaluate(CONTROLLER, [script, opened_ms])
        tab.close()


@pytest.mark.browser
@pytest.mark.gl
@pytest.mark.weights
class TestController:
    def test_a_fast_network_changes_nothing(self, controller):
        assert set(controller([[30, [60]]])[0]) == {0}

    def test_a_distant_server_is_no_slow_network(self, controller):
        assert set(controller([[5, [140]], [10, [190]]], 300)[0]) == {0}

    def test_the_lowest_level_is_reached_within_seconds_and_left_again(self, controller):
        chosen, last, count = controller([[5, [2000]], [40, [50]]])
        assert chosen[3 * 20] == count - 1
        assert last == 0
        assert sorted(set(chosen[5 * 20 :]), reverse=True) == list(range(count))[::-1]

    def test_a_level_that_fits_is_kept_and_better_ones_are_tried_ever_less_often(self, controller):
        chosen = controller([[200, [900, 600, 300, 40, 40]]])[0]
        tries = [place for place in range(1, len(chosen)) if chosen[place - 1] == 3 and chosen[place] == 2]
        gaps = np.diff(tries)
        assert 3 <= len(tries) <= 12
        assert (np.diff(gaps) >= 0).all()
        assert gaps[-1] > 3 * gaps[0]
        assert np.mean(np.array(chosen[1000:]) == 3) > 0.8


@pytest.mark.browser
@pytest.mark.gl
@pytest.mark.weights
def test_a_slow_link_gets_smaller_pictures_that_say_so_and_recovers(browser):
    with serving() as url, slow_link(int(url.rpartition(":")[2])) as link:
        tab = browser.new_page()
        tab.add_init_script(WHOLE_CAMERA)

        def until(condition: str) -> None:
            for _ in range(1200):
                if tab.evaluate(f"() => Boolean({condition})"):
                    return
                tab.wait_for_timeout(50)
            raise AssertionError(condition)

        tab.goto(link.url)
        until("window.arpipe?.shown > 5")
        assert tab.evaluate("() => [arpipe.code, arpipe.last.width, arpipe.last.height]") == [
            "h264",
            1280,
            960,
        ]
        link.rate = 30_000
        until("arpipe.last.width === 320 && !document.getElementById('network').hidden")
        assert "Slow network" in tab.inner_text("#network")
        link.rate = None
        until(
            "arpipe.network === 0 && arpipe.last.width === 1280 && document.getElementById('network').hidden"
        )
        tab.close()
