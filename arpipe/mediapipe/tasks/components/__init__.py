"""What tasks answer with."""

from arpipe.mediapipe.tasks.components import containers

__all__ = ["containers"]
