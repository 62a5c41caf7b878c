"""How `arpipe batch` uses the machine."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class RayConfig(BaseModel):
    """How `arpipe batch` uses Ray.

    Attributes:
        address: "local" to start Ray on this machine for the batch, "auto" to use the cluster that runs on this
            machine, `host:port` for the head of another one, None to do without Ray.
        cpus: Number of cores of a worker, all of which its codecs and networks use.
        memory_mb: Memory that a worker claims on its node, MiB.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str | None = Field(default=None, min_length=1)
    cpus: int = Field(default=1, ge=1, le=256)
    memory_mb: int = Field(default=600, ge=1)


class JobsConfig(BaseModel):
    """How `arpipe batch` uses the machine.

    Attributes:
        jobs: Number of inputs that are processed at once, each in a process of its own; 1 for this process, "auto"
            for as many as cores and free memory allow. None for 1, or for "auto" on Ray.
        retries: How often an input is tried again after its process has ended or hung.
        stall_s: Time without progress after which a process counts as hanging and is ended, s.
        segment_s: Length of the pieces into which longer videos are cut, so that several processes work on them, s.
            None to process every video as a whole.
        overlap_s: How long before its first frame the trackers of a piece begin, s.
        ray: Workers on a Ray cluster instead of processes of this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    jobs: Annotated[int, Field(ge=1, le=100_000)] | Literal["auto"] | None = None
    retries: int = Field(default=1, ge=0, le=100)
    stall_s: float = Field(default=300.0, gt=0)
    segment_s: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    overlap_s: float = Field(default=4.0, ge=0, allow_inf_nan=False)  # a neutral face is learned in 3 s
    ray: RayConfig = RayConfig()

    @model_validator(mode="after")
    def _check_segment(self) -> Self:
        if self.segment_s is not None and self.segment_s <= self.overlap_s:
            raise ValueError(
                f"segment_s: expected more than overlap_s, which is {self.overlap_s:g}, got {self.segment_s:g}"
            )
        return self
