"""Where the user's files are, by platform and environment."""

from pathlib import Path

import pytest

from arpipe import folders
from arpipe.folders import HOME_VARIABLE, cache_folder, config_folder


def test_cache_folder_follows_the_platform(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv(HOME_VARIABLE, raising=False)
    monkeypatch.setattr(folders.sys, "platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "arpipe"
    monkeypatch.setattr(folders.sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
    assert cache_folder() == tmp_path / "local" / "arpipe"
    monkeypatch.setattr(folders.sys, "platform", "darwin")
    assert cache_folder() == Path.home() / "Library" / "Caches" / "arpipe"


def test_cache_folder_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    assert cache_folder() == tmp_path


def test_config_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path / "roaming"))
    assert config_folder() == tmp_path / "arpipe"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert config_folder() == tmp_path / "roaming" / "arpipe"
    monkeypatch.delenv("APPDATA")
    assert config_folder() == Path.home() / ".config" / "arpipe"
