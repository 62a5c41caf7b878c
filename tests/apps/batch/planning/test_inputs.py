"""What a batch takes for its inputs."""

import os

import pytest

from arpipe.apps.batch.planning.inputs import find_inputs


@pytest.fixture
def footage(tmp_path):
    """Folders in folders, with hidden files and a text."""
    for name in (
        *("b.mp4", "a.jpg", "photo.webp", "notes.txt", "._a.jpg", ".hidden.mp4"),
        *("monday/b.mp4", "monday/late/c.MOV", ".cache/d.mp4", "tuesday/e \n\u2603.png", "drawn/b.mp4"),
    ):
        path = tmp_path / "footage" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path / "footage"


def names(found):
    return [each.name for each in found.inputs]


def test_folder_stands_for_its_visible_media_and_says_what_it_leaves_out(footage):
    found = find_inputs([str(footage)], False, [])
    assert names(found) == ["a.jpg", "b.mp4", "photo.webp"]
    assert [each.kind for each in found.inputs] == ["images", "video", None]
    assert found.notes == [
        f"{footage}: 3 folders in it are not searched; add --recursive",
        f"{footage}: 1 file of other kinds left out: .txt",
    ]


def test_recursive_search_mirrors_folders_and_leaves_out_hidden_ones_and_outputs(footage):
    found = find_inputs([str(footage)], True, [footage / "drawn"])
    assert names(found) == [
        *("a.jpg", "b.mp4", "photo.webp", "monday/b.mp4", "monday/late/c.MOV", "tuesday/e \n\u2603.png"),
    ]
    assert [each.spec for each in found.inputs] == [str(footage / name) for name in names(found)]
    assert found.notes == [f"{footage}: 1 file of other kinds left out: .txt"]


def test_kinds_of_files_that_are_left_out_are_few_in_a_note(tmp_path):
    for number in range(20):
        (tmp_path / f"a.{number:02}").touch()
    (tmp_path / "noext").touch()
    (tmp_path / "b.mp4").touch()
    (note,) = find_inputs([str(tmp_path)], False, []).notes
    shown = ", ".join(f".{number:02}" for number in range(8))
    assert note == f"{tmp_path}: 21 files of other kinds left out: {shown}, …"


def test_hidden_file_may_be_given_by_name(footage):
    found = find_inputs([str(footage / ".hidden.mp4"), str(footage / "b.mp4"), str(footage)], False, [])
    assert names(found) == [".hidden.mp4", "b.mp4", "a.jpg", "photo.webp"]


def test_input_in_several_spellings_is_one(footage, monkeypatch):
    monkeypatch.chdir(footage.parent)
    texts = [
        "footage/b.mp4",
        "./footage/b.mp4",
        str(footage / "b.mp4"),
        "footage/../footage/b.mp4",
        "footage",
    ]
    found = find_inputs(texts, False, [])
    assert [each.spec for each in found.inputs] == [
        f"footage/{name}" for name in ("b.mp4", "a.jpg", "photo.webp")
    ]


def test_folders_that_cannot_be_read_are_refused_one_by_one(footage, tmp_path, monkeypatch):
    def forbidding(function):
        def call(path="."):
            if str(path).endswith(("secret", "monday")):
                raise PermissionError(13, "Permission denied", str(path))
            return function(path)

        return call

    (tmp_path / "secret").mkdir()
    monkeypatch.setattr(os, "listdir", forbidding(os.listdir))
    monkeypatch.setattr(os, "scandir", forbidding(os.scandir))
    found = find_inputs([str(tmp_path / "secret"), str(footage)], True, [])
    assert {each.spec: each.reason for each in found.refusals} == {
        str(tmp_path / "secret"): "cannot be read (Permission denied)",
        str(footage / "monday"): "cannot be read (Permission denied)",
    }
    assert "b.mp4" in names(found)


def test_links_to_folders_are_not_followed_and_noted(footage, tmp_path):
    (footage / "monday" / "again").symlink_to(footage)  # a loop
    (footage / "link.mp4").symlink_to(footage / "b.mp4")
    (tmp_path / "given").symlink_to(footage / "monday")
    found = find_inputs([f"{footage}/", str(tmp_path / "given")], True, [])
    assert len(found.inputs) == 8 + 2
    assert [note for note in found.notes if ".txt" not in note] == [
        f"{top / 'again'}: is a link to a folder, which is not followed; give it as an input of its own"
        for top in (footage / "monday", tmp_path / "given")
    ]
