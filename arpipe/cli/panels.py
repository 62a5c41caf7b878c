"""Help texts of commands with many options: the options in titled panels."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from typer.models import OptionInfo

Command = Callable[..., None]

TRACKING = ("effect", "track", "max_faces", "occlusion", "occlusion_network", "fov", "camera")
"""Options of the panel "Effects and tracking"."""
CONFIGURATION = ("config", "set")
"""Options of the panel "Configuration"."""


def in_panels(panels: Mapping[str, Sequence[str]]) -> Callable[[Command], Command]:
    """Show the options of a command in panels of its help text.

    Args:
        panels: Title of each panel → names of the parameters of its options, in order. Other parameters come first.
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command)
        listed: dict[str, inspect.Parameter] = {}
        for title, names in panels.items():
            for name in names:
                listed[name] = signature.parameters[name]
                _option(listed[name]).rich_help_panel = title
        others = [each for name, each in signature.parameters.items() if name not in listed]
        # Typer reads the options from the signature.
        setattr(command, "__signature__", inspect.Signature([*others, *listed.values()]))  # noqa: B010
        return command

    return decorate


def _option(parameter: inspect.Parameter) -> OptionInfo:
    """Return the option that a parameter has as its default or in its annotation."""
    places: tuple[Any, ...] = (parameter.default, *get_args(parameter.annotation))
    return next(each for each in places if isinstance(each, OptionInfo))
