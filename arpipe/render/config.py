"""Drawing quality, switchable from frame to frame."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class RenderConfig(BaseModel):
    """How much work goes into a picture.

    Attributes:
        supersample: Samples a pixel along each axis for solid geometry.
        msaa: Hardware samples a pixel for solid geometry, on top; 0 for none. Cheap on a GPU, dear on a CPU.
        shadow: Soft shadows on the skin.
        reflection: Surroundings reflected by frames and lenses; without, only their mean colour.
        match_sharpness: Soften the overlay to the frame's own sharpness and give it the frame's noise.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    supersample: Literal[1, 2, 3] = 2
    msaa: Literal[0, 2, 4, 8] = 0
    shadow: bool = True
    reflection: bool = True
    match_sharpness: bool = True
