"""Settings of the person mask."""

from arpipe.tracking.settings import ModeConfig


class MaskTrackerConfig(ModeConfig):
    """How people are segmented; see `ModeConfig` for the mode.

    Attributes:
        zoom: Segment only a part of the frame while people fill little of it, and in photos each person; else always
            the whole frame, as MediaPipe does.
    """

    zoom: bool = True
