"""Video files, read and written with PyAV, and single encoded pictures for streams."""

from arpipe.io.video.reader import VideoFile, VideoFileConfig, VideoTraits

__all__ = ["VideoFile", "VideoFileConfig", "VideoTraits"]
