"""What becomes of a compilation that fails."""

import os
import stat
import subprocess
import sys

import pytest

from arpipe.native import build
from arpipe.native.library import ROOT


@pytest.fixture
def broken_compiler(tmp_path):
    path = tmp_path / "c++"
    path.write_text('#!/bin/sh\necho "no space left" >&2\nexit 3\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for a compiler is a shell script")
def test_a_failing_compiler_is_quoted_and_leaves_the_library(broken_compiler):
    library = ROOT / build.LIBRARY
    before = library.stat().st_mtime_ns if library.exists() else None
    done = subprocess.run(
        [sys.executable, "-m", "arpipe.native.build"],
        cwd=ROOT,
        env={**os.environ, "CXX": broken_compiler},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "the library was not compiled" in done.stderr
    assert "no space left" in done.stderr
    assert "Traceback" not in done.stderr
    assert (library.stat().st_mtime_ns if library.exists() else None) == before


def test_only_folders_that_promise_exact_numbers_are_compiled_without_shortcuts(monkeypatch):
    monkeypatch.setattr(build, "compiler", lambda: "c++")
    folders = {unit.parent.name for unit in (ROOT / build.SOURCES).rglob("*.cpp")}
    assert folders >= build.EXACT
    for folder in folders:
        command = build.compile_command(ROOT / build.SOURCES / folder / "unit.cpp", ROOT / "unit.o", [])
        assert bool(set(build.UNIX_FAST + build.MSVC_FAST) & set(command)) == (folder not in build.EXACT)
