"""Video files, read and written with PyAV, and single encoded pictures for streams."""

from arpipe.io.video.reader import VideoFile, VideoFileConfig

__all__ = ["VideoFile", "VideoFileConfig"]
