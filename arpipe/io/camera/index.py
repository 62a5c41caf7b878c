"""How users name cameras."""

from arpipe.errors import DeviceError
from arpipe.io.files import shown

MOST_DIGITS = 4


def camera_index(text: str) -> int | None:
    """Return the camera number in a spec such as "0", "camera:0" or "/dev/video0"; None for anything else.

    Raises:
        DeviceError: The number is larger than any camera's.
    """
    number = text.removeprefix("camera:").removeprefix("/dev/video")
    if not number.isdecimal():
        return None
    if len(number) > MOST_DIGITS:
        raise DeviceError(
            f"camera {shown(number)}: there is no camera of such a number; to list them: arpipe devices"
        )
    return int(number)
