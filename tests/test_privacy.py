"""No telemetry: with an empty home folder, nothing is written to it and no internet socket is opened."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.patience import PATIENCE_S

# Telemetry of ONNX Runtime starts two seconds after its import.
WATCHED_S = 10.0

WATCH = f"""
import time, psutil
me, end_s, opened = psutil.Process(), time.monotonic() + {WATCHED_S}, set()
while time.monotonic() < end_s:
    for process in (me, *me.children(recursive=True)):
        opened |= {{repr(c) for c in process.net_connections(kind="inet")}}
    time.sleep(0.05)
assert not opened, opened
"""

WORKER = """
import multiprocessing, sys
from pathlib import Path
import numpy as np
def work(path):
    from arpipe.inference.session import Session
    with Session(Path(path)) as session:
        return session.run(np.ones(session.input_shape, np.float32))["y"].tolist()
"""

PROGRAMS = {
    "inference alone": "import sys; sys.argv.append(sys.argv[1])\n"
    + WORKER
    + "import arpipe.inference.session\nassert work(sys.argv[1]) == [[2.0, 2.0]]\n"
    + WATCH,
    "worker process": WORKER
    + f"""
def work_and_watch(path):
    assert work(path) == [[2.0, 2.0]]
    exec({WATCH!r})
if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=work_and_watch, args=(sys.argv[1],))
    child.start(); child.join(); sys.exit(child.exitcode)
""",
    "command line": "import sys\nfrom arpipe.__main__ import main\nmain(['doctor'])\n" + WATCH,
}


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """An ONNX file that doubles two numbers."""
    shape = ["n", 2]
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "two"], ["y"])],
        "double",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shape)],
        [numpy_helper.from_array(np.float32(2.0), "two")],
    )
    path = tmp_path / "double.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return path


@pytest.mark.slow
def test_no_file_and_no_socket_in_ten_seconds(tmp_path, network):
    started = {name: _start(tmp_path / name, program, network) for name, program in PROGRAMS.items()}
    for name, (process, home, trace) in started.items():
        output, _ = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, f"{name}: {output}"
        assert [str(path) for path in home.rglob("*") if path.is_file()] == [], name
        if trace is not None:
            opened = [line for line in trace.read_text().splitlines() if "AF_INET" in line]
            assert opened == [], name


def _start(folder: Path, program: str, network: Path) -> tuple[subprocess.Popen[str], Path, Path | None]:
    """A child with an empty home; under strace where that is installed and allowed."""
    home = folder / "home"
    home.mkdir(parents=True)
    script = folder / "program.py"
    script.write_text(program)
    kept = {"PATH", "SYSTEMROOT", "LD_LIBRARY_PATH"}
    environment = {key: value for key, value in os.environ.items() if key in kept}
    environment |= {"HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}
    environment |= {"PYTHONPATH": str(Path(__file__).parents[1]), "ARPIPE_HOME": str(folder / "cache")}
    trace = folder / "trace.txt" if _strace_works() else None
    traced = ["strace", "-f", "-e", "trace=socket,connect", "-o", str(trace)] if trace else []
    process = subprocess.Popen(
        [*traced, sys.executable, str(script), str(network)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return process, home, trace


def _strace_works() -> bool:
    tool = shutil.which("strace")
    return tool is not None and subprocess.run([tool, "true"], capture_output=True).returncode == 0


@pytest.mark.parametrize("value", ["0", "", None])
def test_an_earlier_setting_does_not_turn_telemetry_on(value):
    environment = {key: text for key, text in os.environ.items() if key != "ORT_DISABLE_TELEMETRY"}
    if value is not None:
        environment["ORT_DISABLE_TELEMETRY"] = value
    program = "import os, arpipe.inference; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "1", done.stderr


def test_events_stop_where_onnxruntime_was_imported_first():
    program = (
        "import os; os.environ['ORT_DISABLE_TELEMETRY'] = '1'; import onnxruntime\n"
        "calls = []; onnxruntime.disable_telemetry_events = lambda: calls.append(1)\n"
        "import arpipe.inference.session; print(calls)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[1]", done.stderr
