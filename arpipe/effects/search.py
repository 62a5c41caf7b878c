"""Where packs are found: in folders of the user, in installed packages, and among arpipe's own."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from arpipe.assets import assets_root
from arpipe.errors import AssetError, PluginError
from arpipe.folders import config_folder, expanded
from arpipe.plugins import BUILT_IN, Extension, extensions

EFFECT_FILE = "effect.toml"


@dataclass(frozen=True, slots=True)
class FoundPack:
    """A pack that has a name, unchecked.

    Attributes:
        folder: Folder with its `effect.toml`.
        origin: "arpipe", the distribution that brings it, or the folder that was searched.
    """

    folder: Path
    origin: str


def search_folders() -> tuple[Path, ...]:
    """Return the user's folders of packs: those in ARPIPE_EFFECTS, then the one in the configuration folder."""
    stated = [expanded(part) for part in os.environ.get("ARPIPE_EFFECTS", "").split(os.pathsep) if part]
    own = config_folder()
    return (*stated, *([] if own is None else [own / "effects"]))


def find_packs() -> dict[str, FoundPack]:
    """Find all packs by name, sorted by it: a folder of the user's comes before the others, the first match wins.

    Raises:
        AssetError: A folder cannot be read.
        PluginError: An installed package claims the name of another package's pack, or of one of arpipe's own.
    """
    found = {
        name: FoundPack(folder, str(root))
        for root in reversed(search_folders())
        for name, folder in _packs_below(root).items()
    }
    own = {name: str(folder) for name, folder in _packs_below(assets_root() / "effects").items()}
    for name, entry in extensions("arpipe.packs", own).items():
        if name not in found:
            found[name] = FoundPack(_folder_of(entry), entry.provider)
    return dict(sorted(found.items()))


def pack_folders() -> dict[str, Path]:
    """Return name → folder of all packs; see `find_packs`."""
    return {name: found.folder for name, found in find_packs().items()}


def _packs_below(root: Path) -> dict[str, Path]:
    try:
        return {path.parent.name: path.parent for path in root.glob(f"*/{EFFECT_FILE}")}
    except OSError as error:
        raise AssetError(f"effects folder {root} cannot be read ({error.strerror})") from error


def _folder_of(entry: Extension) -> Path:
    """Locate an installed pack: a folder of its name, in the package that the entry names; nothing is imported."""
    if entry.provider == BUILT_IN:
        return Path(entry.reference)
    package, *inner = entry.reference.split(".")
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise PluginError(f"{entry} names no package folder; update or uninstall {entry.provider}")
    return Path(spec.submodule_search_locations[0]).joinpath(*inner, entry.name)
