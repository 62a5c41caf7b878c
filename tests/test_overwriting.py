"""No command overwrites what it reads, nor writes two results to one file: all pairs of flags of all commands."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, product
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import typer

from arpipe.__main__ import main
from arpipe.assets import assets_root
from arpipe.cli import app
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.calibration import intrinsics_table
from tests.io.clips import write_clip

Arguments = Callable[[Path], list[str]]


def flag(name: str) -> Arguments:
    return lambda path: [name, str(path)]


def positional(path: Path) -> list[str]:
    return [str(path)]


def effect(path: Path) -> list[str]:
    """The pack that a file lies in."""
    return ["--effect", str(path.parent)]


@dataclass(frozen=True)
class Command:
    """What a command reads and writes.

    Attributes:
        reads: Parameter → its arguments for a file.
        writes: Parameter → its arguments, and the file that is then written.
    """

    reads: dict[str, Arguments] = field(default_factory=dict)
    writes: dict[str, tuple[Arguments, str]] = field(default_factory=dict)


MOUTH = 'controls=[{name="mouth", when="expression.jawOpen > 0.5"}]'
COMMANDS = {
    "batch": Command(
        {
            "inputs": positional,
            "--config": flag("--config"),
            "--camera": flag("--camera"),
            "--effect": effect,
        },
        {
            "--output": (flag("--output"), ""),
            "--export": (flag("--export"), ""),
            "--export (header)": (flag("--export"), ".json"),
            "--timings": (flag("--timings"), ""),
            "--events": (lambda path: ["--set", MOUTH, "--events", str(path)], ""),
        },
    ),
    "profile": Command(
        {"--source": flag("--source"), "--config": flag("--config"), "--effect": effect},
        {name: (flag(name), "") for name in ("--json", "--html", "--trace", "--output")},
    ),
    "calibrate": Command(
        {"sources": positional, "--quick": lambda path: ["--quick", str(path)]},
        {"--output": (flag("--output"), "")},
    ),
    "effects show": Command(
        {"effect": lambda path: [str(path.parent)]}, {"--output": (flag("--output"), "")}
    ),
    # These write one file and read none, or read and write nothing, or never write to a file that is there.
    "effects template": Command(writes={"output": (positional, "")}),
    "effects check": Command({"folder": positional}),
    "effects import": Command(
        {"model": positional},
        {"--preview": (flag("--preview"), ""), "--output": (flag("--output"), "")},
    ),
    "profile compare": Command({"before": positional, "after": positional}),
    "accuracy": Command(
        {"media": positional, "--labels": flag("--labels")}, {"--report": (flag("--report"), "")}
    ),
    "model add": Command({"file": positional, "--labels": flag("--labels")}),
    "model explain": Command({"picture": positional}, {"--output": (flag("--output"), "")}),
    "model cut": Command(
        writes={"--output": (flag("--output"), "")}
    ),  # see tests/apps/model/test_commands.py
    "model page": Command({name: flag(name) for name in ("--tls-cert", "--tls-key", "--runtime")}),
    "dataset summary": Command({"folder": positional}, {"--plots": (flag("--plots"), "")}),
    "teach": Command({"file": positional}, {"--output": (flag("--output"), "")}),
    "weights add": Command({"file": positional}),
    "weights import": Command({"file": positional}),
    "demo": Command(writes={"--output": (flag("--output"), "")}),
    "live": Command(
        {
            "--source": flag("--source"),
            "--config": flag("--config"),
            "--effect": effect,
            **{name: flag(name) for name in ("--brand", "--camera", "--texts", "--tls-cert", "--tls-key")},
        },
        {"--record": (flag("--record"), ""), "--output": (flag("--output"), "")},
    ),
}
# A recording takes a free name, and an output of a live run must be new, see `test_live_run_replaces_no_input`.
# The folders of the demo, the accuracy report and the plots hold their own names, and teaching adds to its own file.
NEVER_REPLACES = ("live", "demo", "accuracy", "dataset summary", "teach")

CLASHES = [
    (name, read, written)
    for name, command in COMMANDS.items()
    if name not in NEVER_REPLACES
    for read, written in product(command.reads, command.writes)
]
TWINS = [
    (name, *pair)
    for name, command in COMMANDS.items()
    for pair in combinations(command.writes, 2)
    if set(pair) != {"--export", "--export (header)"}
]


def make_file(folder: Path, parameter: str, suffix: str) -> Path:
    """A file that a parameter accepts as input, whose name ends so that an output could be called the same."""
    path = folder / "pack" / f"file{suffix}"
    path.parent.mkdir(parents=True)
    if parameter == "--config":
        path.write_text("[camera]\nfov_deg = 50.0\n")
    elif parameter in ("--effect", "effect"):
        shutil.copytree(assets_root() / "effects" / "face-paint", path.parent, dirs_exist_ok=True)
        text = (path.parent / "effect.toml").read_text()
        (path.parent / "effect.toml").write_text(text.replace('"face-paint"', '"pack"', 1))
        shutil.copy(path.parent / "paint.png", path)
    elif parameter == "--camera":
        path.write_text("{}")
    else:
        shutil.copy(assets_root() / "samples" / "astronaut.png", path)
    return path


@pytest.mark.parametrize(("name", "read", "written"), CLASHES)
def test_output_that_is_an_input_is_refused(name, read, written, tmp_path, capsys):
    command = COMMANDS[name]
    arguments, ending = command.writes[written]
    suffix = ".csv" if "--export" in written else ".png"
    path = make_file(tmp_path, read, suffix + ending)
    target = path.with_name(path.name.removesuffix(ending)) if ending else path
    given = [*command.reads[read](path), *arguments(target)]
    if name == "batch":
        given += [] if read == "inputs" else [str(write_clip(tmp_path / "clip.mp4"))]
        given += [] if "--output" in given else ["--output", str(tmp_path / "result.mp4")]
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert main([*name.split(), *given]) == 1
    assert "is the same file as the" in capsys.readouterr().err.replace("\n", " ")
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


@pytest.mark.parametrize(("name", "first", "second"), TWINS)
def test_two_outputs_on_one_file_are_refused(name, first, second, tmp_path, capsys):
    command = COMMANDS[name]
    write_clip(tmp_path / "clip.mp4")
    is_positional = name in ("batch", "effects import")
    given = [str(tmp_path / "clip.mp4")] if is_positional else ["--source", str(tmp_path / "clip.mp4")]
    written = tmp_path / "result.csv.json"
    for parameter in (first, second):
        arguments, ending = command.writes[parameter]
        given += arguments(written.with_name(written.name.removesuffix(ending)))
    given += ["--no-window"] if name == "live" else []
    given += ["--export-format", "csv"] if "--export" in given else []
    given += ["--output", str(tmp_path / "result.mp4")] if name == "batch" and "--output" not in given else []
    assert main([*name.split(), *given]) == 1
    assert "are the same file" in capsys.readouterr().err.replace("\n", " ")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


# A configuration is missing here: its name ends with .toml, and that of a recording with the suffix of a video.
@pytest.mark.parametrize("read", sorted(set(COMMANDS["live"].reads) - {"--config"}))
@pytest.mark.parametrize("written", ["--record", "--output"])
def test_live_run_replaces_no_input(read, written, tmp_path, capsys):
    path = make_file(tmp_path, read, ".mp4")
    if read == "--camera":
        path.write_text(json.dumps(intrinsics_table(CameraIntrinsics.from_fov(64, 48))))
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    given = COMMANDS["live"].reads[read](path)
    given += [] if read == "--source" else ["--source", "sample"]
    code = main(["live", "--no-window", "--frames", "1", *given, written, str(path)])
    after = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    recording = after.pop(path.with_name("file-2.mp4"), b"")
    assert after == before
    if written == "--record":
        assert code == 0
        assert recording
    else:
        assert code == 1
        assert "File exists" in capsys.readouterr().err


def test_every_parameter_that_takes_a_file_is_in_the_table():
    found = dict(_commands(app))
    for name, callback in found.items():
        hints = get_type_hints(callback)
        listed = COMMANDS.get(name, Command())
        known = {_variable(each) for each in (*listed.reads, *listed.writes)}
        missing = {parameter for parameter, hint in hints.items() if _takes_file(hint)} - known
        assert not missing, f"arpipe {name}: add {missing} to COMMANDS"
    assert set(COMMANDS) <= set(found)


def _commands(group: typer.Typer, prefix: str = "") -> Iterator[tuple[str, Callable[..., object]]]:
    """Every command's name and function; those of groups that do something by themselves, too."""
    for command in group.registered_commands:
        name = command.name or command.callback.__name__.rstrip("_")
        yield f"{prefix} {name}".strip(), command.callback
    for inner in group.registered_groups:
        name = f"{prefix} {inner.name or inner.typer_instance.info.name}".strip()
        if inner.typer_instance.registered_callback:
            yield name, inner.typer_instance.registered_callback.callback
        yield from _commands(inner.typer_instance, name)


def _takes_file(hint: object) -> bool:
    return hint is Path or any(_takes_file(inner) for inner in get_args(hint))


def _variable(parameter: str) -> str:
    return parameter.removeprefix("--").replace("-", "_")
