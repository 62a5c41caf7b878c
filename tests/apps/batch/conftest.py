"""Inputs of batches, and accidents of their workers."""

import pytest
from PIL import Image

from tests.apps.batch.fakes import TRIP_VARIABLE, trips
from tests.io.clips import write_clip


@pytest.fixture
def footage(tmp_path):
    """A folder of two clips and a photo."""
    folder = tmp_path / "footage"
    folder.mkdir()
    write_clip(folder / "a.mp4")
    write_clip(folder / "b.mp4", tuple(range(0, 90_000, 3000)))
    Image.new("RGB", (64, 48), (30, 60, 90)).save(folder / "photo.png")
    return folder


@pytest.fixture
def trip(tmp_path, monkeypatch):
    """Lets the first workers that reach a certain frame do something, one action each."""

    def set_actions(*actions):
        monkeypatch.setenv(TRIP_VARIABLE, trips(tmp_path, *actions))

    return set_actions


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", audio="aac")


@pytest.fixture
def photo(tmp_path):
    Image.new("RGB", (64, 48), (30, 60, 90)).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"
