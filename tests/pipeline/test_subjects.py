"""Only what is asked for is looked for."""

import json

import cv2
import numpy as np
import pytest

from arpipe.apps import batch
from arpipe.assets import asset_path
from arpipe.errors import ConfigError
from arpipe.io.toml_tables import check
from arpipe.pipeline.perception import PerceptionConfig, PerceptionQuality
from arpipe.pipeline.pipeline import Pipeline, PipelineConfig
from arpipe.pipeline.schedule import Rates
from arpipe.types import Frame

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
def test_effects_and_configuration_say_what_is_looked_for(effects, track, faces, bodies):
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
def test_bodies_are_carried_on_where_networks_rest():
    with Pipeline(effects=["skeleton"]) as pipeline:
        pipeline.perception.quality = PerceptionQuality(every=Rates.all(2))
        results = [pipeline.detect(frame(index)) for index in range(6)]
    looked = ["infer" in result.timings_ms for result in results]
    assert sum(looked) == 3
    noses = [result.bodies[0].landmarks["nose"][:2] for result in results[1:]]
    assert (
        np.abs(np.diff(noses, axis=0)).max() < 5.0
    )  # px of 512; where it cannot see, the network guesses anew


def test_unknown_subjects_are_refused():
    with pytest.raises(ConfigError, match=r"perception\.track"):
        check(PipelineConfig, {"perception": {"track": ["feet"]}}, "--track")


@pytest.mark.weights
@pytest.mark.parametrize(("track", "faces", "bodies"), [((), 1, 0), (("body",), 0, 1)])
def test_an_export_holds_faces_unless_told_otherwise(track, faces, bodies, tmp_path):
    path = tmp_path / "a.jsonl"
    pipeline = PipelineConfig(perception=PerceptionConfig(track=track))
    config = batch.BatchConfig(inputs=(str(PORTRAIT),), export=path, pipeline=pipeline)
    assert batch.run(config) == 0
    line = json.loads(path.read_text("utf-8").splitlines()[1])
    assert (len(line["faces"]), len(line["bodies"]), line["hands"]) == (faces, bodies, [])
