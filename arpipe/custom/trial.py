"""The first run of a network from elsewhere: in a process of its own, with limits on memory and time.

A graph can ask for any amount of both, in ways that reading it does not reveal. `try_out` starts
`python -m arpipe.custom.trial`, which limits itself, loads the network, runs it once and prints what happened.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from arpipe.errors import ArpipeError, InferenceError, ModelError, NonFiniteOutput
from arpipe.inference.providers import ProviderName, SessionConfig
from arpipe.inference.tensor_session import Dimension, TensorInfo, TensorSession

MAX_MEMORY_BYTES = 8 * 2**30  # of address space, which is more than what is used
MAX_SECONDS = 120
SEED = 0
DEFAULT_SIDE = 224  # of a free side of the input, where nothing was said


class Trial(BaseModel):
    """What a first run showed.

    Attributes:
        provider: Where the network ran.
        inputs: As the network declares them: name, shape, type.
        outputs: As the network declares them.
        shapes: Output name → shape of its first answer.
        load_s, run_s: Seconds.
        not_finite: The sentence on an answer with NaN or infinity; empty if all were finite.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: str
    inputs: tuple[tuple[str, tuple[Dimension, ...], str], ...]
    outputs: tuple[tuple[str, tuple[Dimension, ...], str], ...]
    shapes: dict[str, tuple[int, ...]]
    load_s: float
    run_s: float
    not_finite: str = ""

    @property
    def input_infos(self) -> tuple[TensorInfo, ...]:
        """The inputs."""
        return tuple(TensorInfo(*entry) for entry in self.inputs)

    @property
    def output_infos(self) -> tuple[TensorInfo, ...]:
        """The outputs."""
        return tuple(TensorInfo(*entry) for entry in self.outputs)


def try_out(path: Path, provider: ProviderName = "auto", sample: tuple[int, ...] = ()) -> Trial:
    """Load and run a network once, in another process.

    Args:
        path: The ONNX file.
        provider: Where to run it.
        sample: Shape of the input, the batch included; by default as the network declares it, 1 and 224 for what is
            free there.

    Raises:
        ModelError: It does not load, fails, takes too long or too much memory, or crashes.
    """
    command = [sys.executable, "-m", "arpipe.custom.trial", str(path), provider, *map(str, sample)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise ModelError(
            f"{path}: had not answered after {MAX_SECONDS} s and was stopped; it cannot be used"
        ) from error
    lines = done.stdout.splitlines()
    answer = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    if "error" in answer:
        raise ModelError(f"{path}: {answer['error']}")
    if not answer:
        raise ModelError(
            f"{path}: its process died (exit status {done.returncode}), as when more than "
            f"{MAX_MEMORY_BYTES / 2**30:.0f} GB are asked for; it cannot be used"
        )
    return Trial.model_validate(answer)


def _main(arguments: list[str]) -> None:
    path, provider, *sample = arguments
    _limit_memory()
    try:
        answer = _run(
            Path(path), SessionConfig.model_validate({"provider": provider}), tuple(map(int, sample))
        )
        line = answer.model_dump_json()
    except ArpipeError as error:
        line = json.dumps({"error": str(error)})
    except MemoryError:
        line = json.dumps({"error": f"asks for more than {MAX_MEMORY_BYTES / 2**30:.0f} GB of memory"})
    sys.stdout.write(f"{line}\n")


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = MAX_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(MAX_MEMORY_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _run(path: Path, config: SessionConfig, sample: tuple[int, ...]) -> Trial:
    start_s = time.perf_counter()
    with TensorSession(path, path.name, config) as session:
        loaded_s = time.perf_counter()
        if len(session.inputs) != 1:
            listed = ", ".join(map(str, session.inputs))
            raise InferenceError(
                f"expected one input, a picture; the network has {len(session.inputs)}: {listed}"
            )
        (source,) = session.inputs
        values = _noise(sample or free_filled(source), source)
        before_s = time.perf_counter()
        not_finite, shapes = "", dict[str, tuple[int, ...]]()
        try:
            shapes = {name: value.shape for name, value in session.run({source.name: values}).items()}
        except NonFiniteOutput as error:
            not_finite = str(error)
        return Trial(
            provider=session.provider,
            inputs=tuple((each.name, each.shape, each.dtype) for each in session.inputs),
            outputs=tuple((each.name, each.shape, each.dtype) for each in session.outputs),
            shapes=shapes,
            load_s=loaded_s - start_s,
            run_s=time.perf_counter() - before_s,
            not_finite=not_finite,
        )


def free_filled(info: TensorInfo) -> tuple[int, ...]:
    """Return the shape of an input with sizes for what is free: a batch of 1, and 224 px."""
    rest = [size if isinstance(size, int) else DEFAULT_SIDE for size in info.shape[1:]]
    first = info.shape[0] if info.shape and isinstance(info.shape[0], int) else 1
    return (first, *rest)


def _noise(shape: tuple[int, ...], info: TensorInfo) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
    rng = np.random.default_rng(SEED)
    if info.dtype == "uint8":
        return rng.integers(0, 256, shape, np.uint8)
    if info.dtype in ("float32", "float16"):
        return rng.random(shape, np.float32).astype(info.dtype)
    raise InferenceError(f"input {info} is not a picture: float32, float16 or uint8 are expected")


if __name__ == "__main__":
    _main(sys.argv[1:])
