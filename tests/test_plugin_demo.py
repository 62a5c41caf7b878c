"""`demos/plugin`, installed as a user would install it, extends the command line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PHOTO = ROOT / "assets/samples/astronaut.png"


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A folder with the installed package."""
    folder = tmp_path_factory.mktemp("plugin")
    project = shutil.copytree(ROOT / "demos" / "plugin", folder / "project")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-build-isolation",
        "--no-deps",
    ]
    result = subprocess.run([*pip, "--target", folder / "site", project], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return folder / "site"


def arpipe(site, *arguments, folder=None, code=0):
    environment = {**os.environ, "PYTHONPATH": str(site), "COLUMNS": "200"}
    command = [sys.executable, "-m", "arpipe", *map(str, arguments)]
    result = subprocess.run(command, cwd=folder or ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stdout + result.stderr


def pixels(path):
    return np.asarray(Image.open(path).convert("RGB")).astype(int)


def test_effect_and_pack_are_listed_with_their_package(site):
    text = arpipe(site, "effects", "list")
    (angel,) = [line for line in text.splitlines() if "angel" in line]
    assert "arpipe-halo 0.1.0" in angel
    assert "halo (from arpipe-halo 0.1.0)" in " ".join(text.split())


@pytest.mark.gl
@pytest.mark.weights
def test_installed_effect_and_pack_draw_with_their_own_shaders(site, tmp_path):
    (tmp_path / "photo.png").write_bytes(PHOTO.read_bytes())
    arpipe(
        site, "batch", "photo.png", "--effect", "halo(color=#40a0ff)", "--output", "halo.png", folder=tmp_path
    )
    arpipe(site, "batch", "photo.png", "--effect", "angel", "--output", "angel.png", folder=tmp_path)
    before = pixels(PHOTO)
    added = pixels(tmp_path / "halo.png") - before
    assert added.min() >= 0  # light hides nothing
    lit = added.sum(axis=2) > 60
    assert 300 < lit.sum() < 0.2 * lit.size
    assert added[lit].mean(axis=0)[2] > added[lit].mean(axis=0)[0]  # blue
    rows = np.flatnonzero(lit.any(axis=1))
    assert rows.max() < 0.4 * len(lit)  # above the head
    golden = pixels(tmp_path / "angel.png") - before
    assert golden[lit].mean(axis=0)[0] > golden[lit].mean(axis=0)[2]
    assert (golden[~lit] != 0).any()  # the makeup of the pack


@pytest.mark.gl
@pytest.mark.weights
def test_installed_source_and_output_are_used_by_name(site, tmp_path):
    options = ("--no-window", "--frames", "6", "--effect", "angel")
    arpipe(site, "live", "--source", f"pan:{PHOTO}", *options, "--output", "strip:strip.png", folder=tmp_path)
    strip = pixels(tmp_path / "strip.png")
    assert strip.shape[0] == 240
    assert strip.shape[1] >= 240


def test_a_name_that_two_packages_claim_is_an_error_that_names_both(site, tmp_path):
    other = shutil.copytree(site, tmp_path / "site")
    (info,) = other.glob("arpipe_halo-*.dist-info")
    rival = shutil.copytree(info, other / "arpipe_rival-2.0.dist-info")
    (rival / "METADATA").write_text("Metadata-Version: 2.1\nName: arpipe-rival\nVersion: 2.0\n")
    text = arpipe(other, "effects", "list", code=1)
    assert "arpipe-halo 0.1.0" in text
    assert "arpipe-rival 2.0" in text


def test_a_broken_package_is_named_and_harms_no_other_effect(site, tmp_path):
    broken = shutil.copytree(site, tmp_path / "site")
    (broken / "arpipe_halo" / "effect.py").write_text("import no_such_module\n")
    text = arpipe(broken, "effects", "show", "halo", code=1)
    assert "arpipe-halo 0.1.0" in text
    assert "no_such_module" in text
    assert "damaged" in arpipe(broken, "effects", "list")
