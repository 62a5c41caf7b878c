"""Each network at a rate of its own."""

import itertools

import pytest
from pydantic import ValidationError

from arpipe.errors import ConfigError
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.validation import check
from arpipe.pipeline.perception_config import PerceptionConfig, PerceptionQuality
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.pipeline.quality import QualityLevel
from arpipe.pipeline.schedule import Rates
from arpipe.subjects import SUBJECTS


def test_one_number_counts_for_all_networks():
    assert PerceptionConfig.model_validate({"every": 3}).every == Rates.model_validate(
        dict.fromkeys(SUBJECTS, 3)
    )
    assert QualityLevel.model_validate({"name": "low", "perception_every": 2}).perception_every == Rates.all(
        2
    )
    assert PerceptionConfig.model_validate({"every": {"mask": 2}}).every == Rates(mask=2)


def test_the_slower_of_two_rates_counts_for_each_network():
    assert Rates(face=2, mask=3).slowest(Rates(body=4, mask=2)) == Rates(face=2, body=4, mask=3)


@pytest.mark.parametrize("value", [0, 11, True, "often", {"mask": 0}, 1.5])
def test_invalid_rates_are_refused(value):
    with pytest.raises(ValidationError):
        PerceptionConfig.model_validate({"every": value})


def test_an_unknown_subject_is_reported_with_the_nearest_one():
    with pytest.raises(
        ConfigError, match=r"perception\.every: there is no subject 'masc'; did you mean 'mask'"
    ):
        check(PipelineConfig, {"perception": {"every": {"masc": 2}}}, "FILE")


def test_networks_run_on_all_images():
    config = PerceptionConfig(every=Rates.all(3))
    assert config.in_mode("image").every == Rates()
    assert config.in_mode("live").every == Rates.all(3)


@pytest.mark.weights
def test_each_network_runs_at_its_own_rate_and_the_governor_s_where_that_is_slower():
    config = PipelineConfig(perception=PerceptionConfig(every=Rates(face=2, mask=3)))
    ran: dict[str, list[bool]] = {"infer": [], "segment": []}
    with (
        SampleSource(SampleConfig(width=320, height=180, frames=24)) as source,
        Pipeline(config, effects=["background", "aviator"]) as pipeline,
    ):
        for frame in source:
            if frame.index == 12:
                pipeline.perception.quality = PerceptionQuality(every=Rates.all(4))
            result = pipeline.detect(frame)
            assert result.mask is not None
            assert len(result.faces) == 1
            for stage, seen in ran.items():
                seen.append(stage in result.timings_ms)
    assert [sum(seen[:12]) for seen in ran.values()] == [6, 4]
    assert [sum(seen[12:]) for seen in ran.values()] == [3, 3]
    assert not any(both for both in itertools.pairwise(ran["infer"]) if all(both))
