"""The user's folders: where arpipe keeps its cache and the user's own settings and effects.

Containers and services may have neither a home variable nor an entry in the user database.
"""

import os
import sys
from pathlib import Path

from arpipe.errors import ConfigError

HOME_VARIABLE = "ARPIPE_HOME"


def expanded(text: str | Path) -> Path:
    """Return a path with `~` and `~user` replaced; unchanged if there is no such home."""
    try:
        return Path(os.path.expanduser(text))  # noqa: PTH111 - Path.expanduser raises for users that do not exist
    except ValueError:  # a null byte in the name
        return Path(text)


def can_be_written(folder: Path) -> bool:
    """Whether files can be made in a folder, which may have to be made first."""
    existing = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def cache_folder() -> Path:
    """Return the folder for what can be fetched or made again: `ARPIPE_HOME`, or the platform's cache folder.

    Raises:
        ConfigError: There is no variable and no home folder.
    """
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return expanded(chosen)
    if sys.platform == "win32":
        stated, below = os.environ.get("LOCALAPPDATA"), ("AppData", "Local")
    elif sys.platform == "darwin":
        stated, below = None, ("Library", "Caches")
    else:
        stated, below = os.environ.get("XDG_CACHE_HOME"), (".cache",)
    base = Path(stated) if stated else _home()
    if base is None:
        raise ConfigError(f"there is no home folder for arpipe's cache; set {HOME_VARIABLE} to a folder")
    return base / "arpipe" if stated else base.joinpath(*below, "arpipe")


def config_folder() -> Path | None:
    """Return the folder for what the user has set or added: adjustments of glasses, effect packs.

    Returns:
        The folder, which need not exist; None if there is no home folder.
    """
    stated = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA")
    base = expanded(stated) if stated else _home()
    if base is None:
        return None
    return base / "arpipe" if stated else base / ".config" / "arpipe"


def _home() -> Path | None:
    home = expanded("~")
    return home if home.is_absolute() else None
