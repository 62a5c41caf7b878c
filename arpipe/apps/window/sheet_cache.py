"""Keeps panels until their contents change."""

from collections.abc import Callable, Hashable

from arpipe.apps.window.canvas import Panel
from arpipe.apps.window.placement import Sheet


class SheetCache:
    """The latest panel of each name, drawn again only when its contents change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Hashable, Sheet]] = {}

    def sheet(self, name: str, key: Hashable, draw: Callable[[], Sheet]) -> Sheet:
        """Return a panel that can be clicked; `key` stands for its contents."""
        known = self._known.get(name)
        if known is None or known[0] != key:
            known = self._known[name] = (key, draw())
        return known[1]

    def panel(self, name: str, key: Hashable, draw: Callable[[], Panel]) -> Panel:
        """Return a panel that only reports; `key` stands for its contents."""
        return self.sheet(name, key, lambda: Sheet(draw())).panel
