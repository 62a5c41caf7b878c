"""Follows a signal and maps it to the value of a parameter."""

from arpipe.controls.condition import number_signal
from arpipe.controls.config import DriveConfig
from arpipe.controls.signals import Moment
from arpipe.controls.trigger import FrameIntervals, TimeAverage

STEPS = 256  # in which a parameter is changed, so that a still face changes nothing


class Drive:
    """Follows a signal.

    Args:
        config: Signal and ranges.

    Attributes:
        value: The parameter's latest value, at first that of the signal's resting end, `to[0]`.
    """

    def __init__(self, config: DriveConfig) -> None:
        self.value = config.to[0]
        self._config = config
        self._signal = number_signal(config.by)
        self._intervals, self._average = FrameIntervals(), TimeAverage(config.smooth_s)

    def update(self, moment: Moment) -> float:
        """Take a frame into account; returns the value, the last one while the signal is unknown."""
        interval_s = self._intervals.until(moment.result.frame.captured_s)
        if interval_s is None:
            self._average.clear()
            self.value, interval_s = self._config.to[0], 0.0
        reading = self._signal.value(moment)
        if reading is not None:
            self.value = self._mapped(self._average.add(reading, interval_s))
        return self.value

    def _mapped(self, reading: float) -> float:
        (low, high), (first, last) = self._config.ends, self._config.to
        share = min(max((reading - low) / (high - low), 0.0), 1.0)
        return first + (last - first) * round(share * STEPS) / STEPS
