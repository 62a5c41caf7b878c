"""`arpipe model …`, through the command line."""

import numpy as np
import onnx
import pytest
from PIL import Image
from typer.testing import CliRunner

from arpipe.__main__ import main
from arpipe.cli import app
from tests.custom.networks import SIDE, classifier, saved, try_out_here


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a network and a photo, where the commands run; nothing is in the library."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("arpipe.custom.describe.try_out", try_out_here)
    saved(classifier(), tmp_path / "fox.onnx")
    (tmp_path / "labels.txt").write_text("cat\ndog\nsquirrel\nfox\n")
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (300, 400, 3)).astype(np.uint8)).save(tmp_path / "photo.jpg")
    return tmp_path


def run(*words):
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["model", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_network_is_added_listed_shown_checked_and_removed(folder):
    added = run("add", "fox.onnx", "--labels", "labels.txt", "--input", "rgb -1..1").output
    assert "added as 'fox'" in added
    assert "task    classify, 4 named classes, scores in 'logits', softmax" in added
    assert "efficientnet-lite0" in run("list").output
    assert 'scores = "logits"' in run("show", "fox").output
    checked = run("check", "fox")
    assert checked.exit_code == 0
    assert "runs on cpu" in checked.output
    assert "operators: " in checked.output
    assert "removed fox" in run("remove", "fox").output
    assert "fox" not in run("list").output


def test_a_changed_file_fails_the_check(folder):
    run("add", "fox.onnx")
    model = onnx.load("fox.onnx")
    model.doc_string = "changed"
    onnx.save(model, folder / "config" / "arpipe" / "models" / "fox" / "model.onnx")
    checked = run("check", "fox")
    assert checked.exit_code == 1
    assert "is not the one that the card was made for" in checked.output


def test_photos_are_classified(folder):
    run("add", "fox.onnx", "--labels", "labels.txt")
    output = run("classify", "photo.jpg", "--model", "fox", "--top", "2").output
    assert "photo.jpg" in output
    assert output.count(" %") == 2


def test_a_heat_map_is_drawn(folder):
    run("add", "fox.onnx", "--labels", "labels.txt")
    for method in ("auto", "occlusion", "rise"):
        output = run(
            "explain", "photo.jpg", "-m", "fox", "--class", "dog", "-o", "heat.png", "--method", method
        ).output
        assert "heat.png: dog (1)" in output
        drawn = np.asarray(Image.open("heat.png")).astype(int)
        assert drawn.shape == (300, 400, 3)
        assert (drawn != np.asarray(Image.open("photo.jpg"))).any(axis=2).mean() > 0.1


def test_a_network_is_summarised_and_cut(folder):
    summary = run("summary", "fox.onnx").output
    assert "7 layers, 1 144 parameters" in summary
    assert "ms a run" in summary
    assert "ms" not in run("summary", "fox.onnx", "--no-times").output
    assert (
        "head.onnx: 4 layers, up to features"
        in run("cut", "fox.onnx", "--at", "features", "-o", "head.onnx", "tail.onnx").output
    )
    assert [value.name for value in onnx.load("tail.onnx").graph.input] == ["features"]
    assert onnx.load("head.onnx").graph.input[0].type.tensor_type.shape.dim[2].dim_value == SIDE


def test_the_network_is_never_written_over(folder):
    before = (folder / "fox.onnx").read_bytes()
    assert main(["model", "cut", "fox.onnx", "--at", "features", "-o", "fox.onnx", "tail.onnx"]) != 0
    assert (folder / "fox.onnx").read_bytes() == before
    assert not (folder / "tail.onnx").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["classify", "photo.jpg", "--model", "nothing"], "there is no network 'nothing'"),
        (["classify", "absent.jpg", "--model", "fox.onnx"], "there is no such file"),
        (["explain", "photo.jpg", "-m", "fox.onnx", "--class", "wolf"], "there is no class 'wolf'"),
        (["explain", "photo.jpg", "-m", "fox.onnx", "-o", "photo.jpg"], "photo.jpg"),
        (["add", "photo.jpg"], "is no ONNX file"),
        (["check", "fox.onnx", "--provider", "gpu"], "provider"),
        (["show", "fox.tflite"], "there is no network"),
    ],
)
def test_mistakes_end_in_one_sentence(folder, capsys, words, message):
    assert main(["model", *words]) != 0
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_the_bundled_classifier_is_ready_to_use(folder, classifier, monkeypatch):
    output = run("classify", "photo.jpg", "--top", "1").output
    assert "%" in output
