"""Command-line options that set keys of the configuration, each declared in one line of a table."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from arpipe.config import RunConfig

Values = Mapping[str, object]
"""Configuration key → value."""
Command = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Setting:
    """An option that sets a key of the configuration, unless it is omitted.

    Attributes:
        key: The key, or "" if `expand` returns the keys.
        type: Type of the value.
        flags: Spellings of the option, such as "--source" and "-s", or "--window/--no-window".
        help: Help text.
        metavar: Placeholder of the value in the help text.
        expand: Returns keys and values for the value of the option.
        complete: Returns values that begin with what was typed, for shell completion.
    """

    key: str
    type: Any
    flags: tuple[str, ...]
    help: str
    metavar: str | None = None
    expand: Callable[[Any], Values] | None = None
    complete: Callable[[str], list[str]] | None = None

    @property
    def name(self) -> str:
        """Name of the option's parameter."""
        return self.flags[0].partition("/")[0].removeprefix("--").replace("-", "_")

    @property
    def option(self) -> Any:
        """The option as the default of a parameter."""
        return typer.Option(
            None, *self.flags, metavar=self.metavar, help=self.help, autocompletion=self.complete
        )

    @property
    def parameter(self) -> inspect.Parameter:
        """Parameter of a command that has this option."""
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=self.option, annotation=self.type | None
        )

    def values(self, value: Any) -> Values:
        """Return the keys that a value of the option sets."""
        return {self.key: value} if self.expand is None else self.expand(value)


def setting(key: str, kind: Any, *flags: str, help: str, metavar: str | None = None) -> Setting:  # noqa: A002
    """Declare an option that sets a key; see `Setting`."""
    return Setting(key, kind, flags, help, metavar)


def complete_effect(incomplete: str) -> list[str]:
    """Return the names of packs and kinds that begin with what was typed."""
    from arpipe.effects.kinds import kinds
    from arpipe.effects.search import find_packs

    return [name for name in (*find_packs(), *kinds()) if name.startswith(incomplete)]


def _subjects(track: str) -> Values:
    return {"perception.track": [name.strip() for name in track.split(",")]}


CONTROLS = setting(
    "",
    str,
    "--controls",
    metavar="FILE",
    help="TOML file of controls: actions that face, hands and body trigger.",
)
CONFIG = setting(
    "", str, "--config", "-c", metavar="FILE", help="TOML file, or a bundled name such as glasses."
)
SET = setting(
    "", list[str], "--set", metavar="KEY=VALUE", help="Set one key, such as camera.fov_deg=60. Repeatable."
)
EFFECT = Setting(
    "effects",
    list[str],
    ("--effect", "-e"),
    "Pack, folder, or kind with parameters: 'lipstick(color=#a3123a)'. Repeatable.",
    "EFFECT",
    complete=complete_effect,
)
TRACK = Setting(
    "",
    str,
    ("--track",),
    "Subjects to track: face, expressions, body, hands, gestures, or several: 'face,body'. Default: as effects need.",
    "SUBJECTS",
    _subjects,
)
MAX_FACES = setting(
    "perception.face.max_faces", int, "--max-faces", metavar="N", help="Maximum number of faces to track."
)
OCCLUSION = (
    setting(
        "perception.occlusion.use",
        str,
        "--occlusion",
        metavar="auto|off",
        help="Whether hair, hands and brims hide glasses and makeup.",
    ),
    setting(
        "perception.occlusion.network",
        str,
        "--occlusion-network",
        metavar="auto|none|multiclass",
        help="Network that segments hair, skin and clothes, if its file was added; see docs/occlusion.md.",
    ),
)
CAMERA = (
    setting(
        "camera.fov_deg",
        float,
        "--fov",
        metavar="DEG",
        help="Vertical field of view of the camera, degrees.",
    ),
    setting(
        "camera.file",
        Path,
        "--camera",
        metavar="JSON",
        help="Intrinsics from `arpipe calibrate`, instead of --fov.",
    ),
)
RENDERER = setting(
    "render.renderer",
    str,
    "--renderer",
    metavar="auto|opengl|cpu",
    help="Renderer; auto draws without OpenGL if there is no GPU.",
)
NETWORKS = (
    setting(
        "perception.session.provider",
        str,
        "--provider",
        metavar="NAME",
        help="Execution provider: auto, cpu, cuda, tensorrt, openvino, coreml, directml, webgpu …",
    ),
    setting(
        "perception.session.intra_op_threads",
        int,
        "--threads",
        metavar="N",
        help="CPU threads per network.",
    ),
)


def with_settings(*settings: Setting, default: str | None = None) -> Callable[[Command], Command]:
    """Add an option for each setting, `--config` and `--set` to a command.

    The command takes `load`, which returns the configuration that the command line asks for; flags take precedence
    over `--set`, and later settings over earlier ones. If it has a parameter of the name of an option, it takes its
    value, too.

    Args:
        settings: The settings, in the order of the help text.
        default: Name of the configuration used without `--config`; None for the general default.
    """

    def decorate(command: Command) -> Command:
        taken = inspect.signature(command).parameters

        def run(**given: Any) -> None:
            given[CONFIG.name] = given[CONFIG.name] or default

            def load() -> "RunConfig":
                from arpipe.config import load_config

                return load_config(
                    given[CONFIG.name],
                    given[SET.name] or (),
                    _flags(settings, given),
                    controls=given.get(CONTROLS.name),
                )

            command(load=load, **{name: value for name, value in given.items() if name in taken})

        parameters = _parameters(settings, taken)
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        setattr(run, "__signature__", inspect.Signature(parameters))  # noqa: B010 - unknown to type checkers
        return run

    return decorate


def _parameters(
    settings: tuple[Setting, ...], taken: Mapping[str, inspect.Parameter]
) -> list[inspect.Parameter]:
    """Return the parameters for typer: the settings, then the command's own, then `--config` and `--set`."""
    added = {"load", *(option.name for option in (*settings, CONFIG, SET))}
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for name, parameter in taken.items()
        if name not in added
    ]
    return [*(option.parameter for option in settings), *own, CONFIG.parameter, SET.parameter]


def _flags(settings: tuple[Setting, ...], given: Mapping[str, Any]) -> dict[str, tuple[str, object]]:
    """Map the flags that were given to configuration keys and values, as `load_config` expects them."""
    flags: dict[str, tuple[str, object]] = {}
    for each in settings:
        value = given[each.name]
        if each is CONTROLS or value is None or value == []:
            continue
        values = each.values(value)
        for key, part in values.items():
            flag = each.flags[0].partition("/")[0]
            flags[flag if len(values) == 1 else f"{flag} ({key.rpartition('.')[2]})"] = (key, part)
    return flags
