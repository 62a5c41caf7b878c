"""Where the files that travel with arpipe lie.

In a checkout they are `assets/` and `configs/` beside the package; in an installed wheel the same folders are
inside it, under `arpipe/_data`.
"""

from pathlib import Path

from arpipe.errors import AssetError, ConfigError
from arpipe.spelling import nearest

_PACKAGE = Path(__file__).resolve().parent


def assets_root() -> Path:
    """Folder of topologies, effect packs and samples."""
    return _data_root() / "assets"


def configs_root() -> Path:
    """Folder of the run configurations that come with arpipe."""
    return _data_root() / "configs"


def asset_path(name: str) -> Path:
    """Absolute path of one bundled file or folder.

    Args:
        name: Path below `assets/` with forward slashes, such as `topology/face.json`.

    Raises:
        AssetError: There is no such file, or the name leads out of the folder.
    """
    root = assets_root().resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise AssetError(f"asset {name!r} leads out of {root}; give a path below it")
    if not path.exists():
        known = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise AssetError(f"asset {name!r} is not in {root}{nearest(path.name, known)}")
    return path


def config_path(name: str) -> Path:
    """Absolute path of a configuration that comes with arpipe.

    Args:
        name: Its file name with or without `.toml`, such as `glasses`.

    Raises:
        ConfigError: No configuration has that name.
    """
    root = configs_root()
    stem = name.removesuffix(".toml")
    known = sorted(path.stem for path in root.glob("*.toml"))
    if stem not in known:
        raise ConfigError(f"no configuration {name!r} in {root}{nearest(stem, known)}")
    return root / f"{stem}.toml"


def _data_root() -> Path:
    bundled = _PACKAGE / "_data"
    return bundled if bundled.is_dir() else _PACKAGE.parent
