"""The microphone on a PortAudio of our own."""

from types import SimpleNamespace

import numpy as np
import pytest

from arpipe.errors import DeviceError, MissingExtra
from arpipe.io.audio.microphone import Microphone, list_microphones


class FakePortAudio:
    """Three devices, two of which record; `says` is what its streams call back with."""

    class PortAudioError(Exception):
        pass

    default = SimpleNamespace(device=(2, 0))

    def __init__(self):
        self.streams, self.refuses, self.only_44100 = [], "", False
        self.refuses_to_start = ""
        self.devices = [
            {"name": "Speaker", "index": 0, "max_input_channels": 0, "default_samplerate": 44100.0},
            {"name": "Headset USB", "index": 1, "max_input_channels": 1, "default_samplerate": 44100.0},
            {"name": "Built-in", "index": 2, "max_input_channels": 2, "default_samplerate": 44100.0},
        ]

    def query_devices(self):
        return self.devices

    def check_input_settings(self, device, channels, kind, samplerate):
        if self.only_44100 and samplerate != 44100:
            raise self.PortAudioError("invalid sample rate")

    def InputStream(self, **settings):  # noqa: N802 - the name in sounddevice
        if self.refuses:
            raise self.PortAudioError(self.refuses)
        stream = SimpleNamespace(**settings, started=0, closed=0)
        stream.start = lambda: self.start(stream)
        stream.close = lambda: setattr(stream, "closed", 1)
        self.streams.append(stream)
        return stream

    def start(self, stream):
        if self.refuses_to_start:
            raise self.PortAudioError(self.refuses_to_start)
        stream.started = 1


@pytest.fixture
def audio(monkeypatch):
    fake = FakePortAudio()
    monkeypatch.setattr("arpipe.io.audio.microphone.import_module", lambda _: fake)
    return fake


def block(level):
    return np.full((960, 1), level, np.int16)


def test_blocks_carry_the_time_at_which_they_were_captured(audio):
    now = [50.0]
    with Microphone(clock=lambda: now[0]) as microphone:
        (stream,) = audio.streams
        assert (microphone.name, microphone.rate_hz, stream.device, stream.started) == (
            "Built-in",
            48000,
            2,
            1,
        )
        shared = block(5)
        stream.callback(shared, 960, SimpleNamespace(currentTime=9.0, inputBufferAdcTime=8.9), None)
        shared[:] = 6  # PortAudio reuses its buffer
        stream.callback(block(7), 960, SimpleNamespace(currentTime=0.0, inputBufferAdcTime=0.0), None)
        one, two = microphone.take()
        assert one.captured_s == pytest.approx(49.9)
        assert (one.samples == 5).all()
        assert two.captured_s == pytest.approx(50.0 - 0.02)  # where the system reports no time
        assert microphone.take() == []
    assert stream.closed


def test_sound_that_nobody_takes_does_not_fill_memory(audio):
    with Microphone() as microphone:
        for level in range(3000):
            audio.streams[0].callback(
                block(level), 960, SimpleNamespace(currentTime=1.0, inputBufferAdcTime=0.9), None
            )
        kept = microphone.take()
    assert len(kept) == 1500
    assert kept[-1].samples[0, 0] == 2999


def test_microphones_are_found_by_part_of_their_name(audio):
    audio.only_44100 = True
    with Microphone("headset") as microphone:
        assert (microphone.name, microphone.rate_hz) == ("Headset USB", 44100)
    assert [(each.name, each.is_default) for each in list_microphones()] == [
        ("Headset USB", False),
        ("Built-in", True),
    ]
    with pytest.raises(DeviceError, match=r"no microphone 'hedset'.*arpipe devices"):
        Microphone("hedset")


def test_a_microphone_that_does_not_start_is_closed(audio):
    audio.refuses_to_start = "Unanticipated host error [PaErrorCode -9999]"
    with pytest.raises(
        DeviceError, match=r"Built-in: cannot be opened \(Unanticipated host error .*--no-audio"
    ):
        Microphone()
    (stream,) = audio.streams
    assert stream.closed


def test_what_is_missing_is_named(audio, monkeypatch):
    audio.refuses = "Device unavailable [PaErrorCode -9985]"
    with pytest.raises(DeviceError, match=r"Built-in: cannot be opened \(Device unavailable .*--no-audio"):
        Microphone()
    audio.devices = audio.devices[:1]
    with pytest.raises(DeviceError, match="there is no microphone; connect one"):
        Microphone()

    def not_installed(_name):
        raise ImportError("no such module")

    monkeypatch.setattr("arpipe.io.audio.microphone.import_module", not_installed)
    with pytest.raises(MissingExtra, match=r"arpipe\[audio\]"):
        Microphone()

    def no_library(_name):
        raise OSError("PortAudio library not found")

    monkeypatch.setattr("arpipe.io.audio.microphone.import_module", no_library)
    with pytest.raises(DeviceError, match="libportaudio2"):
        list_microphones()
