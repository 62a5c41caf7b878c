"""Which files of a folder are pictures and videos, by their names."""

import os

from arpipe.io.sources import FileKind

# These suffixes leave no doubt, so that a folder of 50,000 files is planned without opening any of them; a file whose
# content differs fails when its turn comes.
_PICTURES = (".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".jp2", ".ppm", ".pgm")
_VIDEOS = (
    *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".wmv"),
    *(".flv", ".3gp", ".mjpeg", ".mjpg", ".ogv", ".mxf"),
)
_CERTAIN: dict[str, FileKind] = {
    **dict.fromkeys(_PICTURES, "images"),
    **dict.fromkeys(_VIDEOS, "video"),
}
_PICTURES_OR_ANIMATIONS = frozenset((".png", ".gif", ".webp", ".avif"))
_SUFFIXES = _PICTURES_OR_ANIMATIONS | _CERTAIN.keys()


def kind_by_name(name: str) -> FileKind | None:
    """Return what a file holds by its suffix; None if only the content tells."""
    return _CERTAIN.get(_suffix(name))


def has_media_suffix(name: str) -> bool:
    """Whether a name ends as that of a picture or a video."""
    return _suffix(name) in _SUFFIXES


def is_media_name(name: str) -> bool:
    """Whether a file of a folder is taken for a picture or a video: its suffix says so, and it is not hidden."""
    return not name.startswith(".") and has_media_suffix(name)


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122 - for 50,000 names
