"""Only what is asked for is detected."""

import csv
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from arpipe.apps import batch
from arpipe.assets import asset_path
from arpipe.errors import ConfigError
from arpipe.io.validation import check
from arpipe.needs import Need
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig, PerceptionQuality
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.pipeline.schedule import Rates
from arpipe.subjects import SUBJECTS
from arpipe.types import Frame, FrameResult

PORTRAIT = asset_path("samples/astronaut.png")


def frame(index=0):
    pixels = cv2.imdecode(np.fromfile(PORTRAIT, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    return Frame(np.ascontiguousarray(pixels), index / 30, index)


def found(effects, *track):
    config = PipelineConfig(perception=PerceptionConfig(track=track))
    with Pipeline(config, effects=effects) as pipeline:
        result = pipeline.detect(frame())
    return len(result.faces), len(result.bodies), result.hands


@pytest.mark.weights
@pytest.mark.parametrize(
    ("effects", "track", "faces", "bodies"),
    [
        ((), (), 1, 0),
        (("aviator",), (), 1, 0),
        (("skeleton",), (), 0, 1),
        (("skeleton",), ("body",), 0, 1),
        (("skeleton", "aviator"), (), 1, 1),
        ((), ("hands",), 0, 0),
        (("aviator",), ("body", "hands"), 1, 1),
    ],
)
def test_effects_and_configuration_determine_what_is_detected(effects, track, faces, bodies):
    assert found(effects, *track) == (faces, bodies, ())


@pytest.mark.weights
def test_another_effect_brings_its_subject_along():
    with Pipeline(effects=["skeleton"]) as pipeline:
        assert not pipeline.detect(frame()).faces
        pipeline.set_effects(["aviator"])
        result = pipeline.detect(frame(1))
        assert (len(result.faces), len(result.bodies)) == (1, 0)
        pipeline.reset()
        assert pipeline.detect(frame(2)).faces[0].track_id == 1


@pytest.mark.weights
def test_bodies_are_predicted_in_frames_without_inference():
    with Pipeline(effects=["skeleton"]) as pipeline:
        pipeline.perception.quality = PerceptionQuality(every=Rates.all(2))
        results = [pipeline.detect(frame(index)) for index in range(6)]
    inferred = ["infer" in result.timings_ms for result in results]
    assert sum(inferred) == 3
    noses = [result.bodies[0].landmarks["nose"][:2] for result in results[1:]]
    assert (
        np.abs(np.diff(noses, axis=0)).max() < 5.0
    )  # px of 512; where it cannot see, the network guesses anew


def test_unknown_needs_are_refused():
    with pytest.raises(
        ConfigError, match=r"Perception\.needs: there is no need 'faces'; did you mean 'face'"
    ):
        Perception(needs={"faces"})


def test_unknown_subjects_are_refused():
    with pytest.raises(ConfigError, match=r"perception\.track"):
        check(PipelineConfig, {"perception": {"track": ["feet"]}}, "--track")


@pytest.mark.weights
@pytest.mark.parametrize(("track", "faces", "bodies"), [((), 1, 0), (("body",), 0, 1)])
def test_an_export_holds_faces_by_default(track, faces, bodies, tmp_path):
    path = tmp_path / "a.jsonl"
    pipeline = PipelineConfig(perception=PerceptionConfig(track=track))
    config = batch.BatchConfig(inputs=(str(PORTRAIT),), export=path, pipeline=pipeline)
    assert batch.run(config) == 0
    line = json.loads(path.read_text("utf-8").splitlines()[1])
    assert (len(line["faces"]), len(line["bodies"]), line["hands"]) == (faces, bodies, [])


ONE_LINE = """
from arpipe.subjects import SUBJECTS, Subject

SUBJECTS["motion"] = Subject(
    "motions", "tests.pipeline.motion_subject:MotionTracker", kind="motion", columns={"motion": "number"}
)
"""

PROGRAM = (
    ONE_LINE
    + """
import json, sys
import numpy as np
from arpipe.io.export import COLUMNS, ExportHeader, open_export
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.types import Frame

config = PerceptionConfig.model_validate({"track": ["motion"], "every": {"motion": 2}})
levels, folder = [], sys.argv[1]
with Perception(config) as perception:
    frames = [Frame(np.full((8, 8, 3), 10 * index, np.uint8), index / 30, index) for index in range(4)]
    results = [perception.detect(frame) for frame in frames]
    assert perception.provider == "none"
from pathlib import Path
for suffix in ("jsonl", "csv"):
    with open_export(Path(folder) / f"a.{suffix}", ExportHeader(results[0].camera, "test")) as export:
        for result in results:
            export.write(result)
print(json.dumps([[result.extra["motions"][0].level for result in results], repr(results[2]), COLUMNS[-2:]]))
"""
)


def test_a_new_subject_is_one_file_and_one_line(tmp_path):
    """It is detected at its rate and exported, and nothing else has to know of it."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)], capture_output=True, text=True, cwd=root
    )
    assert done.returncode == 0, done.stderr
    levels, text, last = json.loads(done.stdout)
    assert levels == [0.0, 0.0, 20.0, 20.0]
    assert text == "FrameResult(Frame(8x8, index=2, captured_s=0.067), 1 motion)"
    assert last == ["motion", "source"]
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text("utf-8").splitlines()]
    assert lines[3]["motions"] == [{"id": 1, "score": 1.0, "box": [0.0, 0.0, 1.0, 1.0], "motion": 20.0}]
    assert (lines[3]["faces"], lines[3]["bodies"], lines[3]["hands"]) == ([], [], [])
    table = list(csv.DictReader((tmp_path / "a.csv").read_text("utf-8").splitlines()))
    assert [(row["kind"], float(row["motion"])) for row in table] == [("motion", level) for level in levels]


def test_the_table_and_the_configuration_agree():
    fields = PerceptionConfig.model_fields
    results = {each.name for each in dataclasses.fields(FrameResult)}
    for name, subject in SUBJECTS.items():
        assert set(subject.settings) <= set(fields)
        assert subject.results in results
        assert name in Rates.model_fields
    assert {need for subject in SUBJECTS.values() for need in subject.needs} == set(Need)
