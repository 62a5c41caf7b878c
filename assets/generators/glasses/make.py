"""Write the glasses packs: `python assets/generators/glasses/make.py [--check] [NAME ...]`.

Every run writes the same bytes. `--check` writes nothing and fails when a file is not what would be written.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from eyewear.glb import encode  # noqa: E402
from eyewear.pack import effect_toml, readme  # noqa: E402
from eyewear.styles import STYLES  # noqa: E402

EFFECTS = HERE.parents[1] / "effects"


def files(name: str) -> dict[str, bytes]:
    """File name -> content of one pack's folder."""
    pack = STYLES[name]()
    return {
        "effect.toml": effect_toml(pack).encode(),
        "model.glb": encode(pack),
        "README.md": readme(pack).encode(),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write or check the packs; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"packs to make: {', '.join(STYLES)} (default: all)"
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in STYLES]
    if unknown:
        parser.error(f"unknown pack {unknown[0]!r}; have {', '.join(STYLES)}")
    stale = []
    for name in options.names or STYLES:
        folder = EFFECTS / name
        for file_name, content in files(name).items():
            path = folder / file_name
            if options.check:
                if not path.is_file() or path.read_bytes() != content:
                    stale.append(path)
                continue
            folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for path in stale:
        print(
            f"{path}: differs from what the generator writes; run: python assets/generators/glasses/make.py"
        )
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
