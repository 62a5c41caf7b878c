"""A loaded network: named tensors in, named tensors out."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arpipe.closing import Closing
from arpipe.errors import InferenceError
from arpipe.inference.providers import RuntimeSession, SessionConfig, open_session, provider_in_use
from arpipe.inference.tensor_session import require_finite
from arpipe.weights import store
from arpipe.weights.wheel import Progress

Tensors = Mapping[str, NDArray[np.float32]]
"""Input name → (n, *shape)."""


class Session(Closing):
    """A network, loaded and ready.

    Args:
        network: A name in the catalogue (fetched and converted on first use), or the path of an ONNX file.
        config: Provider and threads.
        progress: Called during a first fetch; by default a bar is drawn on the terminal.
        outputs: Outputs that are needed of a network in the catalogue, all if empty. What only the others depend on is
            not computed: without its mask and heat map, the body network takes half the time.

    Attributes:
        name: Name or file stem.
        provider: Provider in use: a name from `PROVIDERS`.

    Raises:
        WeightsError: The weights cannot be obtained.
        InferenceError: The file cannot be loaded, or the configured provider is not available.
    """

    def __init__(
        self,
        network: str | Path,
        config: SessionConfig | None = None,
        progress: Progress | None = None,
        outputs: Sequence[str] = (),
    ) -> None:
        config = config or SessionConfig()
        if isinstance(network, Path):
            self.name = network.stem
            loaded = _load(network, config)
        else:
            self.name = network
            loaded = _load_from_store(network, config, progress, outputs)
        self._session: RuntimeSession | None = loaded
        self.provider = provider_in_use(loaded)
        self._shapes: dict[str, tuple[int, ...]] = {
            source.name: tuple(source.shape[1:]) for source in loaded.get_inputs()
        }
        self._output_names = [output.name for output in loaded.get_outputs()]
        parts = config.batch_threads if self.provider == "cpu" else 1
        # Threads start with the first batch that is divided, so a single face never needs them.
        self._helpers = ThreadPoolExecutor(parts - 1, f"arpipe-{self.name}") if parts > 1 else None
        self._parts = parts

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample of the first input, (height, width, 3) for an image."""
        return next(iter(self._shapes.values()))

    @property
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs, in the network's order."""
        return tuple(self._shapes)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs, in the network's order."""
        return tuple(self._output_names)

    def run(self, tensor: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Run a network that has one input on a batch.

        Args:
            tensor: (n, *input_shape) float32, or one sample without n.

        Returns:
            Output name → (n, *shape), owned by the caller.

        Raises:
            InferenceError: Wrong shape or dtype, several inputs, or closed.
            NonFiniteOutput: An output has NaN or infinity.
        """
        if tensor.ndim == len(self.input_shape):
            tensor = tensor[np.newaxis]
        return self.run_named({next(iter(self._shapes)): tensor})

    def run_named(self, tensors: Tensors) -> dict[str, NDArray[np.float32]]:
        """Run the network on a batch; results and errors as in `run`.

        Args:
            tensors: Name of each input → (n, *shape) float32, with one n for all.
        """
        self._check_inputs(tensors)
        values = self._run_parts(tensors)
        outputs = dict(zip(self._output_names, values, strict=True))
        require_finite(self.name, outputs)
        return outputs

    def _check_inputs(self, tensors: Tensors) -> None:
        if tensors.keys() != self._shapes.keys():
            raise InferenceError(f"{self.name} takes {', '.join(self._shapes)}, got {', '.join(tensors)}")
        count = len(next(iter(tensors.values())))
        for name, tensor in tensors.items():
            shape = self._shapes[name]
            if tensor.shape != (count, *shape) or tensor.dtype != np.float32:
                raise InferenceError(
                    f"{self.name}: expected (n, {', '.join(map(str, shape))}) float32, "
                    f"got {tensor.shape} {tensor.dtype}"
                )

    def _run_parts(self, tensors: Tensors) -> list[NDArray[np.float32]]:
        """Run a batch, divided among the threads: the first part runs on the caller's."""
        count = min(self._parts, len(next(iter(tensors.values()))))
        if self._helpers is None or count < 2:
            return self._run_whole(tensors)
        split = {name: np.array_split(tensor, count) for name, tensor in tensors.items()}
        own, *others = ({name: parts[index] for name, parts in split.items()} for index in range(count))
        pending = [self._helpers.submit(self._run_whole, part) for part in others]
        answers = [self._run_whole(own), *(future.result() for future in pending)]
        return [np.concatenate(parts) for parts in zip(*answers, strict=True)]

    def _run_whole(self, tensors: Tensors) -> list[NDArray[np.float32]]:
        if self._session is None:
            raise InferenceError(f"session {self.name!r} is closed")
        try:
            values: list[NDArray[np.float32]] = self._session.run(self._output_names, dict(tensors))
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise InferenceError(f"{self.name} failed on {self.provider}: {error}") from error
        return values

    def close(self) -> None:
        """Free the network; may be called twice."""
        self._session = None
        if self._helpers is not None:
            self._helpers.shutdown()
            self._helpers = None


def _load_from_store(
    name: str, config: SessionConfig, progress: Progress | None, outputs: Sequence[str]
) -> RuntimeSession:
    """Load a network of the catalogue; if its cached file turns out to be damaged, fetch it anew and retry."""
    path = store.model_path(name, progress, outputs)
    try:
        return _load(path, config)
    except InferenceError:
        if not store.discard_damaged(path):
            raise
        return _load(store.model_path(name, progress, outputs), config)


def _load(path: Path, config: SessionConfig) -> RuntimeSession:
    if not path.is_file():
        raise InferenceError(f"network {path} does not exist")
    return open_session(path, config, str(path))
