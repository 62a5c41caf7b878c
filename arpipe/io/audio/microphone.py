"""The microphone, through PortAudio (sounddevice, from the extra `audio`)."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Protocol, TypedDict

from arpipe.errors import DeviceError, MissingExtra
from arpipe.io.audio.sound import Samples, Sound, SoundChunk
from arpipe.spelling import nearest
from arpipe.timing import Clock

RATE_HZ = 48_000
BLOCK_S = 0.02
KEPT_S = 30.0  # of sound that nobody takes, as while the picture is paused; then the oldest is lost
DEFAULT = "default"


class DeviceTable(TypedDict):
    """The properties of a device that are used, as sounddevice reports them."""

    index: int
    name: str
    max_input_channels: int
    default_samplerate: float


class BlockTimes(Protocol):
    """Times of a block on PortAudio's clock, s: now, and when its first sample was captured."""

    currentTime: float  # noqa: N815 - PortAudio's name
    inputBufferAdcTime: float  # noqa: N815


@dataclass(frozen=True, slots=True)
class MicrophoneInfo:
    """A microphone.

    Attributes:
        name: Name for `Microphone`, and for the user.
        channels: Number of its channels.
        is_default: Whether the system uses it unless told otherwise.
    """

    name: str
    channels: int
    is_default: bool


class Microphone(Sound):
    """A microphone that is recorded while this object is open.

    Args:
        name: Name of the device or a part of it; "default" for the system's choice.
        clock: Monotonic seconds, the clock of the frames.

    Raises:
        MissingExtra: sounddevice is not installed.
        DeviceError: There is no such microphone, or it cannot be opened.
    """

    channels = 1

    def __init__(self, name: str = DEFAULT, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._chunks: deque[SoundChunk] = deque(maxlen=round(KEPT_S / BLOCK_S))
        audio = _sounddevice()
        device = _find(audio, name)
        self.name = device["name"]
        self.rate_hz = _rate(audio, device)
        try:
            self._stream = audio.InputStream(
                device=device["index"],
                channels=self.channels,
                samplerate=self.rate_hz,
                blocksize=round(BLOCK_S * self.rate_hz),
                dtype="int16",
                callback=self._keep,
            )
        except audio.PortAudioError as error:
            raise self._unusable(error) from error
        try:
            self._stream.start()
        except audio.PortAudioError as error:
            self._stream.close()
            raise self._unusable(error) from error

    def take(self) -> list[SoundChunk]:
        """Return what has arrived since the last call; see `Sound`."""
        with self._lock:
            chunks = list(self._chunks)
            self._chunks.clear()
        return chunks

    def close(self) -> None:
        """Stop recording the microphone; may be called twice."""
        self._stream.close()

    def _unusable(self, error: Exception) -> DeviceError:
        return DeviceError(
            f"microphone {self.name}: cannot be opened ({_reason(error)}); is it in use, and is access allowed? "
            "to record without sound: --no-audio"
        )

    def _keep(self, samples: Samples, count: int, times: BlockTimes, _status: object) -> None:
        """Keep a block; called on PortAudio's thread."""
        age_s = times.currentTime - times.inputBufferAdcTime
        if not 0.0 < age_s < 1.0:  # some systems do not report when sound was captured
            age_s = count / self.rate_hz
        chunk = SoundChunk(samples.copy(), self._clock() - age_s)
        with self._lock:
            self._chunks.append(chunk)


def list_microphones() -> list[MicrophoneInfo]:
    """List the microphones of this machine.

    Raises:
        MissingExtra: sounddevice is not installed.
        DeviceError: The system's sound cannot be asked.
    """
    audio = _sounddevice()
    default = _default_index(audio)
    return [
        MicrophoneInfo(device["name"], device["max_input_channels"], device["index"] == default)
        for device in _inputs(audio)
    ]


def _sounddevice() -> ModuleType:
    try:
        return import_module("sounddevice")
    except ImportError as error:
        raise MissingExtra('sound needs sounddevice: pip install "arpipe[audio]"') from error
    except OSError as error:
        raise DeviceError(
            "sound needs the PortAudio library; on Debian: apt-get install libportaudio2"
        ) from error


def _inputs(audio: ModuleType) -> list[DeviceTable]:
    try:
        return [device for device in audio.query_devices() if device["max_input_channels"] > 0]
    except audio.PortAudioError as error:
        raise DeviceError(f"the system's sound cannot be used ({_reason(error)})") from error


def _default_index(audio: ModuleType) -> int:
    """Return the index of the system's microphone, or -1 if there is none."""
    return int(audio.default.device[0])


def _find(audio: ModuleType, name: str) -> DeviceTable:
    devices = _inputs(audio)
    if name == DEFAULT:
        found = [device for device in devices if device["index"] == _default_index(audio)] or devices
    else:
        found = [device for device in devices if name.lower() in device["name"].lower()]
    if found:
        return found[0]
    if not devices:
        raise DeviceError("there is no microphone; connect one, or record without sound: --no-audio")
    names = [device["name"] for device in devices]
    raise DeviceError(f"there is no microphone {name!r}{nearest(name, names)}; to list them: arpipe devices")


def _rate(audio: ModuleType, device: DeviceTable) -> int:
    """Return 48 kHz if a device records it, and otherwise its own rate."""
    try:
        audio.check_input_settings(device["index"], Microphone.channels, "int16", samplerate=RATE_HZ)
    except audio.PortAudioError:
        return round(device["default_samplerate"])
    return RATE_HZ


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()
