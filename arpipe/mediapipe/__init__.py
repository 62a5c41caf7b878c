"""A drop-in for the Python API of MediaPipe 0.10.21: `import arpipe.mediapipe as mp`.

It holds `mp.solutions`, which MediaPipe removed, and `mp.tasks.vision` as far as arpipe's networks reach. Everything
here adapts arpipe to other names; nothing is computed here. Parts are imported when they are first used.
"""

import importlib

__version__ = "0.10.21"
"""The version of MediaPipe whose API this is."""

_PARTS = {
    "solutions": "arpipe.mediapipe.solutions",
    "tasks": "arpipe.mediapipe.tasks",
    "framework": "arpipe.mediapipe.framework",
    "python": "arpipe.mediapipe.python",
}
_NAMES = {
    "Image": "arpipe.mediapipe.image",
    "ImageFormat": "arpipe.mediapipe.image",
    "ImageFrame": "arpipe.mediapipe.image",
}


def __getattr__(name: str) -> object:
    if name in _PARTS:
        return importlib.import_module(_PARTS[name])
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PARTS, *_NAMES])
