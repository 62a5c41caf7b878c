import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=REPOSITORY, **options
    )


def run_script(tmp_path, program, *arguments):
    script = tmp_path / "program.py"
    script.write_text(program)
    return run("-m", "arpipe.mediapipe", str(script), *arguments)


def test_an_unchanged_program_gets_the_drop_in(tmp_path):
    (tmp_path / "helper.py").write_text("import mediapipe as mp\nSAME = mp")
    result = run_script(
        tmp_path,
        "import sys, mediapipe as mp, helper\n"
        "from mediapipe.python.solutions import pose as one\n"
        "import mediapipe.python.solutions.pose as two\n"
        "from mediapipe.framework.formats import landmark_pb2\n"
        "from mediapipe.solutions import pose as three\n"
        "assert one is two is three is mp.solutions.pose\n"
        "assert helper.SAME is mp\n"
        "assert landmark_pb2 is mp.framework.formats.landmark_pb2\n"
        "print(__name__, mp.__name__, sys.argv[1:])\n",
        "--flag",
    )
    assert result.stdout == "__main__ arpipe.mediapipe ['--flag']\n", result.stderr


def test_a_module_is_run_by_name(tmp_path):
    (tmp_path / "tool.py").write_text("import mediapipe, sys; print(mediapipe.__version__, len(sys.argv))")
    result = run("-m", "arpipe.mediapipe", "-m", "tool", "x", env={"PYTHONPATH": f"{tmp_path}:{REPOSITORY}"})
    assert result.stdout == "0.10.21 2\n", result.stderr


def test_what_the_drop_in_lacks_is_not_found(tmp_path):
    result = run_script(tmp_path, "import mediapipe.calculators")
    assert result.returncode == 1
    assert "ModuleNotFoundError: No module named 'mediapipe.calculators'" in result.stderr


def test_the_exit_code_is_the_program_s(tmp_path):
    assert run_script(tmp_path, "raise SystemExit(7)").returncode == 7


def test_a_wrong_command_line_is_explained():
    for arguments in ([], ["-x"], ["missing.py"]):
        result = run("-m", "arpipe.mediapipe", *arguments)
        assert result.returncode == 2
        assert "usage: python -m arpipe.mediapipe" in result.stderr
        assert "Traceback" not in result.stderr
    assert "missing.py does not exist" in result.stderr


def test_importing_the_drop_in_leaves_the_name_mediapipe_alone():
    program = "import sys, arpipe.mediapipe.python; print('mediapipe' in sys.modules)"
    assert run("-c", program).stdout == "False\n"


def test_nothing_heavy_is_imported_before_it_is_used():
    program = (
        "import sys, arpipe.mediapipe as mp; mp.solutions;"
        "print(sorted({'cv2', 'onnxruntime', 'google.protobuf', 'numpy', 'pydantic'} & set(sys.modules)))"
    )
    assert run("-c", program).stdout == "[]\n"
