"""`arpipe teach --from`, from its arguments to its file."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.__main__ import main
from arpipe.apps.teach.files import parse_taught
from arpipe.errors import ConfigError
from arpipe.recognition.observer import SampleObserver
from arpipe.recognition.recognizer import Recognizer


def test_classes_and_paths_are_read_from_texts():
    assert parse_taught(["wave=clips/wave", " none = a=b.mp4"]) == [
        ("wave", Path("clips/wave")),
        ("none", Path("a=b.mp4")),
    ]


@pytest.mark.parametrize("text", ["wave", "=clips", "wave=", ""])
def test_a_text_without_class_or_path_is_refused(text):
    with pytest.raises(ConfigError, match=r"expected CLASS=PATH, such as wave=clips/wave/"):
        parse_taught([text])


@pytest.fixture
def photos(tmp_path, portrait):
    """Folders of one face: as it is, mirrored and turned, and of grey pictures."""
    made = {"up": portrait, "turned": np.rot90(portrait, 1), "grey": np.full_like(portrait, 128)}
    for name, pixels in made.items():
        (tmp_path / name).mkdir()
        for index in range(3):
            shifted = np.roll(pixels, 4 * index, axis=1)
            cv2.imwrite(str(tmp_path / name / f"{index}.png"), np.ascontiguousarray(shifted)[..., ::-1])
    return tmp_path


def run(*arguments):
    return main(["teach", *map(str, arguments)])


@pytest.mark.weights
def test_photos_teach_classes_that_the_saved_file_recognises(photos, capsys):
    output = photos / "mine.toml"
    given = ["--from", f"up={photos / 'up'}", "--from", f"none={photos / 'turned'}"]
    assert run(*given, "--features", "face", "-o", output) == 0
    printed = capsys.readouterr().out
    assert "held-out blocks of time" in printed
    assert "still poses" in printed
    with Recognizer.load(output) as recognizer:
        assert recognizer.features == ("face",)
        assert recognizer.classify(photos / "up" / "0.png").label == "up"
        assert recognizer.classify(photos / "grey" / "0.png").label == "none"
    assert run(output, "--from", f"none={photos / 'turned' / '0.png'}") == 0
    assert len(Recognizer.load(output).recordings) == 7


@pytest.mark.weights
def test_a_damaged_file_is_named_and_left_out(photos, capsys):
    (photos / "up" / "damaged.jpg").write_bytes(b"\xff\xd8 no picture")
    (photos / "up" / "notes.txt").write_text("who was recorded")
    output = photos / "mine.toml"
    given = ["--from", f"up={photos / 'up'}", "--from", f"none={photos / 'turned'}"]
    assert run(*given, "--features", "face", "-o", output) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith(f"error: {photos / 'up' / 'damaged.jpg'}: ")
    assert "notes.txt" not in printed.err
    assert "3 recordings, 3 frames with a sample, 1 left out" in printed.out
    assert [each.source for each in Recognizer.load(output).recordings[:3]] == ["0.png", "1.png", "2.png"]


@pytest.mark.weights
def test_a_class_without_a_readable_file_ends_it(photos, capsys):
    for file in (photos / "up").iterdir():
        file.write_bytes(b"no picture")
    given = ["--from", f"up={photos / 'up'}", "--from", f"none={photos / 'turned'}"]
    assert run(*given, "--features", "face", "-o", photos / "mine.toml") == 1
    assert "error: up: none of its 3 files can be read" in capsys.readouterr().err
    assert not (photos / "mine.toml").exists()


@pytest.mark.weights
@pytest.mark.parametrize(
    ("classes", "message"),
    [
        (("up=up",), 'no samples of the class "none", only of up'),
        (("grey=grey", "none=up"), "class 'grey': its recordings show nothing of the features"),
        (("up=up", "none=nowhere"), "there is no such file"),
    ],
)
def test_what_cannot_be_learned_is_an_error_and_writes_nothing(photos, capsys, monkeypatch, classes, message):
    monkeypatch.chdir(photos)
    given = [text for each in classes for text in ("--from", each)]
    assert run(*given, "--features", "face", "-o", "mine.toml") != 0
    assert message in capsys.readouterr().err
    assert not (photos / "mine.toml").exists()


def test_what_is_missing_is_said_before_anything_is_read(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(SampleObserver, "record", lambda *_: pytest.fail("a sample was read"))
    clips = tmp_path / "clips"
    clips.mkdir()
    assert run("--from", f"a={clips}", "--from", f"none={clips}", "-o", tmp_path / "a.toml") != 0
    assert "the folder has no photos or clips" in capsys.readouterr().err
    assert (
        run("--from", f"a={clips}", "--from", f"none={tmp_path / 'nowhere'}", "-o", tmp_path / "a.toml") != 0
    )
    assert "there is no such file" in capsys.readouterr().err
    assert run("--from", f"a={clips}", "-o", tmp_path / "a.toml") != 0
    assert 'no samples of the class "none"' in capsys.readouterr().err


@pytest.mark.weights
def test_classes_that_are_alike_are_named(photos, capsys):
    given = [text for name in ("one", "same") for text in ("--from", f"{name}={photos / 'up'}")]
    output = photos / "mine.toml"
    assert run(*given, "--from", f"none={photos / 'turned'}", "--features", "face", "-o", output) == 0
    assert "one and same are mixed up in" in capsys.readouterr().out


def test_a_file_to_write_is_required(capsys):
    assert run("--from", "a=b") != 0
    assert "FILE" in capsys.readouterr().err


def test_unknown_features_are_refused_with_the_nearest_one(tmp_path, capsys):
    assert run("--from", "a=b", "--features", "hnd", "-o", tmp_path / "a.toml") != 0
    assert "--features" in capsys.readouterr().err
