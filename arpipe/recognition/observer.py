"""What is in photos, clips and frames that a recogniser is given."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from arpipe.closing import Closing
from arpipe.errors import ConfigError, MediaError
from arpipe.geometry.transforms import Array
from arpipe.io.files import is_folder
from arpipe.io.media_names import is_media_name
from arpipe.io.sources import open_source
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.recognition.features import FeatureName, describe, needs_of, vector_size
from arpipe.recognition.samples import ClassRecording
from arpipe.tracking.settings import Mode
from arpipe.types import Frame, FrameResult, Pixels, Points

Input = str | Path | Frame | Pixels | FrameResult | Sequence[FrameResult]
"""A photo, a clip, a folder of these, a frame, RGB pixels, a result, or the results of a clip."""

FASTEST_HZ = 20.0  # frames per second that are kept of a clip


class SampleObserver(Closing):
    """Runs perception for the features of a recogniser; networks are loaded when the first picture comes.

    Args:
        features: Blocks of the vectors.
        config: How is detected what they need; its modes are set by the observer.
    """

    def __init__(self, features: Sequence[FeatureName], config: PerceptionConfig | None = None) -> None:
        self._features = tuple(features)
        self._config = config or PerceptionConfig()
        self._owned = ExitStack()
        self._perceptions: dict[Mode, Perception] = {}

    def record(self, label: str, source: Input) -> list[ClassRecording]:
        """Return a recording of each photo or clip.

        Raises:
            MediaError: A file is not a readable picture or video, or a folder has none.
            ConfigError: It is nothing of the kind.
        """
        if isinstance(source, str | Path):
            return [self._recording(label, path.name, self._results(path)) for path in sample_files(source)]
        return [self._recording(label, "", self._results(source))]

    def vectors(self, source: Input) -> tuple[Array, Points]:
        """Return (n,) times and (n, d) vectors of the frames that show something."""
        return self._vectors(self._results(source))

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._owned.close()
        self._perceptions.clear()

    def _recording(self, label: str, name: str, found: Iterable[FrameResult]) -> ClassRecording:
        times_s, vectors = self._vectors(found)
        return ClassRecording(label, name, times_s - times_s[:1].sum(), vectors)

    def _vectors(self, found: Iterable[FrameResult]) -> tuple[Array, Points]:
        pairs = [(each.frame.captured_s, describe(each, self._features)) for each in _thinned(found)]
        seen = [(time_s, vector) for time_s, vector in pairs if vector is not None]
        vectors = np.array([vector for _, vector in seen], np.float32)
        return np.array([time_s for time_s, _ in seen]), vectors.reshape(-1, vector_size(self._features))

    def _results(self, source: Input) -> Iterator[FrameResult]:
        if isinstance(source, FrameResult):
            yield source
        elif isinstance(source, Frame):
            yield self._perception("image").detect(source)
        elif isinstance(source, np.ndarray):
            yield self._perception("image").detect(Frame.from_rgb(source))
        elif isinstance(source, str | Path):
            yield from self._clip(source)
        else:
            yield from map(_required_result, _required_sequence(source))

    def _clip(self, path: str | Path) -> Iterator[FrameResult]:
        with open_source(path) as source:
            perception = self._perception("video" if source.info.fps else "image")
            perception.reset()
            yield from map(perception.detect, source)

    def _perception(self, mode: Mode) -> Perception:
        if mode not in self._perceptions:
            config = self._config.in_mode(mode)
            self._perceptions[mode] = self._owned.enter_context(
                Perception(config, needs=needs_of(self._features))
            )
        return self._perceptions[mode]


def inputs_of(samples: Input | Iterable[Input]) -> Iterable[Input]:
    """Return one sample, or several, as several."""
    is_batch = isinstance(samples, np.ndarray) and samples.ndim == 4
    if isinstance(samples, str | Path | Frame | FrameResult | np.ndarray) and not is_batch:
        return (samples,)
    if not isinstance(samples, Iterable):
        raise _wrong_sample(samples)
    return samples


def _required_sequence(source: object) -> Sequence[object]:
    if isinstance(source, Sequence):
        return source
    raise _wrong_sample(source)


def _required_result(moment: object) -> FrameResult:
    if isinstance(moment, FrameResult):
        return moment
    raise _wrong_sample(moment, "in the sequence that stands for a clip ")


def _wrong_sample(sample: object, where: str = "") -> ConfigError:
    return ConfigError(
        "samples are files, folders, arpipe.Frame, (h, w, 3) pixels and results of Perception.detect, one by one or as "
        f"the sequence of a clip; got {type(sample).__name__} {where}".rstrip()
    )


def sample_files(source: str | Path) -> list[Path]:
    """Return a file, or the photos and clips of a folder by name.

    Raises:
        MediaError: The folder has none, or cannot be read.
    """
    if not is_folder(str(source)):
        return [Path(source)]
    try:
        files = [path for path in Path(source).iterdir() if is_media_name(path.name) and path.is_file()]
    except OSError as error:
        raise MediaError(f"{source}: cannot be read ({error.strerror or error})") from error
    if not files:
        raise MediaError(f"{source}: the folder has no photos or clips; record some into it")
    return sorted(files)


def _thinned(found: Iterable[FrameResult]) -> Iterator[FrameResult]:
    """Yield results no more often than `FASTEST_HZ`; the samples hardly change with more."""
    last_s = -np.inf
    for each in found:
        if each.frame.captured_s - last_s >= 0.9 / FASTEST_HZ:
            last_s = each.frame.captured_s
            yield each
