"""Follows a signal and maps it to the value of a parameter."""

from math import inf
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from arpipe.controls.condition import number_signal
from arpipe.controls.signals import ConditionInput
from arpipe.controls.trigger import FrameIntervals, TimeAverage
from arpipe.needs import Need

STEPS = 256  # in which a parameter is changed, so that a still face changes nothing


class SignalRange(BaseModel):
    """A signal, and the values of a parameter that it stands for.

    Attributes:
        by: The signal, such as "expression.jawOpen".
        source: Values of the signal at the ends of `to`, written `from`; the signal's whole range by default.
        to: Values of the parameter, which stops at them.
        smooth_s: Time over which the signal is averaged, s; 0 for none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    by: str
    source: tuple[float, float] | None = Field(default=None, alias="from")
    to: tuple[float, float] = (0.0, 1.0)
    smooth_s: float = Field(default=0.1, ge=0, le=10)

    @field_validator("by")
    @classmethod
    def _check_signal(cls, name: str) -> str:
        number_signal(name)
        return name

    @model_validator(mode="after")
    def _check_range(self) -> Self:
        low, high = self.ends
        if low == high:
            raise ValueError(f"from: expected two different values of {self.by}, got {low:g} twice")
        if inf in (high, -low):
            raise ValueError(f"from: is missing; {self.by} has no largest value")
        return self

    @property
    def ends(self) -> tuple[float, float]:
        """Values of the signal at the ends of `to`."""
        signal = number_signal(self.by)
        return (signal.low, signal.high) if self.source is None else self.source

    @property
    def needs(self) -> frozenset[Need]:
        """What perception must detect for the signal."""
        return number_signal(self.by).needs


STEPS = 256  # in which a parameter is changed, so that a still face changes nothing


class Drive:
    """Follows a signal.

    Args:
        config: Signal and ranges.

    Attributes:
        value: The parameter's latest value, at first that of the signal's resting end, `to[0]`.
    """

    def __init__(self, config: SignalRange) -> None:
        self.value = config.to[0]
        self._config = config
        self._signal = number_signal(config.by)
        self._intervals, self._average = FrameIntervals(), TimeAverage(config.smooth_s)

    def update(self, moment: ConditionInput) -> float:
        """Take a frame into account; returns the value, the last one while the signal is unknown."""
        time_s = moment.result.frame.captured_s
        if moment.result.begins_stream or self._intervals.goes_back(time_s):
            self._intervals.clear()
            self._average.clear()
            self.value = self._config.to[0]
        interval_s = self._intervals.until(time_s)
        reading = self._signal.value(moment)
        if reading is not None:
            self.value = self._mapped(self._average.add(reading, interval_s))
        return self.value

    def _mapped(self, reading: float) -> float:
        (low, high), (first, last) = self._config.ends, self._config.to
        share = min(max((reading - low) / (high - low), 0.0), 1.0)
        return first + (last - first) * round(share * STEPS) / STEPS
