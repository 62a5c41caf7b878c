"""Locates the files that are distributed with arpipe.

In a checkout they are in `assets/` and `configs/` beside the package; an installed wheel has the same folders inside
the package, under `arpipe/_data`.
"""

from pathlib import Path

from arpipe.errors import AssetError, ConfigError
from arpipe.spelling import nearest

_PACKAGE = Path(__file__).resolve().parent


def assets_root() -> Path:
    """Return the folder of topologies, effect packs and samples."""
    return _data_root() / "assets"


def configs_root() -> Path:
    """Return the folder of the bundled configurations."""
    return _data_root() / "configs"


def asset_path(name: str) -> Path:
    """Return the absolute path of a bundled file or folder.

    Args:
        name: Path below `assets/` with forward slashes, such as `topology/face.json`.

    Raises:
        AssetError: There is no such file, or the name points outside the folder.
    """
    root = assets_root().resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise AssetError(f"asset {name!r} is outside {root}; give a path below it")
    if not path.exists():
        known = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise AssetError(f"asset {name!r} is not in {root}{nearest(path.name, known)}")
    return path


def config_names() -> list[str]:
    """Return the names of the bundled configurations, sorted."""
    return sorted(path.stem for path in configs_root().glob("*.toml"))


def config_path(name: str) -> Path:
    """Return the absolute path of a bundled configuration.

    Args:
        name: File name with or without `.toml`, such as `glasses`.

    Raises:
        ConfigError: No configuration has that name.
    """
    stem, known = name.removesuffix(".toml"), config_names()
    if stem not in known:
        raise ConfigError(f"there is no configuration {name!r}{nearest(stem, known)}")
    return configs_root() / f"{stem}.toml"


def _data_root() -> Path:
    bundled = _PACKAGE / "_data"
    return bundled if bundled.is_dir() else _PACKAGE.parent
