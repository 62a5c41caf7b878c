"""Network cameras: a real RTSP connection on loopback."""

from itertools import pairwise

import numpy as np
import pytest

from arpipe.apps.stream.capture import Capture, opener
from arpipe.config import LiveConfig
from arpipe.errors import DeviceError
from arpipe.io.sources import open_source
from tests.io.video.rtsp_server import COLORS, FPS, PASSWORD, rtsp_server


def test_frames_arrive_with_their_colours_and_times_until_the_camera_hangs_up():
    seen, times = [], []
    with rtsp_server(12) as server, open_source(server.url) as source:
        assert source.info.live
        assert (source.info.width, source.info.height) == (64, 48)
        with pytest.raises(DeviceError, match="broke off"):
            for frame in source:
                seen.append(frame.pixels[24, 32].astype(int))
                times.append(frame.captured_s)
    assert len(seen) >= 10
    order = [int(np.argmin([np.abs(color - np.array(each)).sum() for each in COLORS])) for color in seen]
    assert all((after - before) % len(COLORS) == 1 for before, after in pairwise(order))
    assert np.median(np.diff(times)) == pytest.approx(1 / FPS, rel=0.3)


def test_passwords_are_sent_and_never_shown():
    with rtsp_server(6, with_password=True) as server:
        with open_source(server.url) as source:
            assert next(iter(source)).pixels.shape == (48, 64, 3)
            assert PASSWORD not in source.info.name
        wrong = server.url.replace(PASSWORD, "guess")
        with pytest.raises(DeviceError, match="cannot be opened") as caught:
            open_source(wrong)
        assert "guess" not in str(caught.value)


def test_live_use_connects_again_when_the_camera_comes_back():
    with rtsp_server(5) as server:
        capture = Capture(opener(LiveConfig(source=server.url)), retry_s=0.01)
        indices = []
        for frame in capture:
            indices.append(frame.index)
            if server.clients >= 3:
                capture.close()
        assert indices == list(range(len(indices)))
        assert len(indices) > 5
        assert "broke off" in capture.problem
