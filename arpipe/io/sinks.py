"""The table of outputs, and the function that opens an output by its specification."""

from pathlib import Path

from arpipe.errors import OutputError
from arpipe.io.audio.sound import OpenSound, Sound
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.writer import WRITABLE
from arpipe.io.sink import Sink
from arpipe.io.source import SourceInfo
from arpipe.plugins import Extension, extensions
from arpipe.spelling import nearest
from arpipe.types import FrameResult, Pixels

SINKS: dict[str, str] = {
    "video": "arpipe.io.video.writer:VideoSink",
    "image": "arpipe.io.image.writer:ImageSink",
    "virtual_camera": "arpipe.io.camera.virtual_camera:VirtualCameraSink",
    "pipewire": "arpipe.io.camera.pipewire_camera:PipeWireCameraSink",
    "null": "arpipe.io.sink:NullSink",
}
"""Name → class, a `Sink` that its `open` makes from the text after `name:`."""

LIVE_FPS = 30.0  # assumed of live pictures, whose rate is not known beforehand


def open_sink(spec: str | Path, info: SourceInfo, config: VideoSinkConfig | None = None) -> Sink:
    """Open an output.

    Args:
        spec: A picture or video file, recognised by its suffix, or "name:target" for an entry of `SINKS` or of an
            installed package.
        info: Properties of the source of the pictures.
        config: Compression.

    Raises:
        OutputError: The file cannot be written, its suffix is not an output format, or no output has the name.
        ConfigError: The named output does not accept the target.
        PluginError: An installed output cannot be loaded.
    """
    entry, target = _resolve(str(spec))
    return entry.load_class(Sink).open(target, info, config or VideoSinkConfig())


def names_sink(spec: str) -> bool:
    """Whether a text is "name:target" with the name of an output, and not a path."""
    name, colon, _ = spec.partition(":")
    return bool(colon) and name in extensions("arpipe.sinks", SINKS)


class LiveSink(Sink):
    """An output for live pictures: opened by the first one, which determines the size.

    Args:
        spec: As for `open_sink`.
        config: Compression.
        open_sound: Opens the sound of a recording, with its first picture; None for no sound.

    Raises:
        OutputError: No output has the name, its suffix is not an output format, or the format cannot hold the codec.
        PluginError: An installed output cannot be loaded.
    """

    def __init__(
        self,
        spec: str | Path,
        config: VideoSinkConfig | None = None,
        open_sound: OpenSound | None = None,
    ) -> None:
        entry, self._target = _resolve(str(spec))
        self._class = entry.load_class(Sink)
        self._config = config or VideoSinkConfig()
        self._class.check(self._target, self._config)
        self._open_sound = open_sound
        self._sound: Sound | None = None
        self._sink: Sink | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there was a picture, and so an output."""
        return self._sink is not None

    def write(self, pixels: Pixels, result: FrameResult) -> None:
        """Write one picture; see `Sink`."""
        if self._sink is None:
            self._sink = self._begin(pixels)
        self._sink.write(pixels, result)

    def close(self) -> None:
        """Complete the output, if there was a picture; see `Sink`."""
        try:
            if self._sink is not None:
                self._sink.close()
        finally:
            self._stop_sound()

    def abort(self) -> None:
        """Abort the output; see `Sink`. A recording keeps what was written."""
        try:
            if self._sink is not None:
                self._sink.abort()
        finally:
            self._stop_sound()

    def _begin(self, pixels: Pixels) -> Sink:
        height, width = pixels.shape[:2]
        if self._open_sound is not None and self._class.takes_sound:
            self._sound = self._open_sound()
        info = SourceInfo("live", width, height, LIVE_FPS, frame_count=None, live=True, sound=self._sound)
        return self._class.open(self._target, info, self._config)

    def _stop_sound(self) -> None:
        if self._sound is not None:
            self._sound.close()


def _resolve(spec: str) -> tuple[Extension, str]:
    """Return the entry of the table and the target that a spec means."""
    table = extensions("arpipe.sinks", SINKS)
    name, colon, target = spec.partition(":")
    if colon and name in table:
        return table[name], target
    suffix = Path(spec).suffix.lower()
    if colon and not suffix:
        raise OutputError(f"{spec}: there is no output called {name!r}{nearest(name, list(table))}")
    return table["image" if suffix in WRITABLE else "video"], spec
