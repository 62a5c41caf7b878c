"""The tables of a dataset: every row names its input, and several inputs are read as one table."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arpipe.errors import OutputError
from arpipe.geometry.affine2d import Affine2D
from arpipe.io.export import ExportHeader, export_files, open_export
from arpipe.io.export.export import dataset_files
from arpipe.subjects import exported
from arpipe.types import Prediction
from tests.io.export.test_export import CAMERA, RESULTS, damaged, face, result

dataset = pytest.importorskip("arpipe.io.export.dataset")
pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")
POSE = ("yaw_deg", "pitch_deg", "roll_deg", "translation_z_m")


def write(folder, name, results):
    header = ExportHeader(CAMERA, f"footage/{name}.mp4")
    with open_export(folder / f"{name}.parquet", header, "dataset") as export:
        for each in results:
            export.write(each)
    return export


def test_each_table_is_a_folder_with_a_file_per_input(tmp_path):
    for folder in export_files(tmp_path / "a.parquet", "dataset"):
        folder.parent.mkdir()
    write(tmp_path, "a", RESULTS)
    write(tmp_path, "b", RESULTS[:1])
    names = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.parquet"))
    tables = sorted(("frames", *(subject.results for subject in exported())))
    assert names == [f"{table}/{name}.parquet" for table in tables for name in "ab"]
    frames = parquet.read_table(tmp_path / "frames").to_pylist()
    assert [(row["source"], row["frame"], row["time_s"], row["faces"], row["hands"]) for row in frames] == [
        ("footage/a.mp4", 0, 0.0, 0, 0),
        ("footage/a.mp4", 1, round(1 / 30, 6), 1, 0),
        ("footage/a.mp4", 2, round(2 / 30, 6), 2, 0),
        ("footage/b.mp4", 0, 0.0, 0, 0),
    ]
    faces = parquet.read_table(tmp_path / "faces").to_pylist()
    assert [(row["source"], row["frame"], row["id"]) for row in faces] == [
        ("footage/a.mp4", 1, 1),
        ("footage/a.mp4", 2, 1),
        ("footage/a.mp4", 2, 2),
    ]
    pose = face().pose
    assert [round(faces[0][name], 3) for name in POSE[:3]] == [
        round(each, 3) for each in (pose.yaw_deg, pose.pitch_deg, pose.roll_deg)
    ]
    assert faces[2]["yaw_deg"] is None
    np.testing.assert_allclose(faces[0]["landmarks"], face().landmarks.points_px, atol=0.005 + 1e-6)


def test_types_and_metadata_are_those_of_the_documentation(tmp_path):
    for folder in export_files(tmp_path / "a.parquet", "dataset"):
        folder.parent.mkdir()
    write(tmp_path, "a", RESULTS)
    schema = parquet.read_schema(tmp_path / "faces" / "a.parquet")
    assert schema.field("landmarks").type == pa.list_(pa.list_(pa.float32(), 3), 478)
    assert json.loads(schema.metadata[b"arpipe"])["source"] == "footage/a.mp4"
    assert schema.names[:5] == ["source", "frame", "time_s", "id", "score"]
    assert "side" not in schema.names
    assert "side" in parquet.read_schema(tmp_path / "hands" / "a.parquet").names
    codec = parquet.ParquetFile(tmp_path / "faces" / "a.parquet").metadata.row_group(0).column(0).compression
    assert codec == "ZSTD"


def test_tables_have_further_scores_and_the_results_of_the_users_networks(tmp_path):
    for folder in export_files(tmp_path / "a.parquet", "dataset"):
        folder.parent.mkdir()
    pouting = replace(face(), scores={"tongueOut": 0.5}, state="coasting")
    outputs = {"age": np.array([31.4], np.float32), "features": np.zeros((64, 64))}
    prediction = Prediction(
        "pets",
        outputs,
        (8, 8),
        Affine2D.from_similarity(1.0, 0.0, (0.0, 0.0)),
        np.array([0.25, 0.75]),
        ("cat", "dog"),
    )
    write(tmp_path, "a", [replace(result(0, pouting), models={"pets": prediction}), result(1, face())])
    frames = parquet.read_table(tmp_path / "frames").to_pylist()
    answer = json.loads(frames[0]["models"])["pets"]
    assert answer["classes"][0]["label"] == "dog"
    assert answer["outputs"] == {"age": [1], "features": [64, 64]}
    assert answer["values"] == {"age": [31.4]}
    assert frames[1]["models"] is None
    faces = parquet.read_table(tmp_path / "faces").to_pylist()
    assert [(row["state"], row["scores"]) for row in faces] == [
        ("coasting", [("tongueOut", 0.5)]),
        ("tracked", None),
    ]


def test_numbers_that_are_not_finite_are_null_and_said(tmp_path):
    for folder in export_files(tmp_path / "a.parquet", "dataset"):
        folder.parent.mkdir()
    export = write(tmp_path, "a", [damaged()])
    assert export.losses == ("1 frame has numbers that are not finite; the export leaves them empty",)
    assert parquet.read_table(tmp_path / "faces").to_pylist()[0]["landmarks"][0] == [None] * 3


def test_failed_export_leaves_no_table(tmp_path):
    for folder in export_files(tmp_path / "a.parquet", "dataset"):
        folder.parent.mkdir()
    with (
        pytest.raises(ZeroDivisionError),
        open_export(tmp_path / "a.parquet", ExportHeader(CAMERA, "a"), "dataset") as export,
    ):
        export.write(result(0, face()))
        raise ZeroDivisionError
    (tmp_path / "hands").rmdir()
    with pytest.raises(OutputError):
        write(tmp_path, "a", RESULTS)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_columns_of_every_table_are_documented():
    text = (Path(__file__).resolve().parents[3] / "docs" / "data.md").read_text("utf-8")
    for table in dataset_files(Path("a.parquet")):
        for column in dataset.table_columns(table):
            assert f"`{column}`" in text, f"docs/data.md does not list {table}.{column}"
