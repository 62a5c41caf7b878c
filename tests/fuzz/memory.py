"""Peak memory of this process."""

import re
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"  # see proc(5)


class PeakMemory:
    """The highest resident memory since the last reset, less what was in use then."""

    def __init__(self) -> None:
        self.reset()

    @property
    def added_bytes(self) -> int:
        """How much more than at the last reset was in use, at most."""
        return _kilobytes("VmHWM") * 1024 - self._base

    def reset(self) -> None:
        """Measure from here on."""
        _CLEAR.write_text(_RESET_PEAK)
        self._base = _kilobytes("VmRSS") * 1024


def _kilobytes(name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])
