"""Names of classes: reading them, and finding one."""

from collections.abc import Sequence
from pathlib import Path

from arpipe.errors import ConfigError, ModelError
from arpipe.geometry.transforms import Array
from arpipe.io.files import read_whole
from arpipe.spelling import nearest

MAX_LABEL_BYTES = 16 * 2**20


def read_labels(path: Path) -> tuple[str, ...]:
    """Read a file with one class per line; a number before the name, as Teachable Machine writes it, is dropped.

    Raises:
        ModelError: It cannot be read, or is empty.
    """
    try:
        lines = read_whole(path, MAX_LABEL_BYTES).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{path}: cannot be read as labels ({error}); write one class per line, in UTF-8"
        ) from error
    labels = [line.strip() for line in lines if line.strip()]
    if not labels:
        raise ModelError(f"{path}: has no labels; write one class per line")
    numbered = [label.partition(" ") for label in labels]
    if all(number.rstrip(":") == str(place) and name for place, (number, _, name) in enumerate(numbered)):
        labels = [name.strip() for _, _, name in numbered]
    return tuple(labels)


def check_labels(labels: Sequence[str], classes: int, what: str) -> None:
    """Raise ModelError unless there is one label per class; `what` names the labels and the output."""
    if labels and len(labels) != classes:
        advice = (
            "a background class first, perhaps" if classes == len(labels) + 1 else "is it this network's file"
        )
        raise ModelError(
            f"{what}: {len(labels)} labels for {classes} values ({advice}); one line per value is needed"
        )


def find_class(text: str, labels: Sequence[str], scores: Array) -> int:
    """Return the index of a class that a user names.

    Args:
        text: An index, a label, one of the names in a label ("tabby" of "tabby, tabby cat"), or a word of labels: of
            several classes with it, the one that scores highest is meant ("cat").
        labels: The names.
        scores: (k,) of the picture at hand.

    Raises:
        ConfigError: There is no such class; the message has the nearest name.
    """
    wanted = text.strip().lower()
    if wanted.isdecimal() and int(wanted) < len(scores):
        return int(wanted)
    found = _named(wanted, labels) or _worded(wanted, labels)
    if not found:
        known = [name for label in labels for name in _names(label)]
        hint = nearest(wanted, known) if labels else f"; it has no names, give an index below {len(scores)}"
        raise ConfigError(f"there is no class {text!r}{hint}")
    return max(found, key=lambda place: float(scores[place]))


def _names(label: str) -> list[str]:
    """Return the whole label and the names in it."""
    return [name.strip().lower() for name in (label, *label.split(","))]


def _named(wanted: str, labels: Sequence[str]) -> list[int]:
    return [place for place, label in enumerate(labels) if wanted in _names(label)]


def _worded(wanted: str, labels: Sequence[str]) -> list[int]:
    return [place for place, label in enumerate(labels) if wanted in label.lower().replace(",", " ").split()]
