"""Make the assets: `python assets/generators/make.py [--check] [PART ...]`.

Without PART, everything that needs no further input is made. Files that are up to date, see `is_same`, are left alone;
`--check` only reports the others. Parts that need input are made when it is given: `--portraits` for the face topology,
`--test-data` for the pictures of the guides.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from face import lean, refinement
from glasses import files as glasses
from guides import drawing, gallery
from makeup import masks, paint
from PIL import Image
from sample import files as sample

Files = dict[Path, bytes]

ROOT = Path(__file__).resolve().parents[2]
PICTURE_TOLERANCE = 2  # levels of 255: encoders differ between builds of a library
RELIEF_TOLERANCE = 1e-4  # m, px and shares: rounding

PARTS: dict[str, Callable[[], Files]] = {
    "lean-face": lean.files,
    "face-refinement": refinement.files,
    "makeup-masks": masks.files,
    "face-paint": paint.files,
    "sample": sample.files,
    **{name: partial(glasses.files, name) for name in glasses.STYLES},
    "drawing": drawing.files,
    "gallery": gallery.files,
}
"""Name → function that returns path → content of every file of the part."""


def main(arguments: list[str] | None = None) -> int:
    """Write or check the parts; returns the exit status."""
    options = _parse(arguments)
    stale = 0
    for name, files in _requested(options).items():
        for path, content in files().items():
            if is_same(path, content):
                continue
            stale += 1
            if options.check:
                print(f"{_shown(path)}: differs; to write it: python assets/generators/make.py {name}")
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                print(f"{_shown(path)}: {len(content)} bytes")
    print(f"{stale} files {'differ' if options.check else 'written'}")
    return 1 if options.check and stale else 0


def _requested(options: argparse.Namespace) -> dict[str, Callable[[], Files]]:
    """Return the parts to make; what needs input also needs packages that others do not."""
    parts = {name: PARTS[name] for name in options.parts or PARTS}
    if options.portraits:
        from face import topology

        parts = {"face-topology": partial(topology.files, options.portraits), **parts}
    if options.test_data:
        from guides import people
        from guides import pictures as guide_pictures
        from makeup import pictures

        parts["people"] = partial(people.files, options.test_data)
        parts["makeup-pictures"] = partial(pictures.files, options.test_data)
        parts["guide-pictures"] = partial(guide_pictures.files, options.test_data)
    return parts


def is_same(path: Path, content: bytes) -> bool:
    """Whether a file has a content, up to differences between libraries and machines."""
    if not path.is_file():
        return False
    if path.read_bytes() == content:
        return True
    if path.suffix in (".png", ".jpg"):
        return _are_close(_pixels(path.read_bytes()), _pixels(content), PICTURE_TOLERANCE)
    if path.suffix == ".npz":
        before, after = np.load(path), np.load(BytesIO(content))
        return before.files == after.files and all(
            _are_close(before[name], after[name], RELIEF_TOLERANCE) for name in before.files
        )
    return False


def _pixels(content: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(content)))


def _are_close(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=0.0, atol=tolerance))


def _shown(path: Path) -> Path:
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)}")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument(
        "--portraits",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="pictures and clips, or one .npz of landmarks",
    )
    parser.add_argument("--test-data", type=Path, metavar="FOLDER", help="freely licensed pictures")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.parts if name not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; choose from {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    sys.exit(main())
