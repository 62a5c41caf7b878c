"""How long each operator of a network takes, and where it runs, from ONNX Runtime's own profile."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from arpipe.errors import InferenceError
from arpipe.inference.providers import PROVIDERS, SessionConfig, open_session
from arpipe.inference.tensor_session import Array

WARM_UP_RUNS = 2
KERNEL_SUFFIX = "_kernel_time"


@dataclass(frozen=True, slots=True)
class OperatorTime:
    """An operator as it really ran; ONNX Runtime joins some layers, and adds changes of layout.

    Attributes:
        name: Of the node; that of joined layers contains the name of one of them.
        kind: Operator.
        provider: Where it ran.
        time_ms: Median over the runs.
    """

    name: str
    kind: str
    provider: str
    time_ms: float


def measure_operators(
    network: Path | bytes,
    name: str,
    inputs: Mapping[str, Array],
    config: SessionConfig | None = None,
    runs: int = 10,
) -> list[OperatorTime]:
    """Measure every operator.

    Args:
        network: An ONNX file, or its content.
        name: For messages.
        inputs: Input name → array.
        config: Provider and threads.
        runs: Measured runs.

    Returns:
        Operators in the order in which they first ran.

    Raises:
        InferenceError: The network cannot be loaded, or fails.
    """
    with tempfile.TemporaryDirectory(prefix="arpipe-") as folder:
        session = open_session(
            network, config or SessionConfig(), name, profile_prefix=Path(folder) / "profile"
        )
        try:
            for _ in range(WARM_UP_RUNS + runs):
                session.run(None, dict(inputs))
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise InferenceError(f"{name} failed: {error}") from error
        finally:
            path = Path(session.end_profiling())
        events = json.loads(path.read_text("utf-8"))
    return _operators(events, WARM_UP_RUNS)


def _operators(events: list[dict[str, object]], skipped: int) -> list[OperatorTime]:
    times: dict[str, list[float]] = defaultdict(list)
    facts: dict[str, tuple[str, str]] = {}
    for event in events:
        arguments = event.get("args")
        name = str(event.get("name", ""))
        if event.get("cat") != "Node" or not name.endswith(KERNEL_SUFFIX) or not isinstance(arguments, dict):
            continue
        node = name.removesuffix(KERNEL_SUFFIX)
        times[node].append(float(str(event["dur"])) / 1000.0)
        facts[node] = (str(arguments.get("op_name", "")), str(arguments.get("provider", "")))
    short = {full: name for name, full in PROVIDERS.items()}
    return [
        OperatorTime(
            node, kind, short.get(provider, provider), float(np.median(times[node][skipped:] or times[node]))
        )
        for node, (kind, provider) in facts.items()
    ]
