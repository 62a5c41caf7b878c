"""Which sound the recordings of a live run get."""

from collections.abc import Callable

from arpipe.config import LiveConfig
from arpipe.errors import DeviceError, MissingExtra
from arpipe.io.audio.microphone import DEFAULT, Microphone
from arpipe.io.audio.sound import OpenSound, Sound
from arpipe.io.camera.index import is_camera

OpenMicrophone = Callable[[str], Sound]


def recorded_sound(
    config: LiveConfig, say: Callable[[str], None], open_microphone: OpenMicrophone = Microphone
) -> OpenSound | None:
    """Return a function that opens the microphone when a recording begins; None for recordings without sound.

    The microphone is open only while something is recorded. One that cannot be opened leaves the recording without
    sound, which `say` reports.

    Args:
        config: Settings of the run.
        say: Reports that a recording has no sound.
        open_microphone: Opens a microphone by its name.
    """
    if not config.audio or not (config.microphone or is_camera(config.source)):
        return None

    def open_sound() -> Sound | None:
        try:
            return open_microphone(config.microphone or DEFAULT)
        except (DeviceError, MissingExtra) as error:
            say(f"recording without sound: {error}")
            return None

    return open_sound


def check_microphone(config: LiveConfig, open_microphone: OpenMicrophone = Microphone) -> None:
    """Open and close the microphone that is named, so that a run without it does not begin.

    Raises:
        MissingExtra: The library for sound is not installed.
        DeviceError: There is no such microphone, or it cannot be opened.
    """
    if config.audio and config.microphone:
        open_microphone(config.microphone).close()
