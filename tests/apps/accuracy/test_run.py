"""The accuracy command on small sets made from the bundled sample, whose truth is known."""

import io
import json
import re
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest
from rich.console import Console

from arpipe.apps.accuracy.plot import scatter_svg
from arpipe.apps.accuracy.run import run
from arpipe.apps.accuracy.variants import parse_variants
from arpipe.errors import ConfigError, MediaError, OutputError
from arpipe.io.sample import SampleConfig, SampleSource


def parse_svg(text):
    return ET.fromstring(text)  # noqa: S314 - our own drawing


FRAMES = (0, 20, 40, 60)


@pytest.fixture
def console():
    return Console(record=True, width=120, file=io.StringIO())


@pytest.fixture(scope="module")
def labelled(tmp_path_factory):
    """Four frames of the sample with labels."""
    folder = tmp_path_factory.mktemp("pictures")
    frames = {}
    with SampleSource(SampleConfig(width=640, height=480)) as source:
        for index in FRAMES:
            cv2.imwrite(str(folder / f"{index:03}.png"), source.frame(index).pixels[..., ::-1])
            truth = source.truth(index).camera_from_head
            frames[f"{index:03}.png"] = {
                "R_cv": truth.rotation.tolist(),
                "t_cv_mm": (1000.0 * truth.translation_m).tolist(),
            }
        matrix, size = source.camera.matrix.tolist(), [source.camera.width, source.camera.height]
    content = {"camera_K": matrix, "size": size, "frames": frames}
    (folder / "labels.json").write_text(json.dumps(content))
    return folder


@pytest.mark.weights
def test_labelled_pictures_are_measured_printed_and_written(labelled, console, tmp_path):
    report = tmp_path / "new" / "report"
    run([labelled], None, ("attention",), report, console)
    record = json.loads((report / "accuracy.json").read_text())[labelled.stem]["attention"]
    assert (record["total"], record["found"]) == (4, 4)
    assert 0.0 < record["median_deg"] < 6.0
    assert f"{record['mean_deg']:.2f}" in console.export_text()
    for angle in ("yaw", "pitch"):
        svg = parse_svg((report / f"{labelled.stem}_{angle}.svg").read_text())
        assert len(svg.findall("{http://www.w3.org/2000/svg}circle")) == 4


@pytest.mark.weights
def test_pictures_without_labels_are_compared_with_their_mirror_images(labelled, console, tmp_path):
    (tmp_path / "a.png").write_bytes((labelled / "000.png").read_bytes())
    run([tmp_path], None, ("attention", "auto"), tmp_path / "report", console)
    mirror = json.loads((tmp_path / "report" / "accuracy.json").read_text())["mirror"]
    assert abs(mirror["auto"]["yaw_deg"]) < 0.5  # photos take mirrored views
    assert abs(mirror["attention"]["yaw_deg"]) < 8.0
    assert "1/1" in console.export_text()


@pytest.mark.weights
def test_damaged_pictures_are_named_and_left_out(labelled, console, tmp_path, capsys):
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "b.png").write_bytes((labelled / "000.png").read_bytes())
    (tmp_path / "notes.txt").touch()
    assert run([tmp_path], None, ("plain",), None, console) == 1
    assert "1/1" in console.export_text()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {tmp_path / 'a.png'}: ")
    (tmp_path / "b.png").unlink()
    with pytest.raises(MediaError, match=r"a\.png"):
        run([tmp_path], None, ("plain",), None, console)


@pytest.mark.weights
def test_a_report_without_faces_is_valid_json(console, tmp_path):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((64, 64, 3), 128, np.uint8))
    assert run([tmp_path], None, ("plain",), tmp_path / "report", console) == 0
    text = (tmp_path / "report" / "accuracy.json").read_text()
    record = json.loads(text, parse_constant=pytest.fail)
    assert record["mirror"]["plain"] == {"yaw_deg": None, "pitch_deg": None, "roll_deg": None}


def test_labels_belong_to_one_set(tmp_path):
    with pytest.raises(ConfigError, match="--labels belongs to one folder or clip, got 2"):
        run([tmp_path, tmp_path], tmp_path / "labels.json")


def test_report_that_would_replace_the_labels_is_refused(labelled, tmp_path):
    file = tmp_path / "accuracy.json"
    file.write_bytes((labelled / "labels.json").read_bytes())
    with pytest.raises(OutputError, match="--report is the same file as the labels"):
        run([labelled], file, ("plain",), tmp_path)


def test_unknown_mesh_is_refused():
    assert parse_variants(["plain"]) == ("plain",)
    assert parse_variants([]) == ("auto", "v2", "attention", "plain")
    with pytest.raises(ConfigError, match="no mesh is called 'v3'; known are auto"):
        parse_variants(["v3"])


def test_plot_shows_every_picture_and_the_mean_of_each_window():
    x, y = np.linspace(-60.0, 60.0, 9), np.full(9, 3.0)
    svg = scatter_svg("title", "yaw", {"one": (x, y), "two": (x, y + 1.0)})
    root = parse_svg(svg)
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 18
    heights = {
        re.sub(r".*,", "", pair)
        for line in root.findall("{http://www.w3.org/2000/svg}polyline")
        for pair in line.get("points").split()
    }
    assert len(heights) == 2  # flat lines
    parse_svg(scatter_svg("empty", "yaw", {}))
