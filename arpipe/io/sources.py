"""The table of sources, and the function that opens whatever the user names."""

from pathlib import Path
from typing import Literal

from arpipe.errors import ConfigError
from arpipe.io.addresses import is_stream
from arpipe.io.camera.index import is_camera
from arpipe.io.files import is_folder, is_pattern, require_file
from arpipe.io.image.reader import picture_kind
from arpipe.io.source import Source
from arpipe.plugins import extensions

FileKind = Literal["images", "animation", "video"]

SOURCES: dict[str, str] = {
    "sample": "arpipe.io.sample.source:SampleSource",
    "camera": "arpipe.io.camera.camera:Camera",
    "video": "arpipe.io.video.reader:VideoFile",
    "animation": "arpipe.io.image.animation:Animation",
    "stream": "arpipe.io.video.stream:VideoStream",
    "images": "arpipe.io.image.reader:ImageFiles",
}
"""Name → class, a `Source` that its `open` makes from the text after `name:`."""

_NEED_TARGET = frozenset({"camera", "video", "animation", "stream", "images"})  # alone, these names are paths


def open_source(spec: str | int | Path) -> Source:
    """Open a source.

    Args:
        spec: One of

            * "sample", the synthetic source;
            * a camera as 0, "0", "/dev/video0", "/dev/v4l/by-id/…", or by its name as "camera:C920";
            * a video, an animation or a still picture, recognised by its content;
            * a stream as rtsp://…, http://… or https://…, or "-" for the standard input;
            * a folder or glob pattern of pictures, played in the order of their names;
            * "name:target" or "name" for an entry of `SOURCES` or of an installed package.

    Raises:
        MediaNotFound: There is no such file, or no picture matches the pattern.
        MediaError: The file is not a picture or video that can be read.
        DeviceError: The camera or stream cannot be opened.
        ConfigError: The named source does not accept the target, or the spec is empty or of another type.
        PluginError: An installed source cannot be loaded.
    """
    _require_spec(spec)
    table = extensions("arpipe.sources", SOURCES)
    name, colon, target = str(spec).partition(":")
    if name not in table or (not colon and name in _NEED_TARGET):
        name, target = _recognise(str(spec))
    return table[name].load_class(Source).open(target)


def media_kind(path: Path) -> FileKind:
    """Find out from its content which source reads a file.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It is empty, unreadable or a folder.
    """
    require_file(path)
    return picture_kind(path) or "video"


def _require_spec(spec: object) -> None:
    if not isinstance(spec, str | int | Path) or spec == "":
        raise ConfigError(
            f"expected a file, a folder, a pattern, an address or the number of a camera, got {spec!r}; "
            "ImageFiles(paths) plays a list of pictures"
        )


def _recognise(text: str) -> tuple[str, str]:
    """Return source name and target of a spec that names none: a camera's number or device, an address, or a path."""
    if is_camera(text):
        return "camera", text
    if is_stream(text):
        return "stream", text
    if is_folder(text) or is_pattern(text):
        return "images", text
    return media_kind(Path(text)), text
