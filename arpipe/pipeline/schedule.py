"""How often each network runs."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from arpipe.subjects import SUBJECTS, require_subject

LONGEST = 10  # frames from one inference to the next: nothing can be predicted for longer

Rate = Annotated[int, Field(ge=1, le=LONGEST)]

_RATE: TypeAdapter[int] = TypeAdapter(Rate)


class Rates(BaseModel):
    """On every how many frames each network runs; in between, results are predicted.

    In a file, one number instead of a table holds for all. Other subjects of `arpipe.subjects.SUBJECTS` are valid
    keys, too.

    Attributes:
        face: Faces move on as they did, and so do their poses.
        expressions: Expressions stay as they were.
        body: Bodies move on as they did.
        hands: Hands move on as they did.
        gestures: Gestures stay as they were; movements are seen in every frame.
        objects: Objects stay where they were.
        mask: The mask moves with the picture, and its edges are refined in every frame.
        occlusion: What stands before a face moves with it.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    face: Rate = 1
    expressions: Rate = 1
    body: Rate = 1
    hands: Rate = 1
    gestures: Rate = 1
    objects: Rate = 1
    mask: Rate = 1
    occlusion: Rate = 1

    @classmethod
    def all(cls, every: int) -> "Rates":
        """Return one rate for all subjects."""
        return cls.model_validate(every)

    def of(self, name: str) -> int:
        """Return the rate of a subject."""
        every: int = dict(self).get(name, 1)
        return every

    def slowest(self, other: "Rates") -> "Rates":
        """Return the slower rate of both, for each subject."""
        names = {**dict(self), **dict(other)}
        return Rates.model_validate({name: max(self.of(name), other.of(name)) for name in names})

    def only(self, names: frozenset[str]) -> "Rates":
        """Return the rates of some subjects, and 1 for all others."""
        return Rates.model_validate({name: self.of(name) for name in names})

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            return dict.fromkeys(SUBJECTS, value)
        return value

    @model_validator(mode="after")
    def _known(self) -> "Rates":
        for name, every in (self.model_extra or {}).items():
            require_subject(name)
            _RATE.validate_python(every)
        return self
