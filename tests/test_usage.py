"""A wrong command line or configuration ends every command with exit code 2, a reason, and nothing written."""

import shlex

import pytest

from arpipe.__main__ import main
from tests.test_cli import COMMANDS

MISTAKES = {
    ("demo",): [("demo surplus", "surplus")],
    ("live",): [
        ("live --source nofile.mp4 --no-window", "nofile.mp4: there is no such file"),
        ("live --source sample --no-window --effect aviatr", "did you mean 'aviator'"),
        ("live --config nofile.toml", "there is no configuration file nofile.toml"),
        ("live --set camera.fov=1", "did you mean 'fov_deg'"),
        ("live --controls nofile.toml", "nofile.toml"),
        ("live --source sample --no-window --camera nofile.json", "nofile.json"),
        ("live --frames many", "--frames"),
        ("live --hotkey f9", "expected KEYS=ACTION"),
    ],
    ("batch",): [
        ("batch nofile.mp4 --output out.mp4", "nofile.mp4: there is no such file"),
        ("batch 'nowhere/*.jpg' --output out/", "there are no pictures or videos"),
        ("batch --output out.mp4", "there is no input"),
        ("batch a.mp4", "there is nothing to write"),
        ("batch a.mp4 --output b.mp4 --config nofile.toml", "there is no configuration file nofile.toml"),
        ("batch --source sample --output b.mp4 --effect sunglasses", "try aviator"),
        ("batch --source sample --output b.mp4 --effect 'face-paint(image=nofile.png)'", "nofile.png"),
        ("batch --source sample --output b.mp4 --effect 'round(colour=red)'", "there is no parameter"),
        ("batch --source sample --output b.mp4 --track faces", "did you mean 'face'"),
        ("batch --source sample --output b.mp4 --provider cudda", "provider"),
        ("batch --source sample --output out/ --shard 4/3", "--shard"),
    ],
    ("teach",): [
        ("teach", "--output"),
        ("teach x.toml --from none", "CLASS=PATH"),
        ("teach x.toml --features hnd", "'expressions', got 'hnd'"),
        ("teach x.toml --web --class wave", "--class is for the window"),
        ("teach x.toml --web --from wave=a.mp4", "--from learns from files"),
        ("teach x.toml --class wave --from wave=a.mp4", "--from learns from files"),
    ],
    ("dataset", "summary"): [("dataset summary nofolder", "nofolder")],
    ("profile",): [
        ("profile --size 640", "1280x720"),
        ("profile --sweep colour=red", "colour"),
        ("profile --set profile.source=nofile.mp4", "nofile.mp4: there is no such file"),
        ("profile before", "before"),
    ],
    ("profile", "compare"): [("profile compare before.json after.json", "before.json")],
    ("accuracy",): [("accuracy nofile.mp4", "nofile.mp4"), ("accuracy --mesh v9", "v9")],
    ("effects", "list"): [("effects list --yaml", "--yaml")],
    ("effects", "show"): [
        ("effects show", "Missing argument"),
        ("effects show lips", "try bold-lip, lipstick"),
    ],
    ("effects", "check"): [("effects check nofolder", "there is no such folder")],
    ("effects", "import"): [("effects import no.glb", "no.glb: there is no such file")],
    ("effects", "template"): [("effects template paint.jpg", "a template is a PNG")],
    ("doctor",): [("doctor surplus", "surplus")],
    ("devices",): [("devices surplus", "surplus")],
    ("calibrate",): [("calibrate", "chessboard"), ("calibrate a.png b.png", "a.png")],
    ("model", "list"): [("model list surplus", "surplus")],
    ("model", "add"): [("model add no.onnx", "no.onnx: there is no such file")],
    ("model", "show"): [("model show nonet", "there is no network 'nonet'")],
    ("model", "remove"): [("model remove nonet", "no network 'nonet' was added")],
    ("model", "check"): [
        ("model check nonet", "there is no network 'nonet'"),
        ("model check efficientnet-lite0 --provider cudda", "cudda"),
    ],
    ("model", "summary"): [("model summary nonet", "there is no network 'nonet'")],
    ("model", "cut"): [("model cut nonet --at x --output a.onnx b.onnx", "there is no network 'nonet'")],
    ("model", "classify"): [("model classify nofile.jpg", "nofile.jpg: there is no such file")],
    ("model", "explain"): [("model explain nofile.jpg", "nofile.jpg: there is no such file")],
    ("model", "page"): [
        ("model page nonet", "there is no network 'nonet'"),
        ("model page --port 70000", "port"),
    ],
    ("weights", "list"): [("weights list surplus", "surplus")],
    ("weights", "fetch"): [("weights fetch face_mush", "did you mean 'face_mesh'")],
    ("weights", "verify"): [("weights verify surplus", "surplus")],
    ("weights", "add"): [("weights add no.whl", "no.whl does not exist")],
    ("weights", "import"): [("weights import no.whl", "no.whl does not exist")],
    ("config", "show"): [
        ("config show nofile.toml", "there is no configuration file nofile.toml"),
        ("config show glases", "did you mean 'glasses'"),
    ],
    ("version",): [("version surplus", "surplus")],
}
LINES = [pair for pairs in MISTAKES.values() for pair in pairs]


@pytest.fixture(autouse=True)
def _empty_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")  # so that no message is broken into lines
    monkeypatch.delenv("ARPIPE_DEBUG", raising=False)


def test_every_command_is_tried():
    assert {path for path in COMMANDS if path not in MISTAKES} == set()


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_an_unknown_option_gives_2(path, capsys):
    assert main([*path, "--no-such-option"]) == 2
    assert "--no-such-option" in capsys.readouterr().err


@pytest.mark.weights
@pytest.mark.parametrize(("line", "reason"), LINES, ids=[line for line, _ in LINES])
def test_a_mistake_gives_2_its_reason_and_no_file(line, reason, capfd, tmp_path):
    assert main(shlex.split(line)) == 2
    said = "".join(capfd.readouterr())
    assert reason in said
    assert "Traceback" not in said
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []
