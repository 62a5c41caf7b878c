import pytest

from arpipe.apps.stream.recorded_sound import check_microphone, recorded_sound
from arpipe.config import LiveConfig
from arpipe.errors import DeviceError, MissingExtra
from tests.io.audio.fake_sound import BeepingMicrophone


def microphone(name):
    opened = BeepingMicrophone((), lambda: 0.0, 0.0)
    opened.name = name
    return opened


def missing(name):
    raise DeviceError(f"there is no microphone {name!r}")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"source": "0"}, "default"),
        ({"source": "/dev/video2"}, "default"),
        ({"source": "0", "audio": False}, None),
        ({"source": "clip.mp4"}, None),
        ({"source": "clip.mp4", "microphone": "headset"}, "headset"),
        ({"source": "clip.mp4", "microphone": "headset", "audio": False}, None),
    ],
)
def test_cameras_are_recorded_with_sound_and_others_with_a_microphone_that_is_named(settings, expected):
    open_sound = recorded_sound(LiveConfig(**settings), pytest.fail, microphone)
    assert (open_sound and open_sound().name) == expected


@pytest.mark.parametrize("error", [DeviceError("none"), MissingExtra("no library")])
def test_missing_microphone_is_said_and_leaves_the_recording_silent(error):
    said = []

    def fails(_name):
        raise error

    assert recorded_sound(LiveConfig(source="0"), said.append, fails)() is None
    assert said == [f"recording without sound: {error}"]


def test_a_microphone_that_is_named_must_be_there_when_the_run_begins():
    with pytest.raises(DeviceError, match="headset"):
        check_microphone(LiveConfig(microphone="headset"), missing)
    check_microphone(LiveConfig(microphone="headset", audio=False), missing)
    check_microphone(LiveConfig(), missing)
