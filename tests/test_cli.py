import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import typer.main

import arpipe
from arpipe.__main__ import main
from arpipe.cli import app


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path, capsys):
    assert main([*path, "--help"]) == 0
    assert COMMANDS[path].help
    assert COMMANDS[path].help.split("\n")[0][:30] in capsys.readouterr().out


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_option_has_a_help_text(path):
    silent = [parameter.name for parameter in COMMANDS[path].params if not parameter.help]
    assert not silent


@pytest.mark.parametrize(
    ("command", "first"), [("batch", ["Inputs", "Outputs"]), ("live", ["Source and window"])]
)
def test_options_are_in_panels_and_what_goes_in_comes_first(command, first):
    options = [each for each in COMMANDS[command,].params if each.name not in ("inputs", "help")]
    panels = [each.rich_help_panel for each in options]
    assert all(panels)
    assert list(dict.fromkeys(panels))[: len(first)] == first


def test_help_lists_the_commands(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f" {path[0]} " in text for path in COMMANDS)


def test_help_and_import_are_cheap_next_to_python_itself():
    # Ratios to the cost of an interpreter that imports typer's own dependencies stay true on a busy machine.
    def cpu_s(program):
        timed = f"import time; begun = time.process_time(); {program}\nprint(time.process_time() - begun)"
        result = subprocess.run([sys.executable, "-c", timed], capture_output=True, text=True, check=True)
        return float(result.stdout.splitlines()[-1])

    yardstick = min(cpu_s("import numpy") for _ in range(3))
    help_text = "import sys; from arpipe.__main__ import main; main(['--help'])"
    assert min(cpu_s("import arpipe") for _ in range(3)) < yardstick
    assert min(cpu_s(help_text) for _ in range(3)) < 6 * yardstick


def test_config_show_prints_toml(capsys, monkeypatch):
    monkeypatch.setenv("ARPIPE_CAMERA__FOV_DEG", "50")
    arguments = ["config", "show", "--resolved", "--set", "perception.face.max_faces=3"]
    assert main(arguments) == 0
    shown = tomllib.loads(capsys.readouterr().out)
    assert shown["camera"]["fov_deg"] == 50
    assert shown["perception"]["face"]["max_faces"] == 3


def test_config_mistakes_end_with_one_line(capsys):
    assert main(["config", "show", "--set", "camera.fov=1"]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "did you mean 'fov_deg'" in captured.err


def test_doctor_speaks_json(capsys):
    code = main(["doctor", "--json"])
    assert json.loads(capsys.readouterr().out)["healthy"] == (code == 0)


def test_effects_check_ends_with_1_when_something_is_wrong(tmp_path, capsys):
    assert main(["effects", "check", str(tmp_path)]) == 1
    assert "effect.toml" in capsys.readouterr().out


def test_unknown_effect_names_the_nearest(capsys):
    assert main(["effects", "show", "aviatr"]) == 2
    assert "did you mean 'aviator'" in capsys.readouterr().err


@pytest.fixture
def batch_config(monkeypatch):
    """Runs `arpipe batch` with arguments and gives the configuration that the app receives."""
    from arpipe.apps import batch

    def run(*arguments):
        received = []
        monkeypatch.setattr(batch, "run", lambda config: received.append(config) or 7)
        assert main(["batch", *arguments]) == 7
        return received[0]

    return run


@pytest.mark.parametrize(
    ("flags", "policy"),
    [([], "refuse"), (["--resume"], "resume"), (["--skip-existing"], "skip"), (["--overwrite"], "overwrite")],
)
def test_flags_for_existing_outputs_arrive(batch_config, flags, policy):
    config = batch_config(
        "a/", "--recursive", "--shard", "2/3", "-j", "auto", "--retries", "4", "-o", "b/", *flags
    )
    assert (config.existing, config.recursive, config.shard) == (policy, True, "2/3")
    assert (config.workers.jobs, config.workers.retries) == ("auto", 4)


@pytest.mark.parametrize(("flags", "style"), [([], "console"), (["-q"], "quiet"), (["--json"], "json")])
def test_flags_for_the_report_arrive(batch_config, flags, style):
    assert batch_config("a.mp4", "-o", "b.mp4", *flags).report == style
    assert main(["batch", "a.mp4", "-o", "b.mp4", "-q", "--json"]) == 2


def test_flags_for_existing_outputs_exclude_each_other(capsys):
    assert main(["batch", "a.mp4", "-o", "b.mp4", "--resume", "--overwrite"]) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_batch_flags_arrive(batch_config, tmp_path):
    flags = [
        "-e",
        "round",
        "--effect",
        "aviator(fit=real)",
        "--max-faces",
        "3",
        "--fov",
        "50",
        "--camera",
        "c.json",
    ]
    flags += ["-o", "out", "--export", "data", "--export-format", "csv", "--codec", "vp9", "--quality", "30"]
    flags += [
        "--timings",
        "t.json",
        "--provider",
        "cpu",
        "--threads",
        "2",
        "--set",
        "perception.face.mesh=plain",
    ]
    config = batch_config("a.mp4", "b/*.jpg", "--source", "sample", *flags)
    assert config.inputs == ("a.mp4", "b/*.jpg")
    assert (config.source, config.output, config.export) == ("sample", Path("out"), Path("data"))
    assert (config.export_format, config.timings) == ("csv", Path("t.json"))
    assert (config.video.codec, config.video.quality) == ("vp9", 30)
    pipeline = config.pipeline
    assert pipeline.effects == ("round", "aviator(fit=real)")
    assert (pipeline.camera.fov_deg, pipeline.camera.file) == (50.0, Path("c.json"))
    assert (pipeline.perception.face.max_faces, pipeline.perception.face.mesh) == (3, "plain")
    assert (pipeline.perception.session.provider, pipeline.perception.session.intra_op_threads) == ("cpu", 2)


def test_batch_takes_its_defaults_from_the_configuration(batch_config):
    config = batch_config("a.mp4", "--config", "glasses", "--no-video", "--export", "a.csv")
    assert config.output is None
    assert config.pipeline.effects == ("aviator",)
    assert config.video.codec == "h264"


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["--no-video", "--output", "o"], 2, "--no-video"),
        (["--quality", "high"], 2, "--quality"),
        (
            ["--quality", "101"],
            2,
            "--quality: video.quality: input should be less than or equal to 100, got 101",
        ),
        (["--max-faces", "0"], 2, "--max-faces: perception.face.max_faces:"),
        (["--codec", "h265"], 2, "--codec: video.codec:"),
        (
            ["--export-format", "xml"],
            2,
            "export_format: input should be 'jsonl', 'csv', 'csv-wide', 'csv-long', 'parquet' or 'dataset', got 'xml'",
        ),
        (
            ["--export-format", "csv", "--output", "b.mp4"],
            2,
            "there is nothing to write as csv; add --export",
        ),
        (["--config", "glases"], 2, "did you mean 'glasses'"),
        (["--jobs", "all"], 2, "--jobs: batch.jobs: input should be a valid integer or 'auto', got 'all'"),
        (["--source", "moon"], 2, "source: input should be 'sample', got 'moon'"),
    ],
)
def test_batch_refuses_wrong_flags(arguments, code, expected, capsys):
    assert main(["batch", "a.mp4", *arguments]) == code
    assert expected in capsys.readouterr().err


def test_one_sweep_takes_several_axes(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "arpipe.apps.profile.run.run",
        lambda config, outputs, sweeps, budget, *files: asked.append((sweeps, budget)) or 0,
    )
    assert main(["profile", "--sweep", "size=640x480,1280x720", "faces=1,2", "--budget", "40"]) == 0
    assert (
        main(["profile", "--sweep", "faces=1", "--sweep", "threads=1,2", "--set", "camera.fov_deg=60"]) == 0
    )
    assert asked == [(["size=640x480,1280x720", "faces=1,2"], 40.0), (["faces=1", "threads=1,2"], None)]


def test_live_looks_for_what_it_is_told_to(monkeypatch):
    from arpipe.apps import live

    received = []
    monkeypatch.setattr(live, "show", received.append)
    assert main(["live", "--source", "sample", "--track", "body, hands"]) == 0
    assert received[0].perception.track == ("body", "hands")
    assert received[0].live.source == "sample"


@pytest.fixture
def profile_config(monkeypatch):
    """Runs `arpipe profile` with arguments and returns the configuration that the app receives."""

    def run(*arguments):
        received = []
        monkeypatch.setattr("arpipe.apps.profile.run.run", lambda config, *_: received.append(config) or 0)
        assert main(["profile", *arguments]) == 0
        return received[0]

    return run


def test_profile_flags_arrive(profile_config):
    config = profile_config("--size", "640x360", "--faces", "2", "--live", "--fps", "60", "--output", "p.mp4")
    assert (config.profile.width, config.profile.height, config.profile.faces) == (640, 360, 2)
    assert (config.profile.live, config.profile.fps, config.profile.output) == (True, 60.0, Path("p.mp4"))
    assert config.perception.face.max_faces == 2
    assert profile_config("--max-faces", "4", "--faces", "2").perception.face.max_faces == 4
    assert profile_config().effects == ("aviator",)  # as in configs/profile.toml


def test_value_of_several_keys_names_the_wrong_one(capsys):
    assert main(["profile", "--size", "640x9"]) == 2
    assert "--size (height): profile.height:" in capsys.readouterr().err


def test_live_flags_arrive_and_win_over_set(monkeypatch):
    from arpipe.apps import live

    received = []
    monkeypatch.setattr(live, "show", received.append)
    flags = ["--no-window", "--no-mirror", "--loop", "--frames", "5", "--port", "0", "--output", "a.mp4"]
    assert main(["live", *flags, "--set", "live.frames=9", "--set", "live.seconds=2.5"]) == 0
    config = received[0]
    assert (config.live.window, config.live.mirror, config.live.loop) == (False, False, True)
    assert (config.live.frames, config.live.seconds, config.web.port) == (5, 2.5, 0)
    assert config.live.outputs == ("a.mp4",)
    assert config.effects == ("aviator",)  # as in configs/live.toml


def test_version_is_printed_by_flag_and_by_command(capsys):
    for arguments in (["--version"], ["-V"], ["version"]):
        assert main(arguments) == 0
        assert capsys.readouterr().out == f"arpipe {arpipe.__version__}\n"


def test_shells_complete_effects_by_name(capfd, monkeypatch):
    monkeypatch.setenv("_ARPIPE_COMPLETE", "complete_bash")
    for typed, expected in (
        ("arpipe batch --effect wa", ["wayfarer"]),
        ("arpipe live -e lipst", ["lipstick", "lipstick"]),  # the pack and the kind
        ("arpipe effects show av", ["aviator"]),
    ):
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(len(typed.split()) - 1))
        assert main([]) == 0
        assert capfd.readouterr().out.split() == expected
