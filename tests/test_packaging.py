"""The wheel carries everything that a run needs, and nothing else; the locks agree with pyproject.toml."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from arpipe.native.build import LIBRARY

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = ("linux", "darwin", "win32")
WEIGHTS = (".onnx", ".tflite", ".task", ".whl")
JUNK = {".pyc", ".DS_Store", ""}
NATIVE = {"sources", "compiled"}  # folders of `arpipe/native`; most tests build the pure wheel
PIP_WHEEL = [
    "-m",
    "pip",
    "wheel",
    "--quiet",
    "--no-deps",
    "--no-build-isolation",
    "--no-index",
    "--wheel-dir",
]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """arpipe's wheel, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(folder, REPOSITORY, ARPIPE_NATIVE="skip")


def build_wheel(folder: Path, source: Path, **environment: str) -> Path:
    command = [sys.executable, *PIP_WHEEL, folder, source]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    assert result.returncode == 0, result.stderr
    (built,) = folder.glob("arpipe-*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def _files_below(folder: Path) -> set[str]:
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in JUNK and not {"generators", *NATIVE} & set(path.parts)
    }


def test_wheel_carries_assets_and_configs(names):
    wanted = _files_below(REPOSITORY / "assets") | _files_below(REPOSITORY / "configs")
    assert {f"arpipe/_data/{name}" for name in wanted} <= names


def test_wheel_carries_shaders_pages_and_tables_of_the_package(names):
    assert _files_below(REPOSITORY / "arpipe") <= names


def test_wheel_carries_no_weights_tools_or_tests(names):
    assert not [name for name in names if name.endswith(WEIGHTS)]
    assert {name.split("/")[0] for name in names} == {"arpipe", f"arpipe-{PROJECT['version']}.dist-info"}
    assert not [name for name in names if "generators" in name]


def test_wheel_carries_licence_and_notice(names):
    assert {name.rsplit("/")[-1] for name in names if "dist-info/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_the_wheel_of_the_sdist_is_that_of_the_checkout(names, tmp_path):
    """Who installs from the sdist gets the same files; tests, demos and documents come along in the sdist."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", tmp_path]
    made = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    (sdist,) = tmp_path.glob("arpipe-*.tar.gz")
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    folder = tmp_path / sdist.name.removesuffix(".tar.gz")
    inside = {path.name for path in folder.iterdir()}
    assert {
        "arpipe",
        "assets",
        "configs",
        "demos",
        "docs",
        "tests",
        "LICENSE",
        "NOTICE",
        "PKG-INFO",
    } <= inside
    assert inside.isdisjoint({".ci", ".github", ".venv", "out"})
    with zipfile.ZipFile(build_wheel(tmp_path, folder, ARPIPE_NATIVE="skip")) as archive:
        assert set(archive.namelist()) == names


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a compiler is a shell script")
def test_a_wheel_with_the_library_is_for_one_platform_and_every_python(names, tmp_path):
    compiler = tmp_path / "c++"
    compiler.write_text('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done\necho compiled > "$2"\n')
    compiler.chmod(0o755)
    source = tmp_path / "source"
    skipped = shutil.ignore_patterns(
        ".git", ".venv*", "out", "compiled", "__pycache__", "tests", "dist", "build"
    )
    shutil.copytree(REPOSITORY, source, ignore=skipped)
    of_another_processor = source / LIBRARY
    of_another_processor.parent.mkdir()
    of_another_processor.write_text("newer than its sources")
    wheel = build_wheel(tmp_path, source, ARPIPE_NATIVE="require", CXX=str(compiler))
    assert wheel.stem.split("-")[2:4] == ["py3", "none"]
    assert not wheel.stem.endswith("-any")
    with zipfile.ZipFile(wheel) as archive:
        (library,) = set(archive.namelist()) - names
        assert archive.read(library) == b"compiled\n"
    assert Path(library) == LIBRARY


def test_without_a_compiler_the_wheel_is_pure_unless_the_library_is_required(monkeypatch):
    monkeypatch.syspath_prepend(str(REPOSITORY))
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CXX", "")
    hook_type = importlib.import_module("hatch_build").NativeBuildHook
    warnings, data = [], {"force_include": {}}
    hook = hook_type(
        str(REPOSITORY), {}, None, None, "", "wheel", SimpleNamespace(display_warning=warnings.append)
    )
    hook.initialize("standard", data)
    assert data == {"force_include": {}}
    assert "found no C++ compiler" in warnings[0]
    monkeypatch.setenv("ARPIPE_NATIVE", "require")
    with pytest.raises(FileNotFoundError, match="found no C"):
        hook.initialize("standard", data)


def test_installed_arpipe_finds_its_assets_and_runs(wheel, tmp_path):
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def run(*arguments):
        command = [sys.executable, "-P", *arguments]
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        return result.stdout

    program = "from arpipe.assets import *; print(asset_path('topology'), config_path('default'))"
    data = site / "arpipe" / "_data"
    assert run("-c", program).split() == [str(data / "assets/topology"), str(data / "configs/default.toml")]
    assert "batch" in run("-m", "arpipe", "--help")


@pytest.mark.parametrize(
    ("lock", "extras"), [("run.txt", []), ("dev.txt", ["dev"]), ("cluster.txt", ["ray", "s3"])]
)
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_lock_satisfies_every_dependency(lock, extras, python, system):
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    pinned = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in _pins(lock)
        if pin.marker is None or pin.marker.evaluate(environment)
    }
    wanted = [
        *PROJECT["dependencies"],
        *(line for name in extras for line in PROJECT["optional-dependencies"][name]),
    ]
    for requirement in map(Requirement, wanted):
        version = pinned.get(canonicalize_name(requirement.name), "nothing")
        assert version != "nothing", f"{requirement.name} is not in requirements/{lock}; run: make lock"
        assert requirement.specifier.contains(version), f"{requirement}: locked is {version}; run: make lock"


def test_run_time_lock_holds_no_build_tools():
    assert {pin.name for pin in _pins("build.txt")} >= {"hatchling"}
    assert {pin.name for pin in _pins("run.txt")}.isdisjoint(
        {"hatchling", "trove-classifiers", "setuptools", "wheel"}
    )


@pytest.mark.parametrize("name", ["filelock", "h11", "opencv-python-headless", "starlette"])
def test_versions_with_known_holes_are_excluded(name):
    holes = {
        "filelock": "3.20.0",
        "h11": "0.14.0",
        "opencv-python-headless": "4.11.0.86",
        "starlette": "0.49.0",
    }
    (requirement,) = (each for each in map(Requirement, PROJECT["dependencies"]) if each.name == name)
    assert not requirement.specifier.contains(holes[name])


@pytest.mark.parametrize("lock", ["run.txt", "build.txt", "dev.txt", "cluster.txt", "docs.txt", "dist.txt"])
def test_lock_has_a_hash_for_every_pin_and_no_address(lock):
    text = (REPOSITORY / "requirements" / lock).read_text()
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert re.fullmatch(r"[\w.-]+==\S+( ; [^\\]+)? \\(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+", entry), (
            entry
        )


def _pins(lock: str) -> list[Requirement]:
    lines = (REPOSITORY / "requirements" / lock).read_text().splitlines()
    return [
        Requirement(line.removesuffix(" \\")) for line in lines if "==" in line and not line.startswith(" ")
    ]
