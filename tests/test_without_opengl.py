"""arpipe on a machine without OpenGL and a display: what the CPU renderer draws needs no library of the system."""

import os
import subprocess
import sys

import pytest

from arpipe.assets import asset_path
from arpipe.io.image.reader import read_image

ABSENT = ("libGL.so", "libGL.so.1", "libEGL.so", "libEGL.so.1", "libX11.so.6", "libgthread-2.0.so.0")
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="libraries are hidden by LD_LIBRARY_PATH")


@pytest.fixture
def run(tmp_path):
    """Runs Python where the libraries do not load, because the loader finds empty files first."""
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    for name in ABSENT:
        (hiding / name).touch()
    kept = {name: value for name, value in os.environ.items() if name not in DISPLAYS}
    environment = {**kept, "LD_LIBRARY_PATH": str(hiding)}

    def run(*arguments):
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True)

    return run


@pytest.mark.parametrize("name", ABSENT)
def test_the_library_is_hidden(run, name):
    done = run("-c", f"import ctypes; ctypes.CDLL({name!r})")
    assert done.returncode != 0
    assert f"{name}: file too short" in done.stderr


@pytest.mark.cpu
@pytest.mark.weights
@pytest.mark.parametrize("effect", ["wayfarer", "evening"])
def test_glasses_and_makeup_are_drawn(run, tmp_path, effect):
    photo, output = asset_path("samples/astronaut.png"), tmp_path / "drawn.png"
    done = run("-m", "arpipe", "batch", photo, "--effect", effect, "--output", output)
    assert done.returncode == 0, done.stdout + done.stderr
    changed = (read_image(output) != read_image(photo)).any(axis=2)
    assert 0.01 < changed.mean() < 0.2


@pytest.mark.weights
def test_opengl_that_is_asked_for_is_an_error_that_names_the_packages(run, tmp_path):
    photo, output = asset_path("samples/astronaut.png"), tmp_path / "glasses.png"
    done = run(
        "-m", "arpipe", "batch", photo, "--effect", "wayfarer", "--renderer", "opengl", "--output", output
    )
    assert done.returncode != 0
    assert "libegl1 libgl1" in done.stderr.replace("\n", " ")
    assert not output.exists()
