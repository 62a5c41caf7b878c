"""The queries of docs/data.md, run on a dataset whose answers are known."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arpipe.io.export import ExportHeader, export_files, open_export
from arpipe.types import Frame, FrameResult, Movement
from tests.controls.results import expressions
from tests.io.export.test_export import CAMERA, face

duckdb = pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

PAGE = Path(__file__).resolve().parents[3] / "docs" / "data.md"
SOURCE = "footage/a.mp4"
RATE_HZ = 10
BLINK = Movement("blink", 2.0, 2.2)


def smiling(track_id, amount):
    return replace(face(track_id), expressions=expressions(mouthSmileLeft=amount, mouthSmileRight=amount))


def faces_of(index):
    """For 4 s, two people: the second one smiles and leaves for a second; nobody for the last 0.8 s."""
    if index >= 32:
        return ()
    first = replace(smiling(1, 0.1), movements=(BLINK,) if index == 22 else ())
    if 10 <= index < 20:
        return (first,)
    return (first, replace(smiling(2, 0.9), state="coasting" if index == 9 else "tracked"))


@pytest.fixture
def answers(tmp_path, monkeypatch):
    """The rows of each query of the page, by its comment."""
    path = tmp_path / "data" / "a.parquet"
    for file in export_files(path, "dataset"):
        file.parent.mkdir(parents=True)
    with open_export(path, ExportHeader(CAMERA, SOURCE), "dataset") as export:
        for index in range(40):
            frame = Frame(np.zeros((48, 64, 3), np.uint8), index / RATE_HZ, index)
            export.write(FrameResult(frame, faces=faces_of(index)))
    monkeypatch.chdir(tmp_path)
    (sql,) = re.findall(r"```sql\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return {
        query.splitlines()[0].removeprefix("-- "): duckdb.sql(query).fetchall()
        for query in map(str.strip, sql.split(";"))
        if query
    }


def test_queries_of_the_documentation_give_the_known_answers(answers):
    yaw, smiles, gaps, blinks, lids = answers.values()
    assert yaw == [(SOURCE, pytest.approx(10.0, abs=1e-4))]
    assert smiles == [(SOURCE, 2, pytest.approx(0.9 + 1.2))]
    assert gaps == [(SOURCE, pytest.approx(3.2), pytest.approx(3.9))]
    assert blinks == [(SOURCE, pytest.approx(1 / (3.9 / 60)))]
    points_px = face().landmarks.points_px
    assert len(lids) == 32 + 22
    assert lids[0] == (SOURCE, 0, 1, pytest.approx(points_px[145][1] - points_px[159][1], abs=0.011))
