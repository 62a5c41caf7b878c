import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from arpipe.errors import OutputError
from arpipe.io import atomic
from arpipe.io.atomic import AtomicFile, GrowingFile, remove_abandoned, replacing, write_text


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_file_appears_only_when_it_is_complete(tmp_path):
    file = AtomicFile(tmp_path / "a.txt")
    file.temporary.write_text("whole")
    assert not (tmp_path / "a.txt").exists()
    file.commit()
    assert entries(tmp_path) == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_files_called_part_are_left_alone(tmp_path):
    (tmp_path / "x.mp4.part").write_text("a download")
    write_text(tmp_path / "x.mp4", "ours")
    assert (tmp_path / "x.mp4.part").read_text() == "a download"


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    first, second = AtomicFile(tmp_path / "a"), AtomicFile(tmp_path / "a")
    assert first.temporary != second.temporary
    first.temporary.write_text("first")
    second.temporary.write_text("second")
    second.commit()
    first.commit()
    assert (tmp_path / "a").read_text() == "first"
    assert entries(tmp_path) == ["a"]


def test_existing_file_stays_when_writing_fails_and_keeps_its_mode_when_it_succeeds(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(0o640)
    with pytest.raises(OutputError, match="No space left"), replacing(path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(KeyboardInterrupt), replacing(path):
        raise KeyboardInterrupt
    assert (path.read_text(), entries(tmp_path)) == ("old", ["a.txt"])
    write_text(path, "new")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("new", 0o640)


def test_link_is_followed_and_kept(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "real")
    write_text(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "disk" / "real").read_text() == "text"
    assert entries(tmp_path / "disk") == ["real"]


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are POSIX")
def test_devices_and_pipes_are_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull)):
        with pytest.raises(OutputError, match="device or a pipe"):
            AtomicFile(path)
    assert entries(tmp_path) == ["pipe"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/a.txt", "there is no folder"),
        ("folder", "a folder has this name"),
        ("loop", "Too many levels"),
        ("n" * 300, "too long"),
        ("nul\0", "null"),
    ],
)
def test_places_that_cannot_be_written_are_refused_by_name(tmp_path, name, said):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(OutputError, match=said):
        AtomicFile(tmp_path / name).commit()
    assert entries(tmp_path) == ["folder", "loop"]


def test_long_names_and_names_of_several_bytes_find_room(tmp_path):
    for name in ("n" * 255, "ä" * 127):
        write_text(tmp_path / name, name)
        assert (tmp_path / name).read_text(encoding="utf-8") == name
    assert len(entries(tmp_path)) == 2


def test_read_only_file_and_folder_say_so(tmp_path, monkeypatch):
    (tmp_path / "a").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may write everywhere
    with pytest.raises(OutputError, match="read-only"):
        AtomicFile(tmp_path / "a")
    monkeypatch.undo()

    def refuse(*_, **__):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refuse)
    with pytest.raises(OutputError, match="Read-only file system.*permissions") as refused:
        AtomicFile(tmp_path / "b")
    assert refused.value.errno == errno.EROFS


def test_growing_file_never_replaces_and_keeps_what_was_written(tmp_path):
    (tmp_path / "a").write_text("mine")
    with pytest.raises(OutputError, match="File exists"):
        GrowingFile(tmp_path / "a")
    growing = GrowingFile(tmp_path / "b")
    growing.temporary.write_text("recorded")
    growing.discard()
    GrowingFile(tmp_path / "c").discard()
    assert entries(tmp_path) == ["a", "b"]


def test_temporary_file_of_a_killed_process_is_found_and_no_other(tmp_path):
    program = (
        "import os, signal, sys; from arpipe.io.atomic import AtomicFile\n"
        "AtomicFile(sys.argv[1]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "clip.mp4")])
    (left,) = tmp_path.iterdir()
    own = AtomicFile(tmp_path / "own.mp4")
    foreign = tmp_path / left.name.replace(atomic._machine(), "0" * 8)
    foreign.touch()
    other = tmp_path / ".notes.arpipe"
    other.touch()
    assert remove_abandoned(tmp_path) == [left]
    assert entries(tmp_path) == sorted([own.temporary.name, foreign.name, other.name])
    os.utime(foreign, (0, 0))  # not written to for a day: nobody is at it any more
    assert remove_abandoned(tmp_path) == [foreign]
    own.discard()


def test_number_of_a_killed_process_taken_by_another_one_is_not_the_same_process(tmp_path):
    own = AtomicFile(tmp_path / "a")
    started = str(atomic._started_s(os.getpid()))
    earlier = own.temporary.rename(tmp_path / own.temporary.name.replace(f"-{started}-", "-12345-"))
    assert remove_abandoned(tmp_path) == [earlier]
