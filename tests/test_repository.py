"""What must never be committed."""

import ast
import importlib
import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
WEIGHTS = (".caffemodel", ".onnx", ".pt", ".pth", ".task", ".tflite", ".whl")
TEXT_LIMIT = 2_000_000  # bytes; larger files are media and are looked at one by one
MEDIA = (".glb", ".jpg", ".mp4", ".png", ".svg")
FORBIDDEN = {
    "path of one machine": re.compile(r"/(work|farm|root|home)/[A-Za-z.]"),
    "package registry": re.compile(
        r"https?://[a-z0-9.-]*(pypi|pythonhosted|npmjs)|index[-]url", re.IGNORECASE
    ),
    "secret": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}"),
}


@pytest.fixture(scope="module")
def committed() -> list[Path]:
    try:
        listing = subprocess.run(["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("git is not installed")
    if listing.returncode:
        pytest.skip(f"not a git checkout: {listing.stderr.strip()}")
    paths = [REPOSITORY / name for name in listing.stdout.split("\0") if name]
    return [path for path in paths if path.is_file()]


def test_no_weights_or_wheels(committed):
    assert [path for path in committed if path.suffix in WEIGHTS] == []


def test_no_large_files(committed):
    assert [path for path in committed if path.stat().st_size > TEXT_LIMIT] == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_names_a(what, committed):
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:80]}"
        for path in committed
        if path.suffix not in MEDIA
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


SCRIPTS = [
    path for folder in ("assets/generators", "demos", "tests") for path in (REPOSITORY / folder).rglob("*.py")
]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_what_scripts_import_from_arpipe_exists(script):
    """Benchmarks and generators are run by hand, so nothing else would notice a name that has moved."""
    imports = [
        node for node in ast.walk(ast.parse(script.read_text("utf-8"))) if isinstance(node, ast.ImportFrom)
    ]
    for node in imports:
        if node.module and node.module.split(".")[0] == "arpipe":
            module = importlib.import_module(node.module)
            for alias in node.names:
                assert hasattr(module, alias.name) or _is_module(f"{node.module}.{alias.name}"), (
                    f"line {node.lineno}: {node.module} has no {alias.name}"
                )


def _is_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
