"""What comes of an input: counted frame by frame, and summed over the pieces of a video."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from arpipe.types import FrameResult, Picture


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one input.

    Attributes:
        frames: Frames processed.
        frames_found: Those with at least one face, body or hand.
        decode_errors: Damaged parts that were skipped.
        seconds: Wall time.
        most: Results such as "faces" → most of them in one frame; those that were found.
        wearing: Most faces in one frame that already wear glasses.
        frames_drawn: Pictures that differ from their frames; None where no pictures were requested.
        notes: Sentences on how the output differs from the input.
        losses: Sentences on content of the input that the output lacks.
        end_s: When the last frame ends, on the clock of the input; None if unknown.
        faces_left_out: Most faces in one frame that were detected and not followed.
    """

    frames: int
    frames_found: int
    decode_errors: int
    seconds: float
    most: Mapping[str, int] = field(default_factory=dict)
    wearing: int = 0
    frames_drawn: int | None = None
    notes: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    end_s: float | None = None
    faces_left_out: int = 0


@dataclass(slots=True)
class Tally:
    """Counts of a running job; see `Outcome`."""

    frames: int = 0
    frames_found: int = 0
    frames_drawn: int = 0
    most: dict[str, int] = field(default_factory=dict)
    wearing: int = 0

    def add(self, result: FrameResult, picture: Picture | None) -> None:
        """Count a frame, and its picture if there is one."""
        self.frames += 1
        found = {name: len(each) for name, each in result.tracked().items() if each}
        self.frames_found += bool(found)
        self.wearing = max(self.wearing, sum(face.wears_glasses for face in result.faces))
        for name, count in found.items():
            self.most[name] = max(count, self.most.get(name, 0))
        self.frames_drawn += picture is not None and picture.is_edited


def sum_outcomes(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcome for a video, given those of its pieces; losses say in which of them they are."""
    return Outcome(
        frames=sum(outcome.frames for outcome in outcomes),
        frames_found=sum(outcome.frames_found for outcome in outcomes),
        decode_errors=sum(outcome.decode_errors for outcome in outcomes),
        seconds=sum(outcome.seconds for outcome in outcomes),
        most=_highest_counts(outcomes),
        wearing=max(outcome.wearing for outcome in outcomes),
        frames_drawn=_sum_drawn(outcomes),
        notes=tuple(dict.fromkeys(note for outcome in outcomes for note in outcome.notes)),
        losses=tuple(_numbered_losses(outcomes)),
        end_s=_last_end_s(outcomes),
        faces_left_out=max(outcome.faces_left_out for outcome in outcomes),
    )


def _last_end_s(outcomes: Sequence[Outcome]) -> float | None:
    """Return when the last piece ends of which there is a frame."""
    return next((outcome.end_s for outcome in reversed(outcomes) if outcome.frames), None)


def _sum_drawn(outcomes: Sequence[Outcome]) -> int | None:
    counts = [outcome.frames_drawn for outcome in outcomes if outcome.frames_drawn is not None]
    return sum(counts) if counts else None


def _highest_counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    highest: Counter[str] = Counter()
    for outcome in outcomes:
        highest |= Counter(outcome.most)
    return dict(highest)


def _numbered_losses(outcomes: Sequence[Outcome]) -> Iterator[str]:
    for number, outcome in enumerate(outcomes, 1):
        for loss in outcome.losses:
            yield f"piece {number}: {loss}"
