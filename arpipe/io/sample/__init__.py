"""A synthetic source: a person who moves the head, with the true pose of every frame."""

from arpipe.io.sample.source import SampleConfig, SampleSource, SampleTruth, sample_portrait

__all__ = ["SampleConfig", "SampleSource", "SampleTruth", "sample_portrait"]
