"""`arpipe teach --from`: learn from photos and clips."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from arpipe.apps.failures import print_failure
from arpipe.config import RunConfig
from arpipe.errors import ConfigError, MediaError
from arpipe.io.atomic import require_writable
from arpipe.io.files import is_folder, require_file
from arpipe.recognition.features import FEATURES
from arpipe.recognition.observer import SampleObserver, sample_files
from arpipe.recognition.recognizer import Recognizer, class_names, training_window
from arpipe.recognition.samples import ClassRecording

Taught = tuple[str, Path]
"""A class, and a photo, a clip or a folder that shows it."""


def parse_taught(texts: Sequence[str]) -> list[Taught]:
    """Parse texts such as `wave=clips/wave/`.

    Raises:
        ConfigError: A text is not a class and a path.
    """
    pairs = [text.partition("=") for text in texts]
    for text, (label, equals, path) in zip(texts, pairs, strict=True):
        if not (equals and label.strip() and path.strip()):
            raise ConfigError(f"--from {text}: expected CLASS=PATH, such as wave=clips/wave/")
    return [(label.strip(), Path(path.strip())) for label, _, path in pairs]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What `arpipe teach --from` has learned.

    Attributes:
        recognizer: The recogniser, as saved.
        failures: Messages about the files that could not be read and were left out.
    """

    recognizer: Recognizer
    failures: tuple[str, ...]


def teach_files(
    run: RunConfig,
    taught: Sequence[Taught],
    output: Path,
    known: Path | None = None,
    console: Console | None = None,
) -> Lesson:
    """Train a recogniser with files, print how well it does, and save it.

    A file that cannot be read is reported and left out, as in a batch.

    Args:
        run: The configuration: `run.teach`, and `run.perception` for what is detected.
        taught: What shows each class.
        output: File to write.
        known: Recogniser to add the samples to; None for a new one.
        console: Where to print.

    Raises:
        ConfigError: There are not enough classes, or one shows nothing.
        MediaError: A folder has no photos or clips, or none of the files of a class can be read.
        OutputError: The file cannot be written.
    """
    require_writable(output)
    console = console or Console()
    before = None if known is None else Recognizer.load(known)
    features = run.teach.features if before is None else before.features
    recordings = list[ClassRecording]() if before is None else list(before.recordings)
    files = _find_files(taught, recordings)
    failures: list[str] = []
    with SampleObserver(features, run.perception) as observer:
        for (label, path), chosen in zip(taught, files, strict=True):
            with console.status(f"{label}: {path} …"):
                found, failed = _record(observer, label, chosen)
            failures += failed
            console.print(_counted(label, path, found, failed), markup=False, highlight=False, soft_wrap=True)
            recordings += found
    window_s = training_window(recordings, run.teach.window_s) if before is None else before.window_s
    start_s = time.perf_counter()
    recognizer = Recognizer(recordings, features, window_s, run.perception)
    duration_s = time.perf_counter() - start_s
    recognizer.save(output)
    _print_result(recognizer, duration_s, output, console)
    return Lesson(recognizer, tuple(failures))


def _find_files(taught: Sequence[Taught], recordings: Sequence[ClassRecording]) -> list[list[Path]]:
    """Return the files of each class; raises, before hours of clips are read, what would be raised after them."""
    class_names([*(each.label for each in recordings), *(label for label, _ in taught)])
    for _, path in taught:
        if not is_folder(str(path)):
            require_file(path)
    return [sample_files(path) for _, path in taught]


def _record(
    observer: SampleObserver, label: str, files: Sequence[Path]
) -> tuple[list[ClassRecording], list[str]]:
    """Return the recordings of the files that can be read, and a message about each other one, which is printed.

    Raises:
        MediaError: None can be read.
    """
    found: list[ClassRecording] = []
    failed: list[str] = []
    for file in files:
        try:
            found += observer.record(label, file)
        except MediaError as error:
            if len(files) == 1:
                raise
            failed.append(str(error))
            print_failure(str(error))
    if not found:
        raise MediaError(f"{label}: none of its {len(files)} files can be read; record it again")
    return found, failed


def _counted(label: str, path: Path, found: Sequence[ClassRecording], failed: Sequence[str]) -> str:
    frames = sum(len(each.times_s) for each in found)
    left_out = f", {len(failed)} left out" if failed else ""
    return f"{label}: {path}, {_plural(len(found), 'recording')}, {_plural(frames, 'frame')} with a sample{left_out}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _print_result(recognizer: Recognizer, duration_s: float, output: Path, console: Console) -> None:
    console.print(_confusion_table(recognizer))
    console.print(_summary(recognizer, duration_s, output), soft_wrap=True)
    for one, other, share in recognizer.confusion.mixed_up():
        console.print(
            f"{one} and {other} are mixed up in {share:.0%} of the held-out samples; record more varied ones of both, "
            f"or choose what counts with --features ({', '.join(FEATURES)})",
            soft_wrap=True,
        )


def _summary(recognizer: Recognizer, duration_s: float, output: Path) -> str:
    kind = f"movements of {recognizer.window_s} s" if recognizer.window_s else "still poses"
    accuracy = recognizer.confusion.accuracy
    share = "too few recordings for a test" if accuracy is None else f"{accuracy:.1%} right"
    return f"{output}: {kind}, trained in {duration_s:.2f} s, {share}"


def _confusion_table(recognizer: Recognizer) -> Table:
    """Return counts of held-out samples, actual by recognised class."""
    recorded = Counter(each.label for each in recognizer.recordings)
    table = Table(title="held-out blocks of time: actual class by recognised class", title_justify="left")
    header, *rows = recognizer.confusion.rows()
    table.add_column(header[0])
    for name in header[1:]:
        table.add_column(name, justify="right")
    table.add_column("recordings", justify="right")
    for row in rows:
        table.add_row(*row, str(recorded[row[0]]))
    return table
