"""`arpipe profile`: where every millisecond of a frame goes.

`measure` runs frames and keeps what they took, `report` condenses it and is the JSON file, `machine` says where,
`trace` and `page` show it, `compare` judges two reports, `sweep` shows how cost grows.
"""

from arpipe.apps.profile.measure import profile
from arpipe.apps.profile.report import Report

__all__ = ["Report", "profile"]
