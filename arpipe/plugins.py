"""Extensions that installed packages add to arpipe's tables.

A package names what it adds as an entry point in its `pyproject.toml`, in the form that the tables themselves use:

```toml
[project.entry-points."arpipe.effects"]
sparkle = "arpipe_sparkle.effect:Sparkle"
```

Nothing is imported until it is used. A name belongs to one provider: two packages that claim the same one, or a
package that claims a built-in name, are an error and not a matter of order.
"""

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Literal, TypeVar

from arpipe.errors import ArpipeError, PluginError

Group = Literal["arpipe.effects", "arpipe.packs", "arpipe.sources", "arpipe.sinks"]

BUILT_IN = "arpipe"

Base = TypeVar("Base")


@dataclass(frozen=True, slots=True)
class Extension:
    """A named entry of a table, not imported yet.

    Attributes:
        group: Table that the entry belongs to.
        name: Name that users write.
        reference: "module:attribute", or "module" alone.
        provider: Distribution and version that bring it, or `BUILT_IN`.
    """

    group: Group
    name: str
    reference: str
    provider: str

    def load(self) -> object:
        """Import the module or attribute that `reference` names.

        Raises:
            PluginError: The import fails; the message names the distribution.
            ArpipeError: Raised by the module itself, such as `MissingExtra`.
        """
        module, _, attribute = self.reference.partition(":")
        try:
            loaded: object = importlib.import_module(module)
            for part in filter(None, attribute.split(".")):
                loaded = getattr(loaded, part)
        except ArpipeError:
            raise
        except Exception as error:  # importing runs the package's own code, which may raise anything
            raise PluginError(
                f"{self} cannot be loaded ({type(error).__name__}: {error}); update or uninstall {self.provider}"
            ) from error
        return loaded

    def load_class(self, base: type[Base]) -> type[Base]:
        """Import a class.

        Args:
            base: Class that it must derive from.

        Raises:
            PluginError: As `load`, or `reference` names something other than a subclass of `base`.
        """
        loaded = self.load()
        if isinstance(loaded, type) and issubclass(loaded, base):
            return loaded
        raise PluginError(
            f"{self} must be a subclass of {base.__module__}.{base.__qualname__}, got {loaded!r}; "
            f"update or uninstall {self.provider}"
        )

    def __str__(self) -> str:
        return f"{self.name!r} ({self.group}: {self.reference}) from {self.provider}"


def extensions(group: Group, built_in: Mapping[str, str]) -> dict[str, Extension]:
    """List a table's entries by name: the built-in ones, then those of installed packages.

    Args:
        group: Entry-point group.
        built_in: Name → "module:attribute" of arpipe's own entries; may be empty.

    Raises:
        PluginError: Two providers claim one name; the message names both.
    """
    own = (Extension(group, name, reference, BUILT_IN) for name, reference in built_in.items())
    return _by_name([*own, *_installed(group)])


@lru_cache
def _installed(group: Group) -> tuple[Extension, ...]:
    """Entry points of a group, by name; read once per process, as installed packages do not change under it."""
    return tuple(
        Extension(group, point.name, point.value, _provider(point))
        for point in sorted(entry_points(group=group), key=lambda point: point.name)
    )


def _provider(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "an unnamed distribution"


def _by_name(entries: Iterable[Extension]) -> dict[str, Extension]:
    table: dict[str, Extension] = {}
    for entry in entries:
        known = table.setdefault(entry.name, entry)
        if known is not entry:
            raise PluginError(
                f"{entry.group}: {entry.name!r} is claimed by {known.provider} ({known.reference}) "
                f"and by {entry.provider} ({entry.reference}); uninstall one of the packages"
            )
    return table
