import os
from pathlib import Path

import pytest

from arpipe.errors import OutputError
from arpipe.io.outputs import NamedFile, identity, prepare_outputs, refuse_overwriting


def files(role: str, *paths: Path) -> list[NamedFile]:
    return [NamedFile(role, path) for path in paths]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"clip")
    return path


def aliases(clip: Path) -> list[Path]:
    """Other names of the same file."""
    folder = clip.parent
    (folder / "sub").mkdir()
    (folder / "folder").symlink_to(folder)
    (folder / "soft").symlink_to(clip)
    (folder / "chain").symlink_to("soft")
    os.link(clip, folder / "hard")
    return [
        clip,
        folder / "sub" / ".." / "clip.mp4",
        folder / "absent" / ".." / "clip.mp4",
        folder / "folder" / "clip.mp4",
        folder / "soft",
        folder / "chain",
        folder / "hard",
        Path(os.path.relpath(clip)),
    ]


def test_input_is_known_by_every_name_that_it_has(clip):
    for alias in aliases(clip):
        with pytest.raises(OutputError, match="--output is the same file as the input .*clip.mp4"):
            refuse_overwriting(files("--output", alias), files("input", clip))


def test_outputs_are_compared_with_each_other_before_they_exist(tmp_path):
    (tmp_path / "there").symlink_to(tmp_path)
    (tmp_path / "dangling").symlink_to(tmp_path / "a.json")
    for other in ("a.json", "there/a.json", "dangling"):
        pair = [*files("--json", tmp_path / "a.json"), *files("--trace", tmp_path / other)]
        with pytest.raises(OutputError, match="--trace and --json are the same file"):
            refuse_overwriting(pair, [])


def test_different_files_pass(clip):
    refuse_overwriting(
        files("--output", clip.with_name("a"), clip.with_name("b")),
        files("input", clip, Path("0"), Path("sample")),
    )
    same_name_elsewhere = clip.parent / "sub"
    same_name_elsewhere.mkdir()
    refuse_overwriting(files("--output", same_name_elsewhere / "clip.mp4"), files("input", clip))


@pytest.mark.parametrize("name", ["n" * 300, "nul\0", "loop", "~nobody/x", "absent/deep/a"])
def test_odd_names_have_an_identity(tmp_path, name):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert identity(tmp_path / name) == identity(tmp_path / name)
    assert identity(tmp_path / name) != identity(tmp_path / "other")


def test_outputs_that_cannot_be_written_are_refused_and_nothing_is_left(clip):
    with pytest.raises(OutputError, match="there is no folder"):
        prepare_outputs(
            files("--json", clip.with_name("ok"), clip.parent / "no" / "p.json"), files("input", clip)
        )
    assert list(clip.parent.iterdir()) == [clip]
