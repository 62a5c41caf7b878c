"""State dicts of PyTorch's old format, written here byte by byte."""

import collections
import io
import pickle
import struct

import numpy as np
import pytest

from arpipe.errors import WeightsError
from arpipe.weights.convert.state_dict import MAGIC, read_state_dict


class Named:
    """Pickles as a reference to a global of another package, which need not be installed."""

    def __init__(self, module, name, *arguments):
        self.module, self.name, self.arguments = module, name, arguments


class Storage:
    def __init__(self, key, count):
        self.key, self.count = key, count


class Writer(pickle._Pickler):
    """Python's own pickler in Python: it writes any global."""

    def persistent_id(self, obj):
        if isinstance(obj, Storage):
            return ("storage", Named("torch", "FloatStorage"), obj.key, "cpu", obj.count, None)
        return None

    def save(self, obj, save_persistent_id=True):
        if isinstance(obj, Named):
            self.write(f"c{obj.module}\n{obj.name}\n".encode())
            if obj.arguments:
                self.save(obj.arguments)
                self.write(pickle.REDUCE)
            return
        super().save(obj, save_persistent_id)


def dumped(obj):
    stream = io.BytesIO()
    Writer(stream, 2).dump(obj)
    return stream.getvalue()


def tensor(storage, offset, shape, strides):
    return Named("torch._utils", "_rebuild_tensor_v2", storage, offset, shape, strides, False, {})


def written(tensors, values, count=None, magic=MAGIC):
    head = [magic, 1001, {"little_endian": True}, collections.OrderedDict(tensors), ["a"]]
    raw = struct.pack("<q", len(values) if count is None else count) + values.astype("<f4").tobytes()
    return b"".join(map(dumped, head)) + raw


VALUES = np.arange(12.0)
STORAGE = Storage("a", 12)


def test_tensors_are_views_of_their_storages():
    state = read_state_dict(
        written(
            {
                "rows": tensor(STORAGE, 0, (3, 4), (4, 1)),
                "transposed": tensor(STORAGE, 0, (4, 3), (1, 4)),
                "part": tensor(STORAGE, 5, (2,), (3,)),
                "scalar": tensor(STORAGE, 11, (), ()),
            },
            VALUES,
        )
    )
    assert (state["rows"] == VALUES.reshape(3, 4)).all()
    assert (state["transposed"] == VALUES.reshape(3, 4).T).all()
    assert (state["part"] == [5, 8]).all()
    assert state["scalar"] == 11


@pytest.mark.parametrize("view", [(0, (13,), (1,)), (-1, (2,), (1,)), (0, (2,), (-1,)), (8, (3,), (2,))])
def test_a_tensor_outside_its_storage_is_refused(view):
    with pytest.raises(WeightsError, match="reaches outside its storage"):
        read_state_dict(written({"x": tensor(STORAGE, *view)}, VALUES))


def test_nothing_that_the_file_names_is_run():
    with pytest.raises(WeightsError, match=r"asks for os\.system, .* nothing was run"):
        read_state_dict(written({"x": Named("os", "system", "exit 1")}, VALUES))


def test_truncated_values_are_refused():
    content = written({"x": tensor(STORAGE, 0, (12,), (1,))}, VALUES)
    with pytest.raises(WeightsError, match="a storage has 11 values, expected 12"):
        read_state_dict(content[:-4])


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 a newer file", dumped(3), dumped(MAGIC)])
def test_other_files_are_refused(content):
    with pytest.raises(WeightsError):
        read_state_dict(content)
