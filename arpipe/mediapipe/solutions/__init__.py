"""`mp.solutions`: face mesh, face detection, hands, pose, holistic, selfie segmentation and their drawings."""

import importlib

_MODULES = (
    "drawing_styles",
    "drawing_utils",
    "face_detection",
    "face_mesh",
    "face_mesh_connections",
    "hands",
    "hands_connections",
    "holistic",
    "pose",
    "pose_connections",
    "selfie_segmentation",
)


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "objectron":
        raise AttributeError(
            "arpipe has no networks for mp.solutions.objectron; it needs mediapipe 0.10.21 itself"
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_MODULES])
