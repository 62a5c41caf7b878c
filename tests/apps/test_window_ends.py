"""A window ends at once in every state, and leaves nothing behind."""

import threading
import time

import glfw
import psutil
import pytest

from arpipe.apps.live import live
from arpipe.apps.stream.capture import Capture
from arpipe.config import LiveConfig
from arpipe.errors import DeviceError
from arpipe.io.sources import open_source
from tests.apps.shown_window import NEEDS_SCREEN, SIZE, opened, press, run_of, with_picture
from tests.apps.stream_fakes import FakeCamera, openings
from tests.patience import come_true

pytestmark = NEEDS_SCREEN

HANGS_S = 30.0  # less than a camera's next attempt; it takes a tenth of a second on a quiet machine


def opening_camera(release):
    """A capture whose camera takes for ever to open."""

    def open_():
        release.wait()
        raise DeviceError("too late")

    return Capture(open_, retry_s=2 * HANGS_S)


def failed_camera(_release):
    def open_():
        raise DeviceError("camera 0 cannot be opened; is it plugged in and free?")

    return Capture(open_, retry_s=2 * HANGS_S)


@pytest.mark.parametrize(
    ("capture_of", "keys"),
    [
        pytest.param(opening_camera, (), id="opening"),
        pytest.param(failed_camera, (), id="failed, waiting to try again"),
        pytest.param(lambda _: Capture(openings(FakeCamera(10_000))), (), id="looking for a face"),
        pytest.param(None, (), id="running"),
        pytest.param(None, (glfw.KEY_SPACE,), id="paused"),
        pytest.param(None, (glfw.KEY_R,), id="recording"),
        pytest.param(None, (glfw.KEY_SPACE, glfw.KEY_A), id="adjusting, paused"),
        pytest.param(None, (glfw.KEY_H,), id="helping"),
    ],
)
def test_one_key_ends_every_state_at_once(screen, tmp_path, capture_of, keys):
    before, release = threading.active_count(), threading.Event()
    try:
        with opened(tmp_path, capture_of(release) if capture_of else None) as (app, window):
            if capture_of:
                for _ in range(5):
                    app.step()
            else:
                with_picture(app)
            press(app, window, *keys)
            window.press(glfw.KEY_Q)
            pressed_s = time.monotonic()
            assert not app.step()
        assert time.monotonic() - pressed_s < HANGS_S
    finally:
        release.set()
    # A camera that was being opened comes back now.
    assert come_true(lambda: threading.active_count() <= before)
    for recorded in (tmp_path / "captures").glob("*.mp4"):
        with open_source(str(recorded)) as source:
            assert len(list(source)) > 0


def test_twenty_windows_leave_nothing_behind(screen, tmp_path):
    process = psutil.Process()
    counts = []
    for _ in range(20):
        with opened(tmp_path, Capture(openings(FakeCamera(3)))) as (app, _):
            app.step()
            app.step()
            resources = app.screen._context.resources
        counts.append((threading.active_count(), process.num_fds(), resources.count))
    threads, descriptors, _ = counts[4]
    assert come_true(lambda: threading.active_count() <= threads and process.num_fds() <= descriptors)
    assert counts[-1][2] == 0


def test_live_ends_by_itself_after_so_many_frames(screen, tmp_path):
    device = {"width": SIZE[0], "height": SIZE[1]}
    config = LiveConfig.model_validate({"source": "sample", "frames": 5, "device": device})
    report = live(config, run_of(tmp_path))
    assert report.frames == 5
    assert report.latency_p50_ms > 0


def test_a_background_from_the_start_ends_no_run(screen, tmp_path):
    device = {"width": SIZE[0], "height": SIZE[1]}
    config = LiveConfig.model_validate({"source": "sample", "frames": 5, "device": device})
    report = live(config, run_of(tmp_path).model_copy(update={"effects": ("background(blur=8)",)}))
    assert (report.frames, report.problems) == (5, ())
