"""Every notebook runs from top to bottom, shows pictures, and is committed without outputs."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).resolve().parents[1] / "demos").glob("*.ipynb"))
PNG = b"\x89PNG\r\n\x1a\n"

# Runs the cells of a notebook as a kernel would, and reports how many show a picture.
RUNNER = """
import ast, json, sys
namespace, shown = {"__name__": "__main__"}, 0
for source in json.load(open(sys.argv[1])):
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), namespace)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace)
        display = getattr(value, "_repr_png_", None)
        shown += display is not None and display().startswith(b"\\x89PNG")
print("pictures:", shown)
"""


def _code(notebook: Path) -> list[str]:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_there_are_two():
    assert [path.name for path in NOTEBOOKS] == ["clips_to_duckdb.ipynb", "try_on_glasses.ipynb"]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_outputs_are_committed_and_every_cell_is_python(notebook):
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    for source in _code(notebook):
        ast.parse(source)


@pytest.mark.weights
@pytest.mark.gl
@pytest.mark.parametrize(("name", "pictures"), [("try_on_glasses", 5), ("clips_to_duckdb", 1)])
def test_notebook_runs_and_shows_pictures(name, pictures, tmp_path):
    if name == "clips_to_duckdb":
        pytest.importorskip("duckdb")
    (notebook,) = (path for path in NOTEBOOKS if path.stem == name)
    (tmp_path / "cells.json").write_text(json.dumps(_code(notebook)), "utf-8")
    command = [sys.executable, "-c", RUNNER, "cells.json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert f"pictures: {pictures}" in done.stdout
