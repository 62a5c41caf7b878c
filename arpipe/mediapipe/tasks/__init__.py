"""`mp.tasks`: the vision tasks that arpipe's networks reach."""

import importlib

_PARTS = ("components", "core", "python", "vision")


def __getattr__(name: str) -> object:
    if name in _PARTS:
        return importlib.import_module(f"{__name__}.{name}")
    if name == "BaseOptions":
        return importlib.import_module(f"{__name__}.core.base_options").BaseOptions
    if name in ("audio", "genai", "text"):
        raise AttributeError(f"arpipe has no networks for mp.tasks.{name}; it needs mediapipe itself")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PARTS, "BaseOptions"])
