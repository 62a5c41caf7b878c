"""Rotated rectangles, in pixels or in the picture's sizes."""

from arpipe.mediapipe.framework.formats.schema import message_class

Rect = message_class("Rect", __name__)
NormalizedRect = message_class("NormalizedRect", __name__)
