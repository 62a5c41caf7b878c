"""Drawing quality, which may change between frames."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RenderConfig(BaseModel):
    """What draws, and how well.

    Attributes:
        renderer: "opengl", or "cpu", which draws without OpenGL all effects but those of some plug-ins.
            "auto" draws with OpenGL unless that would be computed by the CPU, and the CPU renderer can draw all
            active effects.
        supersample: Samples per pixel along each axis for solid geometry; small regions get more unless it is 1.
        max_samples: Upper limit of samples per region in a stream; larger regions get a smaller `supersample`. The
            limit does not apply to the first frame, and therefore not to photos.
        msaa: Additional hardware samples per pixel for solid geometry; 0 for none. Cheap on a GPU, expensive on a CPU.
        shadow: Draw soft shadows on the skin.
        reflection: Reflect the surroundings in frames and lenses; if False, only their mean colour.
        match_sharpness: Give the overlay the sharpness and the noise of the frame.
        threads: Threads of the CPU renderer, of which never more run than the machine has processors; the picture does
            not depend on them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    renderer: Literal["auto", "opengl", "cpu"] = "auto"
    supersample: Literal[1, 2, 3] = 2
    max_samples: int = Field(default=420_000, gt=0)
    msaa: Literal[0, 2, 4, 8] = 0
    shadow: bool = True
    reflection: bool = True
    match_sharpness: bool = True
    threads: int = Field(default=2, ge=1, le=64)
