"""Files of a pair of glasses; they are equal byte for byte on every machine."""

from pathlib import Path

from glasses.assembly import Assembly
from glasses.glb import encode
from glasses.pack import effect_toml, readme
from glasses.style import load_style
from glasses.styles import STYLES

EFFECTS = Path(__file__).resolve().parents[2] / "effects"


def files(name: str) -> dict[Path, bytes]:
    """Return path → content of every file of one pack."""
    pack = STYLES[name](Assembly(load_style(name)))
    folder = EFFECTS / name
    return {
        folder / "effect.toml": effect_toml(pack).encode(),
        folder / "model.glb": encode(pack),
        folder / "README.md": readme(pack).encode(),
    }
