"""How tasks process what networks answer."""

from arpipe.mediapipe.tasks.components.processors.classifier_options import ClassifierOptions

__all__ = ["ClassifierOptions"]
