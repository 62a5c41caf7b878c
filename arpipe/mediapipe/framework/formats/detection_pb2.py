"""Detections: what was found, how surely, and where."""

from arpipe.mediapipe.framework.formats.schema import message_class

Detection = message_class("Detection", __name__)
DetectionList = message_class("DetectionList", __name__)
