"""`arpipe live`: a camera with effects, newest frame first, at a rate that holds.

`capture` opens the source and plays it, `session` joins capture, perception and drawing, `outlets` takes pictures
elsewhere, `trouble` says why a camera fails, `run` is the whole.
"""

from arpipe.apps.live.run import live
from arpipe.apps.live.session import LiveReport

__all__ = ["LiveReport", "live"]
