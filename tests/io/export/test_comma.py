"""Wide and long CSV hold what the plain one holds."""

import csv
import json

import pytest

from arpipe.io.export import export_files, open_export
from tests.io.export import test_bodies, test_export

RESULTS = [*test_export.RESULTS, *test_bodies.RESULTS]
NESTED = ("landmarks", "world", "camera_from_head")


def write(folder, chosen):
    path = folder / f"{chosen}.csv"
    with open_export(path, test_export.HEADER, chosen) as sink:
        for each in RESULTS:
            sink.write(each)
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.fixture
def plain(tmp_path):
    return write(tmp_path, "csv")


def parsed(text):
    return json.loads(text) if text else []


def numbers(row, name):
    """The cells of a wide row that belong to points, as rows."""
    found = {}
    for column, text in row.items():
        if column.startswith(f"{name}_") and text:
            index, _axis = column.removeprefix(f"{name}_").split("_")
            found.setdefault(int(index), []).append(float(text))
    return list(found.values())


def test_wide_rows_have_a_column_per_number(tmp_path, plain):
    wide = write(tmp_path, "csv-wide")
    assert len(wide) == len(plain) == 7
    assert len(wide[0]) < 1700
    for row, expected in zip(wide, plain, strict=True):
        for name in ("landmarks", "world"):
            assert numbers(row, name) == parsed(expected[name])
        matrix = [[row[f"camera_from_head_{r}{c}"] for c in range(4)] for r in range(4)]
        if expected["camera_from_head"]:
            assert [[float(text) for text in line] for line in matrix] == parsed(expected["camera_from_head"])
        else:
            assert {text for line in matrix for text in line} == {""}
        assert {name: row[name] for name in expected if name not in NESTED} == {
            name: text for name, text in expected.items() if name not in NESTED
        }


def test_long_rows_are_points(tmp_path, plain):
    rows = write(tmp_path, "csv-long")
    assert list(rows[0]) == [
        *("source", "frame", "time_s", "kind", "id", "points", "index", "x", "y", "z", "visibility"),
    ]
    expected = [
        (row["frame"], row["kind"], row["id"], name, index, point)
        for row in plain
        for name in ("landmarks", "world")
        for index, point in enumerate(parsed(row[name]))
    ]
    assert len(expected) == 3 * 478 + 2 * 33 + 2 * 21
    for row, (frame, kind, track, name, index, point) in zip(rows, expected, strict=True):
        assert (row["frame"], row["kind"], row["id"], row["points"]) == (frame, kind, track, name)
        assert int(row["index"]) == index
        assert [float(row[axis]) for axis in ("x", "y", "z", "visibility") if row[axis]] == point
        assert row["source"] == "clip.mp4"


def test_header_is_beside_every_kind_of_csv(tmp_path):
    for chosen in ("csv", "csv-wide", "csv-long"):
        files = export_files(tmp_path / "a.csv", chosen)
        assert [path.name for path in files] == ["a.csv", "a.csv.json"]
