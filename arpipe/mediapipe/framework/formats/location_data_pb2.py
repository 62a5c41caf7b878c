"""Places in a picture: a box, key points or a mask."""

from arpipe.mediapipe.framework.formats.schema import message_class

LocationData = message_class("LocationData", __name__)
