"""Reads the tensors of a PyTorch state dict without PyTorch, and without running anything that the file names.

The format is the one that `torch.save` wrote before version 1.6: five pickles (a magic number, the protocol, facts on
the machine, the object, the keys of the storages), then every storage as a count of 8 bytes and its raw values.
"""

import io
import pickle
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from arpipe.errors import WeightsError
from arpipe.io.guard import guarded

MAGIC = 0x1950A86A20F9469CFC6C
COUNT_BYTES = 8  # before the values of every storage

StateDict = dict[str, NDArray[np.generic]]

_STORAGES: dict[str, np.dtype[np.generic]] = {
    "FloatStorage": np.dtype(np.float32),
    "HalfStorage": np.dtype(np.float16),
    "LongStorage": np.dtype(np.int64),
}


@dataclass(frozen=True, slots=True)
class _Storage:
    """A run of values in the file."""

    key: str
    dtype: np.dtype[np.generic]
    count: int


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor: part of a storage, strides in values."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """Unpickles tensors and plain containers; every other class is refused by name."""

    def find_class(self, module: str, name: str) -> Callable[..., object]:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _view
        if module == "torch" and name in _STORAGES:
            return lambda: name  # only a marker: `persistent_load` reads which one it is
        raise WeightsError(
            f"the file asks for {module}.{name}, which is no part of a state dict; nothing was run"
        )

    def persistent_load(self, pid: tuple[str, Callable[[], str], str, str, int, object]) -> _Storage:
        _, kind, key, _, count, _ = pid
        dtype: np.dtype[np.generic] = _STORAGES[kind()]
        return _Storage(key, dtype, count)


def read_state_dict(content: bytes) -> StateDict:
    """Return the tensors of a state dict by name.

    Raises:
        WeightsError: It is damaged, of another format, or contains anything but tensors.
    """
    with guarded(WeightsError, "the state dict cannot be read", "fetch it again"):
        stream = io.BytesIO(content)
        if _next(stream) != MAGIC:
            raise WeightsError("not a PyTorch state dict of the format before version 1.6")
        _next(stream), _next(stream)
        views, keys = _next(stream), _next(stream)
        if not isinstance(views, dict) or not isinstance(keys, list):
            raise WeightsError(f"expected a state dict, got a {type(views).__name__}")
        storages = _read_storages(stream, [view.storage for view in views.values()], keys)
        return {name: _array(view, storages) for name, view in views.items()}


def _next(stream: io.BytesIO) -> object:
    return _Reader(stream).load()


def _view(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> _View:
    return _View(storage, offset, shape, strides)


def _read_storages(
    stream: io.BytesIO, storages: Sequence[_Storage], keys: list[str]
) -> dict[str, NDArray[np.generic]]:
    by_key = {storage.key: storage for storage in storages}
    values: dict[str, NDArray[np.generic]] = {}
    for key in keys:
        storage = by_key[key]
        count = int.from_bytes(stream.read(COUNT_BYTES), "little")
        raw = stream.read(storage.count * storage.dtype.itemsize)
        values[key] = np.frombuffer(raw, storage.dtype)
        if count != storage.count or len(values[key]) != count:
            raise WeightsError(f"a storage has {len(values[key])} values, expected {storage.count}")
    return values


def _array(view: _View, storages: dict[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    values = storages[view.storage.key]
    last = view.offset + sum((size - 1) * step for size, step in zip(view.shape, view.strides, strict=True))
    if min((view.offset, last, *view.strides)) < 0 or last >= len(values):
        raise WeightsError(
            f"a tensor of shape {view.shape} reaches outside its storage of {len(values)} values"
        )
    steps = [step * values.itemsize for step in view.strides]
    return np.ascontiguousarray(np.lib.stride_tricks.as_strided(values[view.offset :], view.shape, steps))
