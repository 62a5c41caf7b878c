"""Recognises classes of one's own, learned from a few samples."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np

from arpipe.closing import Closing
from arpipe.errors import ConfigError
from arpipe.needs import Need
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.recognition import model_file
from arpipe.recognition.classifier import train as train_classifier
from arpipe.recognition.config import DEFAULT_FEATURES
from arpipe.recognition.confusion import Confusion
from arpipe.recognition.features import FEATURES, FeatureName, describe, needs_of
from arpipe.recognition.observer import Input, SampleObserver, inputs_of
from arpipe.recognition.samples import ClassRecording, Samples, collect, summarize
from arpipe.recognition.window import SlidingWindow
from arpipe.spelling import nearest
from arpipe.tracking.labels import SteadyLabel, SteadyLabelConfig
from arpipe.types import FrameResult, Points

NONE = "none"
"""The class of everything that is none of the others."""

WINDOW_S = 0.6  # of a movement by default: long enough for one oscillation, short enough to answer at once

# A window is a mean over time already; with a longer mean and hold, movements would be named after they have ended.
MOVEMENT_LABEL = SteadyLabelConfig(average_s=0.1, on=0.6, off=0.4, hold_frames=2)
# The most probable class, at once.
PHOTO_LABEL = SteadyLabelConfig(average_s=0.0, on=1e-6, off=0.0, hold_frames=1)


@dataclass(frozen=True, slots=True, eq=False)
class Classification:
    """What a recogniser makes of a picture or a moment.

    Attributes:
        label: The class, `none` included.
        score: Its probability.
        scores: Class → probability; the sum is 1.
    """

    label: str
    score: float
    scores: Mapping[str, float]

    def __repr__(self) -> str:
        return f"Classification({self.label}, {self.score:.2f})"


class Recognizer(Closing):
    """Classes learned from recordings: make one with `train` or `load`.

    It loads networks when it is first given something else than results, and frees them in `close`.

    Args:
        recordings: What was seen of each class; at least two classes, one of them `none`.
        features: What of a person counts, of `arpipe.recognition.features.FEATURES`.
        window_s: Length of a movement, at most 1 s; 0 for still poses, which every frame shows.
        config: How is detected what the features need.

    Attributes:
        classes: Names of the classes, `none` last.
        recordings: As given.
        features: As given.
        window_s: As given.
        confusion: How well samples are recognised that were left out of the training by blocks of time.

    Raises:
        ConfigError: There is one class only, none called "none", or one without samples.
    """

    def __init__(
        self,
        recordings: Sequence[ClassRecording],
        features: Sequence[FeatureName] = DEFAULT_FEATURES,
        window_s: float = 0.0,
        config: PerceptionConfig | None = None,
    ) -> None:
        self.recordings = tuple(recordings)
        self.features = _checked(features)
        if not 0 <= window_s <= 1:
            raise ConfigError(f"window_s: expected 0 to 1 s, got {window_s}")
        self.window_s = window_s
        self.classes = class_names(each.label for each in self.recordings)
        training = train_classifier(self._samples(), len(self.classes))
        self._classifier = training.classifier
        self.confusion = Confusion(self.classes, training.confusion)
        self._config = config
        self._observer = SampleObserver(self.features, config)

    @classmethod
    def train(
        cls,
        samples: Mapping[str, Input | Iterable[Input]],
        features: Sequence[FeatureName] = DEFAULT_FEATURES,
        window_s: float | None = None,
        config: PerceptionConfig | None = None,
    ) -> Self:
        """Learn classes from photos, clips or results.

        Args:
            samples: Class → what shows it, one or several: photos, clips, folders of either, frames, pixels, or the
                results of clips. One class must be "none" and show what happens while none of the others is meant.
            features: As for the class.
            window_s: As for the class; None takes 0.6 s if all samples are clips, else 0.
            config: As for the class.

        Raises:
            ConfigError: As for the class.
            MediaError: A file is not a readable picture or video.
        """
        chosen = _checked(features)
        if not isinstance(samples, Mapping):
            raise ConfigError(f"samples: expected a dict from class to samples, got {type(samples).__name__}")
        with SampleObserver(chosen, config) as observer:
            recordings = [
                recording
                for label, sources in samples.items()
                for source in inputs_of(sources)
                for recording in observer.record(label, source)
            ]
        return cls(recordings, chosen, training_window(recordings, window_s), config)

    @classmethod
    def load(cls, path: str | Path, config: PerceptionConfig | None = None) -> Self:
        """Load a recogniser that `save` wrote.

        Raises:
            ConfigError: The file is missing, damaged, or no recogniser.
        """
        content, recordings = model_file.read(Path(path))
        try:
            return cls(recordings, content.features, content.window_s, config)
        except ConfigError as error:
            raise ConfigError(f"{path}: {error}") from error

    def save(self, path: str | Path) -> None:
        """Write the recogniser into a TOML file.

        Raises:
            OutputError: The file cannot be written.
        """
        model_file.write(Path(path), self.features, self.window_s, self.recordings)

    def add(self, label: str, *sources: Input) -> Self:
        """Return a recogniser that has learned further samples, of a class that it knows or of a new one."""
        added = [each for source in sources for each in self._observer.record(label, source)]
        return type(self)((*self.recordings, *added), self.features, self.window_s, self._config)

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect in frames whose results are classified."""
        return needs_of(self.features)

    def classify(self, source: Input) -> Classification:
        """Recognise what a photo, a clip, a frame or a result shows; of a clip, the mean over its time.

        A single frame shows no movement: for movements, give a clip, the results of one, or use `stream`.

        Raises:
            ConfigError: The recogniser knows movements, and what is given is shorter than one.
            MediaError: A file is not a readable picture or video.
        """
        times_s, vectors = self._observer.vectors(source)
        if not len(vectors):
            return self._nothing()
        ends = range(1, len(vectors) + 1)
        found = [summarize(times_s[:end], vectors[:end], self.window_s) for end in ends]
        samples = [each for each in found if each is not None]
        if not samples:
            length_s = float(times_s[-1] - times_s[0])
            raise ConfigError(
                f"this recogniser knows movements of {self.window_s} s, and what is given lasts {length_s:.2f} s; "
                "give it a longer clip, or use Recognizer.stream() for live pictures"
            )
        return self.name(self._classifier.scores(np.stack(samples)).mean(axis=0))

    def stream(self, config: SteadyLabelConfig | None = None) -> "RecognitionStream":
        """Return what classifies the results of a stream, frame after frame.

        Args:
            config: When the label changes; None for what suits poses or movements.
        """
        return RecognitionStream(self, config or (MOVEMENT_LABEL if self.window_s else SteadyLabelConfig()))

    def photos(self) -> "RecognitionStream":
        """Return what classifies pictures one by one: the label is the most probable class. They show no movement."""
        return RecognitionStream(self, PHOTO_LABEL)

    def scores(self, sample: Points | None) -> Points:
        """Return (k,) probabilities of a sample; `none` is certain where nothing is seen."""
        if sample is None:
            return np.array([float(name == NONE) for name in self.classes], np.float32)
        scores: Points = self._classifier.scores(sample[np.newaxis])[0].astype(np.float32)
        return scores

    def name(self, scores: Points, label: str | None = None) -> Classification:
        """Return scores by class; without a label, the most probable class is it."""
        named = dict(zip(self.classes, scores.tolist(), strict=True))
        label = label or max(named, key=named.__getitem__)
        return Classification(label, named[label], named)

    def close(self) -> None:
        """Free the networks, if any were loaded; may be called twice."""
        self._observer.close()

    def __repr__(self) -> str:
        return f"Recognizer({', '.join(self.classes)}; {', '.join(self.features)}, window {self.window_s} s)"

    def _nothing(self) -> Classification:
        return self.name(self.scores(None))

    def _samples(self) -> Samples:
        """Return the samples of all classes; a frame that shows nothing is one of `none`."""
        samples = collect(self.recordings, self.classes, self.window_s)
        empty = np.zeros((1, samples.vectors.shape[1]), np.float32)
        return Samples(
            np.concatenate([samples.vectors, empty]),
            np.append(samples.labels, self.classes.index(NONE)),
            np.append(samples.blocks, 0),
        )


def training_window(recordings: Sequence[ClassRecording], asked_s: float | None) -> float:
    """Return the length of a sample: as asked for; else `WINDOW_S` if all recordings are clips, else 0."""
    if asked_s is not None:
        return asked_s
    lengths = [len(each.times_s) for each in recordings if len(each.times_s)]
    return WINDOW_S if lengths and min(lengths) > 1 else 0.0


class RecognitionStream:
    """Classifies the results of one stream.

    Args:
        recognizer: Knows the classes.
        config: When the label changes.
    """

    def __init__(self, recognizer: Recognizer, config: SteadyLabelConfig) -> None:
        self._recognizer = recognizer
        self._window = SlidingWindow(recognizer.window_s)
        self._steady = SteadyLabel(config, recognizer.classes, NONE)

    def update(self, result: FrameResult) -> Classification:
        """Classify the moment of the next result, which must contain what `Recognizer.needs` asks for."""
        time_s = result.frame.captured_s
        sample = self._window.update(describe(result, self._recognizer.features), time_s)
        mean = self._steady.update(self._recognizer.scores(sample), time_s)
        return self._recognizer.name(mean, self._steady.label)


def _checked(features: Sequence[FeatureName]) -> tuple[FeatureName, ...]:
    for name in features:
        if name not in FEATURES:
            raise ConfigError(f"features: there is no feature {name!r}{nearest(name, FEATURES)}")
    if not features:
        raise ConfigError(f"features: expected at least one of {', '.join(FEATURES)}")
    return tuple(dict.fromkeys(features))


def class_names(labels: Iterable[str]) -> tuple[str, ...]:
    """Return the classes of recordings in the order of their first ones, `none` last.

    Raises:
        ConfigError: There is no class, or `none` is missing.
    """
    given = dict.fromkeys(labels)
    names = [name for name in given if name != NONE]
    if not names:
        raise ConfigError('there is no class to recognise; record samples of at least one, and of "none"')
    if NONE not in given:
        raise ConfigError(
            f'there are no samples of the class "none", only of {", ".join(names)}; '
            "record what happens while none of them is meant"
        )
    return (*names, NONE)
