"""Expressions, gestures and movements in the three formats."""

import csv
import json

import numpy as np
import pytest

from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.export import ExportHeader, open_export
from arpipe.topology import load_topology
from arpipe.types import (
    EXPRESSION_NAMES,
    GESTURE_NAMES,
    Expressions,
    Frame,
    FrameResult,
    Gaze,
    Gesture,
    Landmarks,
    Movement,
    TrackedFace,
    TrackedHand,
)

HEADER = ExportHeader(CameraIntrinsics.from_fov(64, 48, 60.0), "clip.mp4")
BLINK = {"name": "blink", "started_s": 0.25, "duration_s": 0.125}


def landmarks(name):
    topology = load_topology(name)
    return Landmarks(np.ones((topology.count, 3), np.float32), 1.0, topology)


@pytest.fixture
def result():
    """A face and a hand with everything, and a face without."""
    scores = {**dict.fromkeys(EXPRESSION_NAMES, 0.0), "jawOpen": 0.5}
    full = TrackedFace(
        *(1, landmarks("face"), None, "tracked", 3, {}),
        expressions=Expressions(scores),
        gaze=Gaze(3.0, -1.5),
        movements=(Movement("blink", 0.25, 0.375),),
    )
    plain = TrackedFace(2, landmarks("face"), None, "tracked", 3)
    gesture = Gesture("Victory", 0.75, {**dict.fromkeys(GESTURE_NAMES, 0.0), "Victory": 0.75, "none": 0.25})
    world = np.zeros((21, 3), np.float32)
    hand = TrackedHand(1, landmarks("hand"), world, "left", 0.9, "tracked", 3, gesture)
    return FrameResult(Frame(np.zeros((48, 64, 3), np.uint8), 0.375, 9), faces=(full, plain), hands=(hand,))


def written(path, result):
    with open_export(path, HEADER) as export:
        export.write(result)
    return path


def test_json_lines_hold_them_where_they_are_known(tmp_path, result):
    line = json.loads(written(tmp_path / "a.jsonl", result).read_text("utf-8").splitlines()[1])
    full, plain = line["faces"]
    assert full["expressions"]["jawOpen"] == full["derived"]["mouth_open"] == 0.5
    assert full["gaze"] == {"gaze_yaw_deg": 3.0, "gaze_pitch_deg": -1.5}
    assert full["movements"] == [BLINK]
    assert "expressions" not in plain
    assert line["hands"][0]["gesture"] == "Victory"
    assert line["hands"][0]["gesture_scores"]["none"] == 0.25


def test_csv_has_columns_for_them(tmp_path, result):
    with written(tmp_path / "a.csv", result).open(encoding="utf-8", newline="") as file:
        full, plain, hand = csv.DictReader(file)
    assert json.loads(full["expressions"])["jawOpen"] == 0.5
    assert (full["mouth_open"], full["gaze_pitch_deg"], full["gesture"]) == ("0.5", "-1.5", "")
    assert json.loads(full["movements"]) == [BLINK]
    assert (plain["expressions"], plain["mouth_open"], plain["movements"]) == ("", "", "")
    assert (hand["gesture"], hand["gesture_score"], hand["movements"]) == ("Victory", "0.75", "[]")
    assert json.loads(hand["gesture_scores"])["Victory"] == 0.75


def test_parquet_has_maps_and_records(tmp_path, result):
    parquet = pytest.importorskip("pyarrow.parquet")
    full, plain, hand = parquet.read_table(written(tmp_path / "a.parquet", result)).to_pylist()
    assert dict(full["expressions"])["jawOpen"] == full["mouth_open"] == 0.5
    assert full["movements"] == [BLINK]
    assert (plain["expressions"], plain["smile"], plain["movements"]) == (None, None, None)
    assert dict(hand["gesture_scores"])["Victory"] == hand["gesture_score"] == 0.75
