"""Landmarks: in the picture's sizes (normalised) or in metres."""

from arpipe.mediapipe.framework.formats.schema import message_class

Landmark = message_class("Landmark", __name__)
LandmarkList = message_class("LandmarkList", __name__)
LandmarkListCollection = message_class("LandmarkListCollection", __name__)
NormalizedLandmark = message_class("NormalizedLandmark", __name__)
NormalizedLandmarkList = message_class("NormalizedLandmarkList", __name__)
NormalizedLandmarkListCollection = message_class("NormalizedLandmarkListCollection", __name__)
