"""The programs and commands of docs/from-mediapipe.md run."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arpipe.assets import asset_path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "from-mediapipe.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", PAGE, re.DOTALL)
PROGRAMS = [text for kind, text in BLOCKS if kind == "python"]
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


def run(command, folder):
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": f".:{ROOT}"}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.weights
@pytest.mark.gl
@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_programs_run(number, tmp_path):
    shutil.copy(asset_path("samples/astronaut.png"), tmp_path / "photo.png")
    run([sys.executable, "-c", PROGRAMS[number]], tmp_path)
    (made,) = re.findall(r'imwrite\("(.*?)"', PROGRAMS[number])
    assert (tmp_path / made).stat().st_size > 10_000


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command, tmp_path):
    program = "import mediapipe, sys; print(mediapipe.__name__, *sys.argv[1:])"
    (tmp_path / "script.py").write_text(program)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "module.py").write_text(program)
    _, *arguments = command.split()
    said = run([sys.executable, *arguments], tmp_path).split()
    assert said == ["arpipe.mediapipe", *arguments[3:]][: len(said)]
    assert said[0] == "arpipe.mediapipe"


def test_every_module_of_the_page_exists():
    import arpipe.mediapipe as mp

    for name in re.findall(r"`mp\.((?:solutions|tasks)\.\w+)`", PAGE):
        part, _, module = name.partition(".")
        assert getattr(getattr(mp, part), module) is not None
