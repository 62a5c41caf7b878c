"""What all renderers have in common: the passes, and a region that is being drawn."""

from enum import IntEnum
from typing import Protocol

from arpipe.render.config import RenderConfig
from arpipe.render.view import Region, View


class Phase(IntEnum):
    """How a region is drawn.

    Attributes:
        SKIN: One sample per pixel, no depth; for smooth changes of the picture, such as makeup.
        SHADE: No depth, and one sample for several pixels of a large face; for soft shadows. They darken the picture,
            but not the solid geometry in front of it.
        SOLID: Supersampled or multisampled, with depth; for geometry with edges.
    """

    SKIN = 0
    SHADE = 1
    SOLID = 2


class BaseCanvas(Protocol):
    """A region of the frame that is being drawn.

    Attributes:
        phase: Pass being drawn.
        region: Region of the frame.
        view: Camera of the region.
        config: Drawing quality in force.
        samples: Columns and rows of samples over the region.
    """

    phase: Phase
    region: Region
    view: View
    config: RenderConfig
    samples: tuple[int, int]
