import os
from pathlib import Path

import pytest

from arpipe.apps.window.adjustments import Adjustments
from arpipe.effects.packs import load_pack
from arpipe.effects.search import search_folders
from arpipe.errors import ConfigError, OutputError
from arpipe.folders import cache_folder, config_folder, expanded


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home variable and without an entry in the user database."""
    for name in (
        "HOME",
        "USERPROFILE",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "APPDATA",
        "LOCALAPPDATA",
        "ARPIPE_HOME",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", os.fspath)


def test_without_a_home_no_user_folder_is_used(homeless):
    assert config_folder() is None
    assert all(folder.is_absolute() for folder in search_folders())
    assert load_pack("aviator").name == "aviator"
    adjustments = Adjustments.load()
    assert adjustments.packs == {}
    with pytest.raises(OutputError, match="XDG_CONFIG_HOME"):
        adjustments.save()


def test_only_a_cache_that_is_needed_asks_for_a_folder(homeless, monkeypatch, tmp_path):
    with pytest.raises(ConfigError, match="set ARPIPE_HOME to a folder"):
        cache_folder()
    monkeypatch.setenv("ARPIPE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path


def test_homes_that_do_not_exist_stay_as_typed():
    assert expanded("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert expanded("~").is_absolute()
