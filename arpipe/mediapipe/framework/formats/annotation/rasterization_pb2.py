"""A region as runs of pixels."""

from arpipe.mediapipe.framework.formats.schema import message_class

Rasterization = message_class("Rasterization", __name__)
