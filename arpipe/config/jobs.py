"""How `arpipe batch` uses the machine."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class JobsConfig(BaseModel):
    """How `arpipe batch` uses the machine.

    Attributes:
        jobs: Number of inputs that are processed at once, each in a process of its own; 1 for this process, "auto"
            for as many as cores and free memory allow.
        retries: How often an input is tried again after its process has ended or hung.
        stall_s: Time without progress after which a process counts as hanging and is ended, s.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    jobs: Annotated[int, Field(ge=1, le=1024)] | Literal["auto"] = 1
    retries: int = Field(default=1, ge=0, le=100)
    stall_s: float = Field(default=300.0, gt=0)
