"""How often each network runs."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

LONGEST = 10  # frames from one look to the next: more says nothing about what is in them


class Rates(BaseModel):
    """From how many frames each network sees one; between, what it saw is carried on.

    In a file, one number instead of a table counts for all.

    Attributes:
        face: Faces go on moving as they did, their poses too.
        body: Bodies likewise.
        hands: Hands likewise.
        mask: The mask moves with the picture, and its edges are found anew.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    face: int = Field(default=1, ge=1, le=LONGEST)
    body: int = Field(default=1, ge=1, le=LONGEST)
    hands: int = Field(default=1, ge=1, le=LONGEST)
    mask: int = Field(default=1, ge=1, le=LONGEST)

    @classmethod
    def all(cls, every: int) -> "Rates":
        """One rate for all."""
        return cls(face=every, body=every, hands=every, mask=every)

    def slowest(self, other: "Rates") -> "Rates":
        """The slower of both, for each network."""
        return Rates(
            face=max(self.face, other.face),
            body=max(self.body, other.body),
            hands=max(self.hands, other.hands),
            mask=max(self.mask, other.mask),
        )

    @model_validator(mode="before")
    @classmethod
    def _one_number(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return dict.fromkeys(cls.model_fields, value)
        return value
