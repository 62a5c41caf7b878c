"""`arpipe profile`: the time of every stage of a frame.

`measure` processes frames one after the other, `realtime` runs the live loop; both fill a `record`, which becomes a
`report`, the JSON file. `clip` provides the frames, `machine` describes the computer; `trace`, `page` and `tables`
present the results, `compare` compares two reports, and `sweep` measures how cost scales.
"""

from arpipe.apps.profile.measure import profile
from arpipe.apps.profile.report import ProfileReport

__all__ = ["ProfileReport", "profile"]
