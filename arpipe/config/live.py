"""Settings of `arpipe live`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from arpipe.controls.actions import Action
from arpipe.controls.senders.address import SendAddress
from arpipe.io.camera import CameraDeviceConfig


class LiveConfig(BaseModel):
    """Settings of `arpipe live`.

    Attributes:
        source: Camera number or device, "camera:" and a part of its name, file, or "sample"; files play in real time.
            Or a stream: an address (rtsp://, http://, https://), or "-" for the standard input.
        loop: Loop the file.
        device: Mode requested from the camera.
        window: Show a window; otherwise, pictures go to outputs and callbacks only.
        mirror: Mirror the picture in the window; outputs are never mirrored.
        full_screen: Start in full screen.
        record: Record into this file from the start; if it exists, a number is added to the name.
        audio: Record the microphone with the pictures of a camera.
        microphone: Name of the microphone, or a part of it; "default" for the system's. If it is named, its sound is
            recorded with every source, and a run without it does not begin. Otherwise, recordings without a microphone
            are silent.
        virtual_camera: Send pictures to a virtual camera for video calls.
        outputs: Further outputs, each a file that must not exist yet or `name:target`, such as one that an installed
            package adds.
        folder: Folder of recordings and snapshots.
        frames: Stop after so many pictures; 0 for no limit.
        seconds: Stop after so many seconds; 0 for no limit.
        send: Addresses that results are sent to: `osc://host:port` for the VMC protocol, `osc://host:port/path` for
            plain OSC, or `ws://host:port` to serve JSON over WebSocket.
        hotkeys: Keys that work while another program has the focus, such as `{"ctrl+alt+r" = "record"}`; requires the
            extra `keyboard`.
        allow_keyboard: Let controls press keys, which other programs receive, too.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str = "0"
    loop: bool = False
    device: CameraDeviceConfig = CameraDeviceConfig()
    window: bool = True
    mirror: bool = True
    full_screen: bool = False
    record: Path | None = None
    audio: bool = True
    microphone: str = ""
    virtual_camera: bool = False
    outputs: tuple[str, ...] = ()
    folder: Path = Path("captures")
    frames: int = Field(default=0, ge=0)
    seconds: float = Field(default=0.0, ge=0)
    send: tuple[SendAddress, ...] = ()
    hotkeys: dict[str, Action] = Field(default={}, max_length=100)
    allow_keyboard: bool = False
