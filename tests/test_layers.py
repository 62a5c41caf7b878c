"""The direction of the arrows: who may import whom, who owns which package, and what stays unimported."""

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import numpy as np
import pytest

from arpipe.errors import MissingExtra

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "arpipe"

# From the ground up; a unit imports itself and what stands before it. `__init__` is the public door, `arpipe`.
LAYERS = (
    "errors",
    "closing",
    "spelling",
    "needs",
    "subjects",
    "folders",
    "plugins",
    "timing",
    "native",
    "assets",
    "geometry",
    "topology",
    "types",
    "draw",
    "io",
    "preprocess",
    "weights",
    "inference",
    "models",
    "custom",
    "head_pose",
    "tracking",
    "controls",
    "render",
    "effects",
    "pipeline",
    "recognition",
    "config",
    "__init__",
    "mediapipe",
    "apps",
    "cli",
    "__main__",
)

DOOR = "arpipe.__init__"

# Packages that only their owners import; `arpipe.apps.doctor` probes them by name, to survive broken ones.
OWNERS = {
    "onnxruntime": ("arpipe.inference",),
    "moderngl": ("arpipe.render", "arpipe.effects", "arpipe.apps.window"),
    "glfw": ("arpipe.apps.window", "arpipe.apps.teach.window"),
    "av": ("arpipe.io",),
    "pyvirtualcam": ("arpipe.io",),
    "sounddevice": ("arpipe.io.audio",),
    "mediapipe": ("arpipe.models.mediapipe_faces",),
    "onnx": ("arpipe.weights", "arpipe.custom"),
    "fsspec": ("arpipe.io.object_store",),
    "ray": ("arpipe.apps.batch.workers.ray_cluster",),
    "pynput": ("arpipe.apps.reactions.keyboard", "arpipe.apps.reactions.hotkeys"),
    "pythonosc": ("arpipe.controls.senders.osc",),
    "tflite": ("arpipe.weights",),
    "google": ("arpipe.mediapipe",),
    "flatbuffers": ("arpipe.weights",),
    "typer": ("arpipe.cli",),
    "starlette": ("arpipe.apps.web", "arpipe.apps.teach.web", "arpipe.apps.model.page"),
    "uvicorn": ("arpipe.apps.web",),
}

# Too slow to import for `arpipe --help`.
HEAVY = (
    "PIL",
    "av",
    "cv2",
    "fsspec",
    "glfw",
    "moderngl",
    "onnx",
    "onnxruntime",
    "pillow_heif",
    "pyarrow",
    "ray",
    "rich",
    "starlette",
    "uvicorn",
)

# Not installed by `pip install arpipe`.
OPTIONAL = (
    "ai_edge_litert",
    "fsspec",
    "openvino",
    "pillow_heif",
    "pyarrow",
    "pynput",
    "pythonosc",
    "pyvirtualcam",
    "ray",
    "scipy",
    "segno",
    "skimage",
    "sounddevice",
    "trimesh",
    "trustme",
    "matplotlib",
    "mediapipe",
)

LARGEST_CONSTANT_BYTES = 100_000  # of an array that a module makes when it is imported

REFERENCE = re.compile(r"arpipe(\.\w+)+:\w+")


def _module_name(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


MODULES = {_module_name(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def _tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text("utf-8"))


def _imports(nodes: Iterator[ast.AST] | list[ast.stmt]) -> Iterator[str]:
    """Every imported module; `from a.b import c` gives `a.b.c` where that is a module, else `a.b`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            submodules = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from {name if name in MODULES else node.module for name in submodules}


def _unit(module: str) -> str:
    return module.split(".")[1] if "." in module else "__init__"


def _references() -> list[tuple[str, str]]:
    return [
        (module, node.value)
        for module in MODULES
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and REFERENCE.fullmatch(node.value)
    ]


def test_every_unit_has_its_place_in_the_list():
    unknown = {_unit(module) for module in MODULES} - set(LAYERS)
    assert not unknown, f"say where {unknown} stand by adding them to LAYERS"


@pytest.mark.parametrize("module", MODULES)
def test_imports_are_absolute_and_point_down(module):
    tree = _tree(module)
    relative = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level]
    assert not relative, f"relative imports in lines {relative}"
    own = LAYERS.index(_unit(module))
    ours = [name for name in _imports(ast.walk(tree)) if name.split(".")[0] == "arpipe"]
    if module == DOOR:
        ours = []  # it names everything for type checkers and imports on demand; see test_public_names
    upward = [name for name in ours if LAYERS.index(_unit(name)) > own]
    assert not upward, f"{module} imports from above: {upward}"


def _graph() -> dict[str, set[str]]:
    """Module → the modules that it imports, inside functions and for type checking included."""
    return {
        module: {name for name in _imports(ast.walk(_tree(module))) if name in MODULES and name != module}
        for module in MODULES
        if module != DOOR  # imports everything on demand
    }


def _require_acyclic(graph: dict[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_modules_do_not_import_each_other_in_cycles():
    _require_acyclic(_graph())


@pytest.mark.parametrize("depth", [3, 4])
def test_subpackages_do_not_import_each_other_in_cycles(depth):
    def subpackage(module: str) -> str:
        return ".".join(module.split(".")[:depth])

    graph: dict[str, set[str]] = {}
    for module, imported in _graph().items():
        others = {subpackage(name) for name in imported} - {subpackage(module)}
        graph.setdefault(subpackage(module), set()).update(others)
    _require_acyclic(graph)


@pytest.mark.parametrize("module", MODULES)
def test_packages_are_imported_by_their_owners_only(module):
    trespasses = [
        name
        for name in _imports(ast.walk(_tree(module)))
        if not any(_belongs(module, owner) for owner in OWNERS.get(name.split(".")[0], (module,)))
    ]
    assert not trespasses, f"{module} imports {trespasses}, which belong to others"


def _belongs(module: str, owner: str) -> bool:
    return module == owner or module.startswith((f"{owner}.", f"{owner}_"))


@pytest.mark.parametrize("module", MODULES)
def test_media_is_opened_in_io_only(module):
    opened = {
        node.attr
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Attribute)
        and node.attr in {"VideoCapture", "VideoWriter", "imread", "imwrite"}
    }
    assert not opened or _unit(module) == "io", f"{module} uses cv2's {opened}"


@pytest.mark.parametrize("module", ["arpipe", "arpipe.cli"])
def test_nothing_heavy_is_imported_for_a_mere_help(module):
    program = f"import json, sys, {module}; print(json.dumps(sorted(set(sys.modules) & set({HEAVY!r}))))"
    assert json.loads(_python(program)) == []


def test_converters_are_imported_by_those_only_who_convert():
    program = (
        "import sys, arpipe.apps.batch.workers.local_worker, arpipe.pipeline.pipeline; print(*sys.modules)"
    )
    assert {"onnx", "tflite"}.isdisjoint(_python(program).split())


def test_modules_hold_no_large_array_and_no_random_state():
    names = [name.removesuffix(".__init__") for name in MODULES if not name.endswith(".__main__")]
    held = [
        f"{name}.{key}"
        for name in names
        for key, value in _contents(name).items()
        for part in (value if isinstance(value, tuple | list) else (value,))
        if isinstance(part, np.random.Generator | np.random.RandomState)
        or (isinstance(part, np.ndarray) and part.nbytes > LARGEST_CONSTANT_BYTES)
    ]
    assert held == []


def _contents(module: str) -> dict[str, object]:
    """Names of a module; none if it needs an extra that is not installed."""
    try:
        return vars(importlib.import_module(module))
    except MissingExtra:
        return {}


def test_every_module_is_importable_without_the_extras():
    names = [name.removesuffix(".__init__") for name in MODULES if not name.endswith(".__main__")]
    program = f"""
import importlib, sys
for name in {OPTIONAL!r}:
    sys.modules[name] = None
from arpipe.errors import MissingExtra
for name in {names!r}:
    try:
        importlib.import_module(name)
    except MissingExtra as error:
        assert 'pip install "arpipe[' in str(error), error
"""
    assert _python(program) == ""


@pytest.mark.parametrize(("module", "reference"), _references())
def test_every_line_of_every_table_resolves(module, reference):
    path, _, name = reference.partition(":")
    assert callable(getattr(importlib.import_module(path), name)), f"{reference} in {module}"


def _python(program: str) -> str:
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result.stdout
