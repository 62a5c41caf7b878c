"""`arpipe profile`: where every millisecond of a frame goes.

`measure` runs frames one after the other, `realtime` the live loop; both fill a `record`, which becomes a `report`,
the JSON file. `clip` has the frames, `machine` says where, `trace`, `page` and `tables` show it, `compare` judges two
reports, `sweep` shows how cost grows.
"""

from arpipe.apps.profile.measure import profile
from arpipe.apps.profile.report import ProfileReport

__all__ = ["ProfileReport", "profile"]
