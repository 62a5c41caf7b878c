"""Settings of the gestures."""

from arpipe.tracking.labels import SteadyLabelConfig


class GestureConfig(SteadyLabelConfig):
    """How gestures are recognised; photos have the gesture with the highest score.

    The network answers with one of seven gestures for many hands that make none, so a label needs a high mean score.
    """
