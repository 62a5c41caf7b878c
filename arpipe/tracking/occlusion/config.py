"""Settings of the occlusion mattes."""

from typing import Literal

from arpipe.models.palm_detector import HandVariant
from arpipe.tracking.settings import ModeConfig

PartNetwork = Literal["auto", "none", "multiclass"]
"""Which network tells the parts of people; "auto" is the one whose file has been added, if any."""


class OcclusionConfig(ModeConfig):
    """What may stand before faces; see `ModeConfig` for the mode.

    Attributes:
        use: "auto" looks for it while an effect such as glasses asks for it; "off" never does.
        hands: Also look for hands near faces, where hands are not tracked anyway.
        hand_networks: Networks for that: "lite", or "full", which is more accurate and slower.
        network: A network that tells hair, skin and clothes: "multiclass" is MediaPipe's selfie segmenter, whose file
            `arpipe weights add` takes; "auto" uses it where it was added; "none" goes by colours alone.
    """

    use: Literal["auto", "off"] = "auto"
    hands: bool = True
    hand_networks: HandVariant = "lite"
    network: PartNetwork = "auto"
