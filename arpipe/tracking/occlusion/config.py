"""Settings of the occlusion mattes."""

from typing import Literal

from arpipe.models.palm_detector import HandVariant
from arpipe.tracking.settings import ModeConfig


class OcclusionConfig(ModeConfig):
    """What may stand before faces; see `ModeConfig` for the mode.

    Attributes:
        use: "auto" looks for it while an effect such as glasses asks for it; "off" never does.
        hands: Also look for hands near faces, where hands are not tracked anyway.
        hand_networks: Networks for that: "lite", or "full", which is more accurate and slower.
    """

    use: Literal["auto", "off"] = "auto"
    hands: bool = True
    hand_networks: HandVariant = "lite"
