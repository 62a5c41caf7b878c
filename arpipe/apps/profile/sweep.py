"""Measure how cost scales with frame size, faces, threads and execution provider."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from arpipe.apps.profile.measure import profile
from arpipe.apps.profile.report import ProfileReport
from arpipe.config import ProfileConfig, RunConfig
from arpipe.errors import ConfigError
from arpipe.inference.providers import SessionConfig
from arpipe.io.validation import check

AXES = ("size", "faces", "threads", "provider")
SESSION_KEYS = {"threads": "intra_op_threads", "provider": "provider"}
"""Axis → key of the configuration of sessions."""
MAX_FACES = 4  # in the sample


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One combination of values and its report."""

    values: dict[str, str]
    report: ProfileReport


def parse_sweep(texts: Sequence[str]) -> dict[str, list[str]]:
    """Parse axes such as "size=640x480,1280x720" and "faces=1,2".

    Raises:
        ConfigError: An axis is unknown or a value is wrong.
    """
    axes: dict[str, list[str]] = {}
    for text in texts:
        axis, equals, values = text.partition("=")
        if axis not in AXES or not equals or not values:
            raise ConfigError(
                f"--sweep {text}: expected size=640x480,1280x720, faces=1,2, threads=1,2 or "
                "provider=cpu,openvino"
            )
        axes[axis] = [value.strip() for value in values.split(",")]
        for value in axes[axis]:
            _check(axis, value, text)
    return axes


def sweep(
    axes: dict[str, list[str]],
    config: ProfileConfig,
    run: RunConfig,
    watch: Callable[[SweepPoint], None] | None = None,
) -> list[SweepPoint]:
    """Profile every combination, in the order of the axes."""
    points = []
    for combination in itertools.product(*axes.values()):
        values = dict(zip(axes, combination, strict=True))
        point = SweepPoint(values, profile(*_configured(values, config, run)))
        points.append(point)
        if watch is not None:
            watch(point)
    return points


def _configured(
    values: dict[str, str], config: ProfileConfig, run: RunConfig
) -> tuple[ProfileConfig, RunConfig]:
    if "size" in values:
        width, height = parse_size(values["size"])
        config = config.model_copy(update={"width": width, "height": height})
    perception = run.perception
    if "faces" in values:
        faces = int(values["faces"])
        config = config.model_copy(update={"faces": faces})
        perception = perception.model_copy(
            update={"face": perception.face.model_copy(update={"max_faces": faces})}
        )
    session = {key: values[axis] for axis, key in SESSION_KEYS.items() if axis in values}
    given = {**dict(perception.session), **session}
    perception = perception.model_copy(update={"session": check(SessionConfig, given, "--sweep")})
    return config, run.model_copy(update={"perception": perception})


def parse_size(text: str) -> tuple[int, int]:
    """Parse a size such as "1280x720"; raises ConfigError for anything else."""
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdigit() and int(part) > 0 for part in parts):
        raise ConfigError(f"size {text!r}: expected width x height in px, such as 1280x720")
    return int(parts[0]), int(parts[1])


def _check(axis: str, value: str, text: str) -> None:
    if axis == "size":
        parse_size(value)
    elif axis == "provider":
        check(SessionConfig, {"provider": value}, f"--sweep {text}")
    elif not value.isdigit() or int(value) < 1:
        raise ConfigError(f"--sweep {text}: {value!r} is not a number of {axis}")
    if axis == "faces" and int(value) > MAX_FACES:
        raise ConfigError(f"--sweep {text}: the sample has at most {MAX_FACES} faces")
