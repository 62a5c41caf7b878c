"""Sound as it arrives."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from arpipe.closing import Closing

Samples = npt.NDArray[np.int16]
"""(n, channels) int16."""


@dataclass(frozen=True, slots=True, eq=False)
class SoundChunk:
    """A piece of sound.

    Attributes:
        samples: (n, channels) int16.
        captured_s: When the first sample was captured, on the clock of the frames.
    """

    samples: Samples
    captured_s: float


class Sound(Closing):
    """A source of sound with a single listener; whoever opens it closes it.

    Attributes:
        name: For messages.
        rate_hz: Samples per second.
        channels: 1 or 2.
    """

    name: str
    rate_hz: int
    channels: int

    @abstractmethod
    def take(self) -> list[SoundChunk]:
        """Return what has arrived since the last call, oldest first; never waits."""

    @abstractmethod
    def close(self) -> None:
        """Stop listening; may be called twice."""


OpenSound = Callable[[], Sound | None]
"""Opens the sound of a recording when it begins; None for a recording without sound."""
