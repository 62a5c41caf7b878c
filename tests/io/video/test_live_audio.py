"""Sound of recordings: frames that flash while a simulated microphone hears a beep."""

from itertools import pairwise

import av
import numpy as np
import pytest

from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.sinks import LiveSink
from arpipe.types import Frame, FrameResult
from tests.io.audio.fake_sound import BEEP_S, BeepingMicrophone

BEGIN_S = 5000.0  # on the monotonic clock
FLASHES_S = tuple(BEGIN_S + at for at in (0.6, 2.3, 4.1))
MOST_APART_S = 0.04  # from which on lips and voice are noticed to be apart
DARK, BRIGHT = np.full((64, 96, 3), 20, np.uint8), np.full((64, 96, 3), 235, np.uint8)


def recorded(path, seconds=5.0, config=None, **microphone):
    now = [BEGIN_S]
    opened = []

    def open_sound():
        opened.append(BeepingMicrophone(FLASHES_S, lambda: now[0], BEGIN_S + 0.08, **microphone))
        return opened[0]

    with LiveSink(path, config, open_sound) as sink:
        for index in range(round(seconds * 30)):
            captured_s = BEGIN_S + index / 30
            now[0] = captured_s + 0.12  # of perception and drawing
            is_bright = any(begin <= captured_s < begin + BEEP_S for begin in FLASHES_S)
            sink.write(BRIGHT if is_bright else DARK, FrameResult(Frame(DARK, captured_s, index)))
    assert opened[0].closed
    return path


def onsets(path):
    """When flashes and beeps begin, s."""
    with av.open(str(path)) as file:
        flashes = [
            (float(frame.time), frame.to_ndarray(format="gray").mean() > 128)
            for frame in file.decode(video=0)
        ]
    with av.open(str(path)) as file:
        stream = file.streams.audio[0]
        pieces = [(float(frame.time), frame.to_ndarray()) for frame in file.decode(stream)]
        rate = stream.codec_context.sample_rate
    loud = np.concatenate(
        [
            [(begin + at / rate, abs(level)) for at, level in enumerate(samples[0])]
            for begin, samples in pieces
        ]
    )
    window = loud[:, 1].reshape(-1, 16).max(axis=1) > 0.05  # of a wave between -1 and 1
    beeps = [(time_s, is_loud) for time_s, is_loud in zip(loud[::16, 0], window, strict=True)]
    return [
        [now[0] for before, now in pairwise(track) if now[1] and not before[1]] for track in (flashes, beeps)
    ]


@pytest.mark.parametrize(
    "microphone",
    [
        pytest.param({}, id="exact"),
        pytest.param({"jitter_s": 0.025}, id="times jitter"),
        pytest.param({"speed": 1.003}, id="clock too fast"),
        pytest.param({"speed": 0.997}, id="clock too slow"),
        pytest.param({"deaf_s": (BEGIN_S + 1.0, BEGIN_S + 2.0)}, id="a second is missing"),
    ],
)
def test_sound_is_in_step_with_the_pictures(tmp_path, microphone):
    flashes, beeps = onsets(recorded(tmp_path / "clip.mp4", **microphone))
    assert len(flashes) == len(beeps) == 3
    apart = np.subtract(beeps, flashes)
    assert np.abs(apart).max() < MOST_APART_S, f"beeps are late by {apart} s"


def test_webm_holds_opus(tmp_path):
    path = recorded(tmp_path / "clip.webm", 3.0, VideoSinkConfig(codec="vp9"))
    with av.open(str(path)) as file:
        assert file.streams.audio[0].codec_context.name == "opus"
    flashes, beeps = onsets(path)
    assert np.abs(np.subtract(beeps, flashes)).max() < MOST_APART_S


def test_microphone_that_falls_silent_does_not_hold_up_the_pictures(tmp_path):
    path = recorded(tmp_path / "clip.mp4", deaf_s=(BEGIN_S + 1.0, BEGIN_S + 100.0))
    flashes, beeps = onsets(path)
    assert (len(flashes), len(beeps)) == (3, 1)


def test_pictures_have_no_sound_where_none_can_be_opened(tmp_path):
    with LiveSink(tmp_path / "clip.mp4", None, lambda: None) as sink:
        for index in range(5):
            sink.write(DARK, FrameResult(Frame(DARK, index / 30, index)))
    with av.open(str(tmp_path / "clip.mp4")) as file:
        assert not file.streams.audio


def test_pictures_alone_open_no_microphone(tmp_path):
    def open_sound():
        raise AssertionError("a picture has no sound")

    with LiveSink(tmp_path / "picture.png", None, open_sound) as sink:
        sink.write(DARK, FrameResult(Frame(DARK, 0.0, 0)))
