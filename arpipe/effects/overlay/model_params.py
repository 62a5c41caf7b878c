"""What the effects that show a network's answers have in common."""

from pydantic import Field

from arpipe.effects.params import EffectParams, ModelName
from arpipe.geometry.transforms import Array
from arpipe.needs import MODEL_PREFIX, AnyNeed, ModelNeed
from arpipe.types import Frame

LONGEST_GAP_S = 1.0  # between two frames that belong together


class ModelParams(EffectParams):
    """Parameters of an effect that shows what a network answers.

    Attributes:
        model: The network: a name such as "efficientnet-lite0", or the file of one.
        smooth_s: Time over which answers are averaged, seconds, so that they do not flicker; 0 shows every answer.
    """

    model: ModelName = "efficientnet-lite0"
    smooth_s: float = Field(default=0.3, ge=0, le=10)

    @property
    def needs(self) -> frozenset[AnyNeed]:
        """The network."""
        return frozenset({ModelNeed(MODEL_PREFIX + self.model)})


class Smoother:
    """Averages values over time, the last ones most; a photo, or a jump in time, begins anew.

    Args:
        smooth_s: Seconds after which a change is followed by 63 %; 0 for no smoothing.
    """

    def __init__(self, smooth_s: float) -> None:
        self._smooth_s = smooth_s
        self._value: Array | None = None
        self._time_s = 0.0

    def smooth(self, value: Array, frame: Frame) -> Array:
        """Return the average up to a frame."""
        step_s, self._time_s = frame.captured_s - self._time_s, frame.captured_s
        last = self._value
        if (
            last is None
            or self._smooth_s == 0
            or last.shape != value.shape
            or not 0 <= step_s <= LONGEST_GAP_S
        ):
            self._value = value
        else:
            self._value = last + (value - last) * min(step_s / self._smooth_s, 1.0)
        return self._value
