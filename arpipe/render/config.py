"""Drawing quality, switchable from frame to frame."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RenderConfig(BaseModel):
    """How much work goes into a picture.

    Attributes:
        supersample: Samples a pixel along each axis for solid geometry; small regions get more unless it is 1.
        max_samples: Most samples of one region of a stream; a larger one gets a smaller `supersample`. What is
            drawn for the first time, a photo for instance, is spared this.
        msaa: Hardware samples a pixel for solid geometry, on top; 0 for none. Cheap on a GPU, dear on a CPU.
        shadow: Soft shadows on the skin.
        reflection: Surroundings reflected by frames and lenses; without, only their mean colour.
        match_sharpness: Soften the overlay to the frame's own sharpness and give it the frame's noise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    supersample: Literal[1, 2, 3] = 2
    max_samples: int = Field(default=260_000, gt=0)
    msaa: Literal[0, 2, 4, 8] = 0
    shadow: bool = True
    reflection: bool = True
    match_sharpness: bool = True
