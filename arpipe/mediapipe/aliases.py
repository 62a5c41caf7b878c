"""Second names of modules: MediaPipe publishes some under two."""

import importlib
import pkgutil
import sys
from types import ModuleType


def publish(package: ModuleType, name: str) -> None:
    """Make a package and all its modules importable under another name, as the same objects.

    Args:
        package: It, and everything in it, is imported now.
        name: The other full name.
    """
    sys.modules[name] = package
    prefix = f"{package.__name__}."
    for found in pkgutil.walk_packages(package.__path__, prefix):
        alias = f"{name}.{found.name.removeprefix(prefix)}"
        sys.modules[alias] = importlib.import_module(found.name)
