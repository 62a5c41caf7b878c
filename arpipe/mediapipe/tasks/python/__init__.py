"""The address under which MediaPipe keeps its tasks: `mediapipe.tasks.python.vision` is `tasks.vision`."""

from arpipe.mediapipe.aliases import publish
from arpipe.mediapipe.tasks import components, core, vision
from arpipe.mediapipe.tasks.core.base_options import BaseOptions

for _part in (components, core, vision):
    publish(_part, f"{__name__}.{_part.__name__.rpartition('.')[2]}")

__all__ = ["BaseOptions", "components", "core", "vision"]
