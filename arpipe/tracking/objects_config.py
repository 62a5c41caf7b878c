"""Settings of the object tracker; apart from it, because what reads networks of the user's takes long to import."""

from pydantic import BaseModel, ConfigDict, Field


class ObjectConfig(BaseModel):
    """How objects are found.

    Attributes:
        model: The detector: the name of a network that was added, or its card's file.
        min_score: Least score.
        max_overlap: Intersection over union above which two boxes of one class are one object.
        max_objects: Most objects.
        classes: Names of the classes to report; all if empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str = ""
    min_score: float = Field(default=0.4, ge=0, le=1)
    max_overlap: float = Field(default=0.45, ge=0, le=1)
    max_objects: int = Field(default=50, ge=1, le=1000)
    classes: tuple[str, ...] = ()
