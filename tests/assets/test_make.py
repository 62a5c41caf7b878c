"""The one command that makes the assets."""

from io import BytesIO

import make
import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def part(tmp_path, monkeypatch):
    """A part with one text file."""
    files = {tmp_path / "new" / "a.txt": b"content"}
    monkeypatch.setattr(make, "PARTS", {"text": lambda: files})
    return next(iter(files))


def test_a_part_is_written_once_and_then_up_to_date(part, capsys):
    assert make.main(["--check", "text"]) == 1
    assert not part.exists()
    assert "a.txt: differs; to write it: python assets/generators/make.py text" in capsys.readouterr().out
    assert make.main([]) == 0
    assert part.read_bytes() == b"content"
    assert "1 files written" in capsys.readouterr().out
    assert make.main(["--check"]) == 0
    assert make.main([]) == 0
    assert "0 files written" in capsys.readouterr().out


def test_a_stale_file_is_reported(part):
    make.main([])
    part.write_bytes(b"other")
    assert make.main(["--check"]) == 1


def test_an_unknown_part_is_refused_with_the_known_ones(part, capsys):
    with pytest.raises(SystemExit):
        make.main(["txt"])
    assert "unknown part 'txt'; choose from text" in capsys.readouterr().err


@pytest.mark.parametrize(("change", "same"), [(0, True), (2, True), (3, False)])
def test_pictures_may_differ_by_a_level_or_two(tmp_path, change, same):
    def png(level):
        buffer = BytesIO()
        Image.fromarray(np.full((4, 4), level, np.uint8)).save(buffer, format="PNG")
        return buffer.getvalue()

    path = tmp_path / "a.png"
    path.write_bytes(png(100))
    assert make.is_same(path, png(100 + change)) == same


@pytest.mark.parametrize(
    ("points_m", "triangle", "same"), [(0.0, 0, True), (5e-5, 0, True), (2e-4, 0, False), (0.0, 1, False)]
)
def test_the_relief_may_differ_by_rounding_but_keeps_its_triangles(tmp_path, points_m, triangle, same):
    def npz(points_m, triangle):
        buffer = BytesIO()
        np.savez_compressed(buffer, points_m=np.full((5, 3), points_m), triangles=np.full((2, 3), triangle))
        return buffer.getvalue()

    path = tmp_path / "a.npz"
    path.write_bytes(npz(0.0, 0))
    assert make.is_same(path, npz(points_m, triangle)) == same


@pytest.mark.parametrize("name", ["lean-face", "makeup-masks", "face-paint", "sample"])
def test_the_committed_files_are_up_to_date(name):
    assert make.main(["--check", name]) == 0


@pytest.mark.weights
@pytest.mark.parametrize("name", ["face-refinement"])
def test_the_committed_files_that_need_networks_are_up_to_date(name):
    assert make.main(["--check", name]) == 0
