"""The networks for hands."""

from arpipe.inference.runtime import Runtime
from arpipe.models.hands import HandMesh, HandObservation
from arpipe.models.palm_detector import HandVariant, PalmDetector, hand_roi
from arpipe.tracking.networks import Networks


def hand_networks(runtime: Runtime, variant: HandVariant, min_detection: float) -> Networks[HandObservation]:
    """Load the palm detector and the landmark network.

    Args:
        runtime: Owns the networks.
        variant: Of both.
        min_detection: Score that a detection needs.
    """
    return Networks(PalmDetector(variant, runtime, min_detection), hand_roi, HandMesh(variant, runtime))
