"""What tasks answer with, and how."""

from arpipe.mediapipe.tasks.components import containers, processors

__all__ = ["containers", "processors"]
