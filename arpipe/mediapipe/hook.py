"""Lets an unchanged program import `mediapipe` and get `arpipe.mediapipe`, in one process."""

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

ALIAS = "mediapipe"
REAL = "arpipe.mediapipe"


def install() -> None:
    """Answer imports of `mediapipe` from now on.

    Raises:
        ImportError: The process has already imported another `mediapipe`.
    """
    if ALIAS in sys.modules:
        raise ImportError(f"{ALIAS} is imported already; install the drop-in first")
    sys.meta_path.insert(0, _AliasFinder())


class _AliasFinder(MetaPathFinder):
    """Finds `mediapipe.x` as `arpipe.mediapipe.x`, and nothing where arpipe has no such module."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if fullname != ALIAS and not fullname.startswith(f"{ALIAS}."):
            return None
        real = REAL + fullname.removeprefix(ALIAS)
        if importlib.util.find_spec(real) is None:
            raise ModuleNotFoundError(
                f"No module named {fullname!r}: the drop-in for MediaPipe has no {real}", name=fullname
            )
        return ModuleSpec(fullname, _AliasLoader(real))


class _AliasLoader(Loader):
    """Loads a module by handing out another one."""

    def __init__(self, real: str) -> None:
        self._real = real
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002
        module = importlib.import_module(self._real)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # the import system put the alias's in its place
