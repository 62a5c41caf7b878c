"""Pictures as their sources store them, which become RGB where somebody looks at them."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from arpipe.types.pixels import Block, Part, Pixels


class StoredPicture(ABC):
    """The picture of a frame, in RGB or in a format of its source's; threads may share it."""

    __slots__ = ()

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int, int]:
        """(h, w, 3) of its pixels."""

    @property
    @abstractmethod
    def has_pixels(self) -> bool:
        """Whether all of them exist, so that nothing is converted for `pixels`."""

    @abstractmethod
    def pixels(self) -> Pixels:
        """Return all pixels, (h, w, 3) uint8 RGB, C-contiguous; the same array for every call."""

    @abstractmethod
    def block(self, part: Part) -> Block:
        """Return pixels that include a part, the same as in `pixels`; those of the whole picture if it has them."""

    @abstractmethod
    def sampled(self, step: int) -> Pixels:
        """Return every `step`-th pixel of every `step`-th row, as in `pixels`."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredRgb(StoredPicture):
    """A picture that is stored as RGB.

    Attributes:
        rgb: (h, w, 3) uint8 RGB, C-contiguous in a frame.
    """

    rgb: Pixels

    @property
    def shape(self) -> tuple[int, int, int]:  # noqa: D102
        height, width, _ = self.rgb.shape
        return height, width, 3

    @property
    def has_pixels(self) -> bool:  # noqa: D102
        return True

    def pixels(self) -> Pixels:  # noqa: D102
        return self.rgb

    def block(self, part: Part) -> Block:  # noqa: ARG002, D102 - the whole picture includes any
        return Block(self.rgb)

    def sampled(self, step: int) -> Pixels:  # noqa: D102
        return self.rgb[::step, ::step]
