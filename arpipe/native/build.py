"""Compiles the library of a checkout: `python -m arpipe.native.build`.

`hatch_build.py` runs this file, too, before arpipe is installed, so it imports the standard library only.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

SOURCES = Path("arpipe/native/sources")
SUFFIX = {"win32": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")
LIBRARY = Path("arpipe/native/compiled/native").with_suffix(SUFFIX)
REBUILD = "python -m arpipe.native.build"

EXACT: frozenset[str] = frozenset({"sampling"})
"""Folders of sources whose numbers must not depend on the compiler: as IEEE 754 says, operation by operation."""

UNIX = ["-std=c++17", "-O3", "-fPIC", "-pthread", "-fvisibility=hidden"]
UNIX += ["-fno-math-errno", "-fno-trapping-math"]  # for vector instructions; no result depends on them
UNIX_EXACT = ["-ffp-contract=off"]
# The rest of -ffast-math, which itself would switch denormal numbers off in the whole process.
UNIX_FAST = ["-fno-signed-zeros", "-ffinite-math-only", "-fassociative-math", "-freciprocal-math"]
if sysconfig.get_platform().endswith("x86_64"):
    UNIX += ["-msse4.1"]  # rounds in one instruction; processors have it since 2008
UNIX += os.environ.get("ARCHFLAGS", "").split()  # of cross-compilations on macOS
MSVC = ["/nologo", "/std:c++17", "/O2", "/EHsc"]
MSVC_EXACT, MSVC_FAST = ["/fp:precise"], ["/fp:fast"]


def compile_library(root: Path) -> None:
    """Compile the library of a checkout.

    Args:
        root: Folder of the checkout.

    Raises:
        OSError: There is no C++ compiler.
        CalledProcessError: It fails; `stderr` says why.
    """
    library = root / LIBRARY
    part = library.with_suffix(".part")  # a library in use must not be overwritten
    library.parent.mkdir(exist_ok=True)
    defines = [f"-DARPIPE_DIGEST={digest_of(root)}", f"-I{root / SOURCES}"]
    units = sorted((root / SOURCES).rglob("*.cpp"))
    with TemporaryDirectory() as folder, ThreadPoolExecutor() as threads:
        objects = [Path(folder) / f"{number}-{unit.stem}.o" for number, unit in enumerate(units)]
        commands = [
            compile_command(unit, result, defines) for unit, result in zip(units, objects, strict=True)
        ]
        run = partial(subprocess.run, check=True, capture_output=True, text=True, cwd=folder)
        list(threads.map(run, commands))
        run(link_command(objects, part))
    part.replace(library)


def is_current(root: Path) -> bool:
    """Whether a checkout has a library, compiled from its sources as they are now."""
    library = root / LIBRARY
    return library.is_file() and digest_of(root).encode() in library.read_bytes()


def has_sources(root: Path) -> bool:
    """Whether a folder is a checkout, rather than where a wheel was installed."""
    return (root / SOURCES).is_dir()


def digest_of(root: Path) -> str:
    """Return a digest of what the library of a checkout is compiled from: the sources, and this file."""
    digest = hashlib.sha256()
    for path in (
        Path(__file__),
        *sorted((root / SOURCES).rglob("*.h")),
        *sorted((root / SOURCES).rglob("*.cpp")),
    ):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def compile_command(unit: Path, result: Path, options: Sequence[str]) -> list[str]:
    """Return the command line that compiles one unit."""
    is_exact = unit.parent.name in EXACT
    if sys.platform == "win32":
        mode = MSVC_EXACT if is_exact else MSVC_FAST
        return [compiler(), *MSVC, *mode, *options, "/c", str(unit), f"/Fo{result}"]
    mode = UNIX_EXACT if is_exact else UNIX_FAST
    return [compiler(), *UNIX, *mode, *options, "-c", str(unit), "-o", str(result)]


def link_command(objects: Sequence[Path], library: Path) -> list[str]:
    """Return the command line that links compiled units."""
    if sys.platform == "win32":
        return [compiler(), "/nologo", "/LD", *map(str, objects), f"/Fe{library}"]
    return [compiler(), *UNIX, "-shared", *map(str, objects), "-o", str(library)]


def compiler() -> str:
    """Return the path of the C++ compiler."""
    names = ["cl"] if sys.platform == "win32" else [os.environ.get("CXX", ""), "c++", "g++", "clang++"]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(f"found no C++ compiler ({', '.join(filter(None, names))})")
    return found


def explain(error: OSError | subprocess.CalledProcessError) -> str:
    """Return what went wrong, with the compiler's own words."""
    return f"{error}\n{error.stderr}" if isinstance(error, subprocess.CalledProcessError) else str(error)


def main() -> None:
    """Compile the library of this checkout."""
    root = Path(__file__).resolve().parents[2]
    if not has_sources(root):
        sys.exit(
            f"{root} has no {SOURCES}; wheels come with the library, and only checkouts with its sources"
        )
    try:
        compile_library(root)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"the library was not compiled: {explain(error)}")


if __name__ == "__main__":
    main()
