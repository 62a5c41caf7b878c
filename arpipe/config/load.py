"""Loads the configuration of a run from files, the environment and flags."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from arpipe.assets import config_names, config_path
from arpipe.config.run import ControlsFile, RunConfig
from arpipe.errors import ConfigError
from arpipe.folders import expanded
from arpipe.io.files import is_file, shown
from arpipe.io.toml_tables import Table, parse_value, read_toml, to_toml
from arpipe.io.validation import check

ENVIRONMENT_PREFIX = "ARPIPE_"
# Between levels; variables without it, such as ARPIPE_HOME, are not part of the configuration.
LEVEL_MARK = "__"


def load_config(
    source: str | Path | None = None,
    settings: Sequence[str] = (),
    flags: Mapping[str, tuple[str, object]] | None = None,
    environ: Mapping[str, str] = os.environ,
    controls: str | Path | None = None,
) -> RunConfig:
    """Load a configuration.

    Args:
        source: TOML file or name of a bundled configuration; None for `default`.
        settings: Settings `a.b=value` in TOML syntax.
        flags: Command-line flag → dotted key and value.
        environ: Environment variables.
        controls: TOML file with `[[controls]]`, which replace those of the configuration; None for none.

    Raises:
        ConfigError: A key is unknown, a file is missing, or a value is out of range.
    """
    path = config_file(source)
    table: Table = {}
    config = RunConfig()
    layers = [
        (str(path), read_toml(path)),
        *_from_controls(controls),
        *_from_environment(environ),
        *_from_settings(settings),
    ]
    layers.extend((flag, _table(key, value)) for flag, (key, value) in (flags or {}).items())
    for origin, layer in layers:
        table = _merged(table, layer)
        config = check(RunConfig, table, origin)
    return config


def as_toml(config: RunConfig, *, resolved: bool) -> str:
    """Return a configuration as TOML: all values if resolved, otherwise those that differ from the defaults."""
    return to_toml(config.model_dump(mode="json", by_alias=True, exclude_defaults=not resolved))


def config_file(source: str | Path | None) -> Path:
    """The file of a configuration: a TOML file, the name of one that comes with arpipe, or None for `default`.

    Raises:
        ConfigError: There is no such file or name.
    """
    if source is None:
        return config_path("default")
    text = str(source)
    if isinstance(source, Path) or text.endswith(".toml") or os.sep in text or "/" in text:
        path = expanded(source)
        if is_file(path):
            return path
        if len(path.parts) > 1 or path.stem not in config_names():
            bundled = ", ".join(config_names())
            raise ConfigError(f"there is no configuration file {shown(path)}; arpipe comes with: {bundled}")
    return config_path(text)


def _from_controls(file: str | Path | None) -> Iterator[tuple[str, Table]]:
    """Yield the table of a file with controls; the files that it names are relative to its folder."""
    if file is None:
        return
    path = expanded(file)
    table = read_toml(path)
    check(ControlsFile, table, str(path))
    _anchor(table, "recognizer", path.parent)
    for control in table.get("controls", ()):
        _anchor(control, "sound", path.parent)
    yield str(path), table


def _anchor(table: Table, key: str, folder: Path) -> None:
    """Make a path in a table relative to a folder, if it is there."""
    if key in table:
        table[key] = str(folder / table[key])


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Table]]:
    for name, value in sorted(environ.items()):
        if name.startswith(ENVIRONMENT_PREFIX) and LEVEL_MARK in name:
            keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split(LEVEL_MARK)
            yield f"environment variable {name}", _table(".".join(keys), parse_value(value))


def _from_settings(settings: Sequence[str]) -> Iterator[tuple[str, Table]]:
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not all(part.strip() for part in key.split(".")):
            raise ConfigError(f"--set {setting}: expected key=value, such as camera.fov_deg=60")
        yield f"--set {setting}", _table(key.strip(), parse_value(value))


def _table(key: str, value: object) -> Table:
    outer, *inner = key.split(".")
    return {outer: _table(".".join(inner), value) if inner else value}


def _merged(below: Table, above: Table) -> Table:
    """Merge two tables; values of `above` take precedence."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, dict) and isinstance(value, dict):
            value = _merged(under, value)  # noqa: PLW2901 - the merged one
        merged[key] = value
    return merged
