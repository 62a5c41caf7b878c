"""Every demo runs and leaves what it promises."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.io.clips import write_clip

ROOT = Path(__file__).resolve().parents[1]
RUNS: dict[str, tuple[list[str], list[str]]] = {
    "01_hello_landmarks.py": (["sample", "4"], []),
    "02_glasses_on_a_photo.py": (
        [str(ROOT / "assets/samples/astronaut.png"), "."],
        ["aviator.png", "sport.png"],
    ),
    "03_glasses_on_a_clip.py": (["sample", "clip.mp4", "5"], ["clip.mp4"]),
    "04_own_effect.py": (["sample", "3", "censored.png"], ["censored.png"]),
    "05_makeup.py": (
        [str(ROOT / "assets/samples/astronaut.png"), "."],
        ["evening.png", "lipsticks.png"],
    ),
    "06_measure_accuracy.py": (["5"], []),
    "07_profile.py": (["5"], []),
    "09_body_angles.py": (
        [str(ROOT / "assets/samples/astronaut.png"), "1", "skeleton.png"],
        ["skeleton.png"],
    ),
    "08_live_window.py": (["sample", "3", "--no-window"], []),
    "25_record_with_sound.py": (["sample", "recorded.mp4", "3"], ["recorded.mp4"]),
    "11_browser.py": (["--port", "0", "--end-after", "2"], []),
    "12_virtual_camera.py": (["sample", "3"], []),
    "14_arrays_and_async.py": (["sample", "5", "async.png"], ["async.png"]),
    "15_mediapipe_program.py": (
        [str(ROOT / "assets/samples/astronaut.png"), "holistic.png"],
        ["holistic.png"],
    ),
    "16_mouth_switches_glasses.py": (
        ["sample", "40", "switched.png", "face.yaw_deg < -3"],
        ["switched.png"],
    ),
    "17_rock_paper_scissors.py": (["sample", "3"], []),
    "18_squat_counter.py": (["sample", "3", "squat.png"], ["squat.png"]),
    "20_expressions.py": (["sample", "12"], []),
    "19_own_gestures.py": (["-", "sample", "mine.toml"], ["mine.toml"]),
    "23_own_network.py": (["sample", "3", "in_colour.png"], ["in_colour.png"]),
    "21_shop_page.py": (["--port", "0", "--shop-port", "0", "--end-after", "1"], []),
    "13_own_sink.py": (["sample", "8", "latest.jpg"], ["latest.jpg"]),
    "22_hair_and_hands.py": (
        [str(ROOT / "assets/samples/astronaut.png"), "."],
        ["covered.png", "under_hair.png", "matte.png"],
    ),
    "24_draw_on_arrays.py": ([str(ROOT / "assets/samples/astronaut.png"), "drawn.png"], ["drawn.png"]),
    "27_long_video_in_pieces.py": (["long.mp4", ".", "1"], ["long.jsonl"]),
    "26_without_opengl.py": ([str(ROOT / "assets/samples/astronaut.png"), "."], ["auto.png"]),
    "10_another_background.py": (
        [str(ROOT / "assets/samples/astronaut.png"), "."],
        ["blurred.png", "bokeh.png", "sunset_behind.png", "cut_out.png"],
    ),
}
MOST_LINES = 60


def test_every_demo_is_run_here_and_short() -> None:
    demos = {path.name: path for path in (ROOT / "demos").glob("*.py")}
    assert set(demos) == set(RUNS)
    for path in demos.values():
        assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES, path.name


def test_what_demos_need_is_at_the_front_door() -> None:
    for path in (ROOT / "demos").glob("*.py"):
        inner = re.findall(r"^(?:from|import) arpipe\.\S+", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert not inner, path.name


@pytest.mark.weights
@pytest.mark.gl
@pytest.mark.parametrize("name", RUNS)
def test_demo_runs(name: str, tmp_path: Path) -> None:
    arguments, made = RUNS[name]
    if "long.mp4" in arguments:
        write_clip(tmp_path / "long.mp4", range(0, 3000 * 75, 3000), gop=15)
    done = subprocess.run(
        [sys.executable, str(ROOT / "demos" / name), *arguments],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    for file in made:
        assert (tmp_path / file).stat().st_size > 1000, file
