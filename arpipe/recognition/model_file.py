"""The file of a recogniser: TOML with the recordings, from which the classifier is trained again when it is loaded."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from arpipe.geometry.transforms import Array
from arpipe.io.atomic import write_text
from arpipe.io.toml_tables import read_toml, to_toml
from arpipe.io.validation import check
from arpipe.recognition.features import FeatureName, vector_size
from arpipe.recognition.samples import ClassRecording
from arpipe.types import Points

FORMAT = 1
LARGEST_FILE_BYTES = 64 << 20  # 60 000 frames
DIGITS = 3  # after the point of an entry of a vector, whose typical size is 1
LARGEST_VALUE = 1e3  # of an entry; typical ones are near 1
LEAST_STEP_S = 5e-4  # from one frame to the next
LONGEST_RECORDING_S = 86_400.0
HEADING = "# A recogniser of arpipe: what was seen of each class. Use it with arpipe.Recognizer.load.\n\n"


class RecordingTable(BaseModel):
    """A recording as it stands in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: str = Field(min_length=1)
    source: str = ""
    times_s: tuple[float, ...]
    vectors: tuple[tuple[float, ...], ...]

    def check_numbers(self) -> None:
        """Raise ValueError where times do not rise, or a number is not finite or beyond what is ever measured."""
        if not (np.abs(np.array(self.vectors, np.float64)) <= LARGEST_VALUE).all():  # NaN is not, either
            raise ValueError(f"a vector of class {self.label!r} has numbers beyond ±{LARGEST_VALUE:g}")
        steps = np.diff((-LEAST_STEP_S, *self.times_s, LONGEST_RECORDING_S))
        if not (steps >= LEAST_STEP_S).all():
            raise ValueError(f"the times of a recording of class {self.label!r} do not rise from 0 s on")


class RecognizerFile(BaseModel):
    """The content of a file.

    Attributes:
        format: Version of the format.
        features: Blocks of the vectors.
        window_s: Length of a sample; 0 for single frames.
        recordings: What was seen of each class.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1]
    features: tuple[FeatureName, ...] = Field(min_length=1)
    window_s: float = Field(ge=0, le=1)
    recordings: tuple[RecordingTable, ...]

    @model_validator(mode="after")
    def _check_vectors(self) -> Self:
        size = vector_size(self.features)
        for recording in self.recordings:
            lengths = {len(vector) for vector in recording.vectors} - {size}
            if lengths:
                raise ValueError(
                    f"a vector of class {recording.label!r} has {lengths.pop()} entries, "
                    f"but features {', '.join(self.features)} have {size}"
                )
            if len(recording.times_s) != len(recording.vectors):
                raise ValueError(
                    f"a recording of class {recording.label!r} has {len(recording.times_s)} times and "
                    f"{len(recording.vectors)} vectors"
                )
            recording.check_numbers()
        return self


def read(path: Path) -> tuple[RecognizerFile, tuple[ClassRecording, ...]]:
    """Read a file.

    Raises:
        ConfigError: It is missing, damaged, or no recogniser.
    """
    content = check(RecognizerFile, read_toml(path, LARGEST_FILE_BYTES), str(path))
    size = vector_size(content.features)
    recordings = tuple(
        ClassRecording(
            table.label,
            table.source,
            np.array(table.times_s, np.float64),
            np.array(table.vectors, np.float32).reshape(-1, size),
        )
        for table in content.recordings
    )
    return content, recordings


def write(
    path: Path, features: Sequence[FeatureName], window_s: float, recordings: Sequence[ClassRecording]
) -> None:
    """Write a file; it replaces an existing one only once it is complete.

    Raises:
        OutputError: The file cannot be written.
    """
    head = to_toml({"format": FORMAT, "features": list(features), "window_s": window_s})
    write_text(path, HEADING + head + "".join(line for each in recordings for line in _lines(each)))


def _lines(recording: ClassRecording) -> Iterator[str]:
    """Yield a recording as TOML, one line per vector."""
    yield "\n[[recordings]]\n"
    yield to_toml({"label": recording.label, "source": recording.source})
    yield f"times_s = [{_numbers(recording.times_s)}]\n"
    yield "vectors = [\n"
    yield from (f"    [{_numbers(vector)}],\n" for vector in recording.vectors)
    yield "]\n"


def _numbers(values: Array | Points) -> str:
    return ", ".join(_short(float(value)) for value in values)


def _short(value: float) -> str:
    """Return a number with no more digits than needed; TOML has no bare point."""
    text = f"{value:.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0.0" if text in ("-0", "0", "") else text if "." in text else f"{text}.0"
