"""What happens while somebody teaches: recordings come and go, and the latest recogniser is tried at once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arpipe.config import RunConfig
from arpipe.errors import ArpipeError, ConfigError
from arpipe.pipeline.perception import Perception
from arpipe.recognition.features import describe, needs_of
from arpipe.recognition.recognizer import NONE, WINDOW_S, Classification, RecognitionStream, Recognizer
from arpipe.recognition.samples import ClassRecording
from arpipe.types import Frame, FrameResult, Points

LONGEST_RECORDING_S = 20.0  # a button that is held for longer is stuck


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What is seen and recognised in a frame.

    Attributes:
        result: What perception has found.
        shows: Whether that is enough to learn from.
        recording: Class that is being recorded, or None.
        found: What is recognised; None before enough classes have been taught.
    """

    result: FrameResult
    shows: bool
    recording: str | None
    found: Classification | None


class TeachSession:
    """Perception, recordings and recogniser of one person who teaches. Not for several threads at once.

    Args:
        run: The configuration.
        file: Recogniser to begin with; None for an empty one.

    Attributes:
        classes: Names in the order in which they were taught; "none" is always one of them.
        recordings: What was recorded.

    Raises:
        ConfigError: The file is damaged.
        WeightsError: The networks cannot be obtained.
    """

    def __init__(self, run: RunConfig, file: Path | None = None) -> None:
        self._run = run
        self.features, self.window_s = run.teach.features, run.teach.window_s
        self.classes: list[str] = [NONE]
        self.recordings: list[ClassRecording] = []
        self._recognizer: Recognizer | None = None
        self._stream: RecognitionStream | None = None
        self._label: str | None = None
        self._frames: list[tuple[float, Points]] = []
        self._began_s = 0.0
        if file is not None:
            self.load(file)
        self._perception = Perception(run.perception.in_mode("live"), needs_of(self.features))

    @property
    def counts(self) -> Counter[str]:
        """Frames recorded of each class."""
        counts: Counter[str] = Counter()
        for recording in self.recordings:
            counts[recording.label] += len(recording.times_s)
        return counts

    @property
    def problem(self) -> str:
        """What is missing before anything can be recognised; empty if nothing is."""
        if self._recognizer is not None:
            return ""
        taught = [name for name in self.classes if self.counts[name]]
        if not [name for name in taught if name != NONE]:
            return "Record a class of your own."
        return 'Now record "none": sit as usual, and do none of the others.' if NONE not in taught else ""

    def observe(self, frame: Frame) -> Moment:
        """Take the next frame into account: detect, record if a class is being recorded, and recognise."""
        result = self._perception.detect(frame)
        vector = describe(result, self.features)
        if self._label is not None and vector is not None:
            self._began_s = self._began_s or frame.captured_s
            if frame.captured_s - self._began_s <= LONGEST_RECORDING_S:
                self._frames.append((frame.captured_s, vector))
        found = None if self._stream is None else self._stream.update(result)
        return Moment(result, vector is not None, self._label, found)

    def add_class(self, label: str) -> None:
        """Add a class without recordings, if there is none of that name."""
        if label not in self.classes:
            self.classes.insert(len(self.classes) - 1, label)

    def record(self, label: str) -> None:
        """Begin to record a class; a new name becomes a new class."""
        self.add_class(label)
        self._label, self._frames, self._began_s = label, [], 0.0

    def stop(self) -> None:
        """End the recording, and learn from it.

        Raises:
            ConfigError: It shows nothing, or is too short; it is discarded then.
        """
        label, frames, self._label = self._label, self._frames, None
        if label is None:
            return
        if not frames:
            raise ConfigError("Nothing was seen: show a face or a hand while you hold the button.")
        window_s = WINDOW_S if self.window_s is None else self.window_s
        length_s = frames[-1][0] - frames[0][0]
        if length_s < window_s:
            raise ConfigError(f"Too short ({length_s:.1f} s): hold the button for about two seconds.")
        times_s = np.array([time_s for time_s, _ in frames]) - frames[0][0]
        vectors = np.array([vector for _, vector in frames], np.float32)
        self.recordings.append(ClassRecording(label, "live", times_s, vectors))
        self._learn()

    def discard_last(self) -> None:
        """Discard the last recording."""
        self.recordings = self.recordings[:-1]
        self._learn()

    def forget(self, label: str) -> None:
        """Discard the recordings of a class, and the class unless it is "none"."""
        self.recordings = [each for each in self.recordings if each.label != label]
        if label != NONE:
            self.classes = [name for name in self.classes if name != label]
        self._learn()

    def load(self, file: Path) -> None:
        """Continue with the recordings of a file instead of those so far.

        Raises:
            ConfigError: The file is damaged, or its features are others than those that are detected.
        """
        loaded = Recognizer.load(file)
        if self.recordings and loaded.features != self.features:
            raise ConfigError(
                f"{file.name} has the features {', '.join(loaded.features)}; open it by its name"
            )
        self.features, self.window_s = loaded.features, loaded.window_s
        self.recordings, self.classes = list(loaded.recordings), list(loaded.classes)
        self._use(loaded)

    def save(self, file: Path) -> None:
        """Write the recogniser.

        Raises:
            ConfigError: There is none yet.
            OutputError: The file cannot be written.
        """
        if self._recognizer is None:
            raise ConfigError(self.problem or "There is nothing to save yet.")
        self._recognizer.save(file)

    def close(self) -> None:
        """Free the networks; may be called twice."""
        self._perception.close()

    def _learn(self) -> None:
        try:
            window_s = WINDOW_S if self.window_s is None else self.window_s
            self._use(Recognizer(self._learnable(), self.features, window_s))
        except ArpipeError:  # there are not enough classes yet; `problem` says so
            self._recognizer = self._stream = None

    def _learnable(self) -> Sequence[ClassRecording]:
        return sorted(self.recordings, key=lambda each: self.classes.index(each.label))

    def _use(self, recognizer: Recognizer) -> None:
        self._recognizer, self._stream = recognizer, recognizer.stream()
