"""docs/architecture.md is true: what it names exists, its layers are the tested ones, its stages are those of a run."""

import ast
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.test_layers import LAYERS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "arpipe"
DOCUMENT = (ROOT / "docs" / "architecture.md").read_text("utf-8")
NAMES = sorted(set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", DOCUMENT)))
GROUPS = {"arpipe.packs", "arpipe.effects", "arpipe.sources", "arpipe.sinks"}
OTHER_WORDS = {"None", "effect.toml", "perception.every", '"module:Class"'}


def table(heading: str) -> list[list[str]]:
    """Rows of the first table below a heading."""
    section = DOCUMENT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def trees():
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


@pytest.fixture(scope="module")
def defined() -> set[str]:
    """Classes, their members, functions and tables of the package."""
    names = set()
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(f"{node.name}()")
            elif isinstance(node, ast.ClassDef):
                names |= {node.name, *(f"{node.name}.{member}" for member in members(node))}
        tables = (node for node in tree.body if isinstance(node, ast.AnnAssign))
        names |= {node.target.id for node in tables if isinstance(node.target, ast.Name)}
    return names


def members(node: ast.ClassDef) -> list[str]:
    fields = [each.target.id for each in node.body if isinstance(each, ast.AnnAssign)]
    return fields + [each.name for each in node.body if isinstance(each, ast.FunctionDef)]


@pytest.fixture(scope="module")
def stages() -> set[str]:
    """Every stage that the package times."""
    calls = re.compile(r'(?:stage\(|_STAGE = |^PRESENT = |^CAPTURE, ENCODE = )"(\w+)"', re.MULTILINE)
    return {name for path in PACKAGE.rglob("*.py") for name in calls.findall(path.read_text("utf-8"))}


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_is_named_exists(name, defined, stages):
    exists = (
        any((folder / name).exists() for folder in (ROOT, PACKAGE)) if re.search(r"/|\.py$", name) else False
    )
    command = re.fullmatch(r"arpipe (\w+)( \w+)?", name)
    if command:
        exists = (PACKAGE / "cli" / f"{command[1]}.py").exists()
    assert exists or name in defined | stages | set(LAYERS) | GROUPS | OTHER_WORDS, name


def test_layers_are_those_that_are_enforced():
    assert [row[0].strip("`") for row in table("Layers")] == list(LAYERS)


def test_every_timed_stage_is_explained(stages):
    assert {f"`{stage}`" for stage in stages} <= set(re.findall(r"`\w+`", DOCUMENT))


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", DOCUMENT)
    assert links
    for link in links:
        assert (ROOT / "docs" / link).exists(), link


@pytest.mark.gl
@pytest.mark.weights
@pytest.mark.parametrize(
    ("flags", "missing"),
    [(("--set", "profile.warm_up=0"), "present"), (("--live", "--set", "profile.warm_up=1"), "detect")],
    ids=["first frame of a file", "live, face already tracked"],
)
def test_stages_follow_each_other_as_in_the_table(tmp_path, flags, missing):
    """By the starts of the stages in the trace of a run."""
    command = [sys.executable, "-m", "arpipe", "profile", "--frames", "8", "--size", "320x240", *flags]
    outputs = ["--effect", "aviator", "--renderer", "opengl", "--trace", "trace.json", "--output", "out.mp4"]
    done = subprocess.run([*command, *outputs], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    starts = defaultdict(dict)
    for event in json.loads((tmp_path / "trace.json").read_text("utf-8"))["traceEvents"]:
        if event["ph"] == "X" and event["name"] != "frame":
            seen = starts[event["args"]["frame"]]
            seen[event["name"]] = min(event["ts"], seen.get(event["name"], event["ts"]))
    explained = [row[0].strip("`") for row in table("The path of a frame")]
    orders = [sorted(seen, key=seen.__getitem__) for _, seen in sorted(starts.items())]
    assert [stage for stage in explained if stage != missing] in orders, orders
