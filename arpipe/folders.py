"""The user's folders: where arpipe keeps its cache and the user's own settings and effects."""

import os
import sys
from pathlib import Path

HOME_VARIABLE = "ARPIPE_HOME"


def cache_folder() -> Path:
    """Return the folder for what can be fetched or made again: `ARPIPE_HOME`, or the platform's cache folder."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "arpipe"


def config_folder() -> Path:
    """Return the folder for what the user has set or added: adjustments of glasses, effect packs."""
    base = os.environ.get("XDG_CONFIG_HOME") or os.environ.get("APPDATA") or "~/.config"
    return Path(base).expanduser() / "arpipe"
