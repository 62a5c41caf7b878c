from pathlib import Path

import pytest

from arpipe import assets
from arpipe.errors import AssetError, ConfigError


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A pretended checkout: `assets/` and `configs/` beside the package folder."""
    package = tmp_path / "arpipe"
    package.mkdir()
    monkeypatch.setattr(assets, "_PACKAGE", package)
    _fill(tmp_path, "checkout")
    return package


def _fill(root: Path, text: str) -> None:
    (root / "assets" / "topology").mkdir(parents=True)
    (root / "assets" / "topology" / "face.json").write_text(text)
    (root / "configs").mkdir()
    (root / "configs" / "glasses.toml").write_text(text)
    (root / "configs" / "makeup.toml").write_text(text)


def test_checkout_is_used_when_the_package_carries_no_data(package):
    assert assets.asset_path("topology/face.json").read_text() == "checkout"
    assert assets.config_path("glasses").read_text() == "checkout"


def test_data_inside_the_package_wins(package):
    _fill(package / "_data", "wheel")
    assert assets.asset_path("topology/face.json").read_text() == "wheel"
    assert assets.config_path("glasses.toml").read_text() == "wheel"


def test_folders_are_assets_too(package):
    assert assets.asset_path("topology").is_dir()


@pytest.mark.parametrize("name", ["../configs/glasses.toml", "topology/../../arpipe", "/etc/hostname"])
def test_a_name_never_leads_out_of_the_folder(package, name):
    with pytest.raises(AssetError, match="is outside"):
        assets.asset_path(name)


def test_unknown_names_suggest_the_nearest(package):
    with pytest.raises(AssetError, match=r"did you mean 'face\.json'"):
        assets.asset_path("topology/fase.json")
    with pytest.raises(ConfigError, match="did you mean 'glasses'"):
        assets.config_path("glases")


def test_unknown_names_far_from_all_list_what_there_is(package):
    with pytest.raises(ConfigError, match="there are: glasses, makeup"):
        assets.config_path("zzz")


def test_an_asset_in_a_missing_folder_says_so(package):
    with pytest.raises(AssetError, match="is not in"):
        assets.asset_path("nowhere/face.json")
