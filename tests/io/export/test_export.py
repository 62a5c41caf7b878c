import csv
import errno
import io
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from arpipe.errors import OutputError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.io.export import COLUMNS, ExportHeader, export_format, open_export, rows
from arpipe.subjects import SUBJECTS, Subject
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, HeadPose, Landmarks, TrackedFace

CAMERA = CameraIntrinsics.from_fov(64, 48, 60.0)
HEADER = ExportHeader(CAMERA, "clip.mp4")
COUNT = 478


def topology():
    return load_topology("face")


def face(track_id=1, pose=True):
    points = np.arange(COUNT * 3, dtype=np.float32).reshape(COUNT, 3) / 7
    transform = RigidTransform(rotation_from_angles(10.0, -5.0, 3.0), np.array([0.01, -0.02, 0.5]))
    found = HeadPose(transform, np.zeros((COUNT, 3)), 1.25) if pose else None
    return TrackedFace(track_id, Landmarks(points, 0.987654321, topology()), found, "tracked", 3)


def result(index=0, *faces):
    return FrameResult(Frame(np.zeros((48, 64, 3), np.uint8), index / 30, index), faces=faces)


RESULTS = [result(0), result(1, face(1)), result(2, face(1), face(2, pose=False))]


def export(path, asked=None):
    with open_export(path, HEADER, asked) as sink:
        for each in RESULTS:
            sink.write(each)
    return path


def test_first_line_is_the_header(tmp_path):
    header = json.loads(export(tmp_path / "a.jsonl").read_text("utf-8").splitlines()[0])
    assert set(header) == {"arpipe", "camera", "source", "schema"}
    assert (header["source"], header["schema"]) == ("clip.mp4", 1)
    assert header["camera"]["fx"] == CAMERA.fx
    assert header["camera"]["distortion"] == [0.0] * 5


def test_each_frame_is_one_line_with_the_documented_keys(tmp_path):
    lines = [json.loads(line) for line in export(tmp_path / "a.jsonl").read_text("utf-8").splitlines()[1:]]
    assert [line["frame"] for line in lines] == [0, 1, 2]
    assert set(lines[0]) == {"frame", "time_s", "width", "height", "faces", "bodies", "hands", "objects"}
    assert (lines[1]["time_s"], lines[1]["width"], lines[1]["height"]) == (0.033333, 64, 48)
    assert lines[0]["faces"] == []
    (seen,) = lines[1]["faces"]
    assert set(seen) == {"id", "state", "score", "box", "landmarks", "pose"}
    assert np.shape(seen["landmarks"]) == (COUNT, 3)
    np.testing.assert_allclose(seen["landmarks"], face().landmarks.points_px, atol=0.005 + 1e-9)
    np.testing.assert_allclose(seen["box"], face().landmarks.box_px, atol=0.005 + 1e-9)
    pose = seen["pose"]
    assert set(pose) == {
        *("yaw_deg", "pitch_deg", "roll_deg", "translation_m", "camera_from_head", "error_px"),
        *("pupillary_distance_mm", "scale_error"),
    }
    assert (pose["yaw_deg"], pose["pitch_deg"], pose["roll_deg"]) == pytest.approx((10, -5, 3), abs=1e-4)
    assert pose["translation_m"] == [0.01, -0.02, 0.5]
    np.testing.assert_allclose(pose["camera_from_head"], face().pose.camera_from_head.matrix(), atol=1e-6)
    assert lines[2]["faces"][1]["pose"] is None


def test_numbers_are_short():
    text = json.dumps(result(1, face()).to_dict()["faces"][0]["landmarks"])
    assert max(len(number.split(".")[1]) for number in text.replace("]", "").split(", ")) <= 2


def test_rows_are_one_for_each_face_or_one_without():
    table = [row for each in RESULTS for row in rows(each)]
    assert [(row["frame"], row["id"]) for row in table] == [(0, None), (1, 1), (2, 1), (2, 2)]
    assert all(tuple(row) == COLUMNS for row in table)


def test_csv_has_the_columns_and_the_header_beside_it(tmp_path):
    path = export(tmp_path / "a.csv")
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert tuple(table[0]) == COLUMNS
    assert (table[0]["id"], table[0]["yaw_deg"]) == ("", "")
    assert float(table[1]["yaw_deg"]) == pytest.approx(10.0, abs=1e-4)
    assert float(table[1]["translation_z_m"]) == 0.5
    assert np.shape(json.loads(table[1]["landmarks"])) == (COUNT, 3)
    assert np.shape(json.loads(table[1]["camera_from_head"])) == (4, 4)
    assert json.loads((tmp_path / "a.csv.json").read_text("utf-8"))["source"] == "clip.mp4"


def test_parquet_has_the_same_rows_and_the_header_as_metadata(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(export(tmp_path / "a.parquet"))
    assert tuple(table.column_names) == COLUMNS
    assert json.loads(table.schema.metadata[b"arpipe"])["schema"] == 1
    seen = table.to_pylist()
    expected = [row for each in RESULTS for row in rows(each, HEADER.source)]
    for one, other in zip(seen, expected, strict=True):
        np.testing.assert_allclose(one.pop("landmarks") or [], other.pop("landmarks") or [], atol=1e-4)
        assert one == other


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_file_appears_on_close_only_and_never_after_an_error(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    sink = open_export(path, HEADER)
    sink.write(RESULTS[1])
    assert not path.exists()
    sink.abort()
    sink.close()
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError, match="is closed"):
        sink.write(RESULTS[1])


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_missing_folder_says_so(tmp_path, suffix):
    with pytest.raises(OutputError, match="there is no folder"):
        open_export(tmp_path / "no" / f"a.{suffix}", HEADER)


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_full_disk_leaves_nothing_behind(small_disk, suffix):
    random = np.random.default_rng(0)

    def fill():
        with open_export(small_disk / f"a.{suffix}", HEADER) as sink:
            for index in range(1200):
                points = random.uniform(0, 1000, (COUNT, 3)).astype(np.float32)
                seen = TrackedFace(1, Landmarks(points, 1.0, topology()), None, "tracked", 1)
                sink.write(result(index, seen))

    with pytest.raises(OutputError, match="No space left on device"):
        fill()
    assert not list(small_disk.iterdir())


def test_failing_write_is_an_output_error(tmp_path, monkeypatch):
    sink = open_export(tmp_path / "a.jsonl", HEADER)

    class Full:
        def write(self, _):
            raise OSError(errno.ENOSPC, "No space left on device")

        def close(self):
            pass

    sink._text.close()
    monkeypatch.setattr(sink, "_text", Full())
    with pytest.raises(OutputError, match="No space left on device"):
        sink.write(RESULTS[0])
    assert not list(tmp_path.iterdir())


def test_format_is_the_one_asked_for_else_the_suffix(tmp_path):
    assert export_format(tmp_path / "a.CSV") == "csv"
    assert export_format(tmp_path / "a.txt", "jsonl") == "jsonl"
    with pytest.raises(OutputError, match=r"'\.txt' is not an export format; choose one of \.jsonl"):
        export_format(tmp_path / "a.txt")


def damaged():
    """A frame with a face whose first landmark is NaN, and one with an infinite translation and error."""
    first, second = face(1, pose=False), face(2)
    first.landmarks.points_px[0] = np.nan
    transform = RigidTransform(np.eye(3), np.array([np.inf, 0.0, 0.5]))
    lost = HeadPose(transform, np.zeros((COUNT, 3)), np.nan)
    return result(0, first, TrackedFace(2, second.landmarks, lost, "tracked", 1))


def export_damaged(path):
    with open_export(path, HEADER) as sink:
        sink.write(RESULTS[1])
        assert sink.losses == ()
        sink.write(damaged())
        sink.write(RESULTS[2])
    assert sink.losses == ("1 frame has numbers that are not finite; the export leaves them empty",)
    return path


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_numbers_that_are_not_finite_are_null_in_json(tmp_path):
    text = export_damaged(tmp_path / "a.jsonl").read_text("utf-8")
    seen = [json.loads(line, parse_constant=refuse) for line in text.splitlines()[1:]]
    assert len(seen) == 3
    first, second = seen[1]["faces"]
    assert first["landmarks"][0] == [None] * 3
    np.testing.assert_allclose(first["landmarks"][1:], face().landmarks.points_px[1:], atol=0.005 + 1e-9)
    assert first["box"] == [None] * 4
    assert second["pose"]["translation_m"] == [None, 0.0, 0.5]
    assert second["pose"]["error_px"] is None
    assert json.loads(json.dumps(damaged().to_dict(), allow_nan=False)) == seen[1]


def test_numbers_that_are_not_finite_are_empty_in_csv(tmp_path):
    with export_damaged(tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["frame"] for row in table] == ["1", "0", "0", "2", "2"]
    assert json.loads(table[1]["landmarks"], parse_constant=refuse)[0] == [None] * 3
    assert table[1]["box_x0"] == ""
    assert (table[2]["translation_x_m"], table[2]["translation_z_m"], table[2]["error_px"]) == ("", "0.5", "")


def test_numbers_that_are_not_finite_are_null_in_parquet(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(export_damaged(tmp_path / "a.parquet")).to_pylist()
    assert [row["frame"] for row in table] == [1, 0, 0, 2, 2]
    assert table[1]["landmarks"][0] == [None] * 3
    assert table[1]["box_x0"] is None
    assert (table[2]["translation_x_m"], table[2]["error_px"]) == (None, None)
    assert table[2]["camera_from_head"][0] == [1.0, 0.0, 0.0, None]


def test_numbers_of_other_packages_that_are_not_finite_are_null_and_said(tmp_path, monkeypatch):
    class Motion:
        def to_dict(self):
            return {"speed": np.nan, "path": [[1.0, -np.inf]], "name": "nod", "count": 2}

    subject = Subject(results="motions", tracker="none:None", settings=(), needs=(), kind="motion")
    monkeypatch.setitem(SUBJECTS, "motion", subject)
    with open_export(tmp_path / "a.jsonl", HEADER) as sink:
        sink.write(replace(RESULTS[1], extra={"motions": (Motion(),)}))
    line = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()[1]
    seen = json.loads(line, parse_constant=refuse)["motions"]
    assert seen == [{"speed": None, "path": [[1.0, None]], "name": "nod", "count": 2}]
    assert sink.losses == ("1 frame has numbers that are not finite; the export leaves them empty",)


class FullDisk(io.StringIO):
    """Standard output that nothing can be written to."""

    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_behind_standard_output_is_told(monkeypatch):
    sink = open_export(Path("-"), HEADER)
    monkeypatch.setattr(sys, "stdout", FullDisk())
    for write in (lambda: sink.write(RESULTS[0]), sink.close):
        with pytest.raises(OutputError, match=r"standard output cannot be written \(No space left"):
            write()
