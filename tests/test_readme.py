"""Every command and every program in the README, the cookbook and the page on drawing runs."""

import json
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.apps.boards import TILTS, board_seen_at
from tests.effects.glasses.foreign.glasses import Z_UP, Export
from tests.effects.glasses.foreign.glasses import parts as glasses_parts

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDES = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("cookbook.md", "drawing.md"))
BLOCKS = re.findall(r"```(sh|python)\n(.*?)```", README + GUIDES, re.DOTALL)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]
# These need a camera, a screen or a person, or judge this machine: only their arguments are checked.
INTERACTIVE = (
    "arpipe doctor",
    "arpipe live   ",
    "arpipe live --web",
    "arpipe live --controls",
    "arpipe live --send",
)
JUDGING = "--budget"  # exits with 1 where this machine exceeds the budget
PROGRAMS = [text for kind, text in BLOCKS if kind == "python"]


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's commands expect: a clip, photos, chessboard pictures."""
    folder = tmp_path_factory.mktemp("readme")
    portrait = Image.open(ROOT / "assets/samples/astronaut.png").convert("RGB")
    (folder / "photos").mkdir()
    for name in ("one", "two"):
        portrait.save(folder / "photos" / f"{name}.jpg")
    _write_clip(folder / "clip.mp4", np.asarray(portrait.resize((320, 320))))
    (folder / "models").mkdir()
    Export(1.0, Z_UP).save(glasses_parts(), folder / "models", "sunny.glb")
    (folder / "boards").mkdir()
    for index, tilt in enumerate(TILTS):
        cv2.imwrite(str(folder / "boards" / f"{index}.png"), board_seen_at(*tilt))
    _write_profiles(folder / "before.json", folder / "after.json")
    return folder


def _write_profiles(before: Path, after: Path) -> None:
    """Two profiles of the same scene, the second a tenth faster in every frame."""
    _run([_arpipe(), "profile", "--frames", "20", "--json", str(before)], before.parent)
    report = json.loads(before.read_text("utf-8"))
    samples = report["samples"]
    report["samples"] = {stage: [0.9 * value for value in values] for stage, values in samples.items()}
    after.write_text(json.dumps(report), "utf-8")


def _write_clip(path: Path, picture: np.ndarray) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(25), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = picture.shape[1], picture.shape[0], "yuv420p"
        for shift in range(6):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, 2 * shift, axis=1).copy(), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _boards(workplace: Path) -> list[str]:
    return [str(path) for path in sorted((workplace / "boards").iterdir())]


def _arpipe() -> str:
    return shutil.which("arpipe", path=str(Path(sys.executable).parent)) or "arpipe"


def _run(command: list[str] | str, folder: Path, expected: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=300, shell=isinstance(command, str)
    )
    assert done.returncode in expected, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


@pytest.mark.weights
@pytest.mark.gl
@pytest.mark.parametrize("command", COMMANDS)
def test_command_runs(command: str, workplace: Path) -> None:
    if "--camera calib.json" in command and not (workplace / "calib.json").exists():
        # The tests of a file may be divided among processes, each with a folder of its own.
        _run([_arpipe(), "calibrate", *_boards(workplace), "--output", "calib.json"], workplace)
    if command.startswith(INTERACTIVE):
        _run([_arpipe(), *command.partition("#")[0].split()[1:], "--help"], workplace)
    elif JUDGING in command:
        printed = _run(command.replace("arpipe", _arpipe(), 1), workplace, expected=(0, 1))
        assert "budget 40 ms" in printed
    else:
        _run(command.replace("arpipe", _arpipe(), 1), workplace)


@pytest.mark.weights
@pytest.mark.gl
@pytest.mark.parametrize("program", PROGRAMS)
def test_program_runs(program: str, workplace: Path) -> None:
    _run([sys.executable, "-c", program], workplace)


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^    make (\w+)", README, re.MULTILINE)
    assert targets == ["demo", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_files_that_are_linked_exist() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
