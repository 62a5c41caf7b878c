"""How a task gets its images."""

import enum


class VisionTaskRunningMode(enum.Enum):
    """Single images, the frames of a video, or a live stream whose results come by a callback."""

    IMAGE = "IMAGE"
    VIDEO = "VIDEO"
    LIVE_STREAM = "LIVE_STREAM"
