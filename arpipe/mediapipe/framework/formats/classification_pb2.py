"""Labels with scores."""

from arpipe.mediapipe.framework.formats.schema import message_class

Classification = message_class("Classification", __name__)
ClassificationList = message_class("ClassificationList", __name__)
ClassificationListCollection = message_class("ClassificationListCollection", __name__)
