"""Bodies and hands in exports."""

import csv
import json

import numpy as np
import pytest

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.export import COLUMNS, ExportHeader, open_export
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, Landmarks, TrackedBody, TrackedHand

HEADER = ExportHeader(CameraIntrinsics.from_fov(64, 48, 60.0), "clip.mp4")


def points(count, scale):
    return (np.arange(count * 3, dtype=np.float32).reshape(count, 3) + 1) / np.float32(scale)


def body():
    visibility = np.linspace(0, 1, 33, dtype=np.float32)
    landmarks = Landmarks(points(33, 7), 0.9, load_topology("body"), visibility)
    return TrackedBody(4, landmarks, points(33, 1000), "tracked", 3)


def hand():
    landmarks = Landmarks(points(21, 7), 0.8, load_topology("hand"))
    return TrackedHand(2, landmarks, points(21, 1000), "left", 0.75, "new", 0)


def result(**found):
    return FrameResult(Frame(np.zeros((48, 64, 3), np.uint8), 0.0, 0), **found)


RESULTS = [result(), result(bodies=(body(),), hands=(hand(),))]


def export(path):
    with open_export(path, HEADER) as sink:
        for each in RESULTS:
            sink.write(each)
    return path


def test_bodies_have_points_with_visibility_and_points_in_metres(tmp_path):
    lines = [json.loads(line) for line in export(tmp_path / "a.jsonl").read_text("utf-8").splitlines()[1:]]
    assert (lines[0]["bodies"], lines[0]["hands"]) == ([], [])
    (seen,) = lines[1]["bodies"]
    assert set(seen) == {"id", "state", "score", "box", "landmarks", "world"}
    assert (seen["id"], seen["score"]) == (4, 0.9)
    assert np.shape(seen["landmarks"]) == (33, 4)
    expected = np.column_stack([body().landmarks.points_px, body().landmarks.visibility])
    np.testing.assert_allclose(seen["landmarks"], expected, atol=0.0051)
    np.testing.assert_allclose(seen["world"], body().world_m, atol=5.1e-6)


def test_hands_have_a_side(tmp_path):
    (seen,) = json.loads(export(tmp_path / "a.jsonl").read_text("utf-8").splitlines()[2])["hands"]
    assert set(seen) == {"id", "state", "score", "box", "side", "side_score", "landmarks", "world"}
    assert (seen["side"], seen["side_score"]) == ("left", 0.75)
    assert np.shape(seen["landmarks"]) == np.shape(seen["world"]) == (21, 3)


def test_csv_tells_them_apart_by_kind(tmp_path):
    with export(tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == COLUMNS
    assert [(row["kind"], row["id"], row["side"]) for row in table] == [
        ("", "", ""),
        ("body", "4", ""),
        ("hand", "2", "left"),
    ]
    assert np.shape(json.loads(table[1]["landmarks"])) == (33, 4)
    assert np.shape(json.loads(table[2]["world"])) == (21, 3)
    assert table[1]["yaw_deg"] == ""


def test_parquet_holds_them_too(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(export(tmp_path / "a.parquet")).to_pylist()
    assert [row["kind"] for row in table] == [None, "body", "hand"]
    np.testing.assert_allclose(table[1]["world"], body().world_m, atol=5.1e-6)
