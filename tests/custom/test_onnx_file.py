"""Files that are damaged, or made to do harm."""

import onnx
import pytest
from onnx import TensorProto, helper

from arpipe.custom.onnx_file import external_files, read_onnx
from arpipe.errors import ModelError
from tests.custom.networks import classifier, info, model_of, saved, weights


def test_a_sound_file_is_read(tmp_path):
    assert len(read_onnx(saved(classifier(), tmp_path / "a.onnx")).graph.node) == 7


@pytest.mark.parametrize("content", [b"\x00" * 100, b"hello, this is text", b"PK\x03\x04" + b"x" * 50])
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "a.onnx"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="is no ONNX file"):
        read_onnx(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_truncated_files_are_refused(tmp_path, share):
    content = classifier().SerializeToString()
    path = tmp_path / "a.onnx"
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(ModelError):
        read_onnx(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "absent.onnx", tmp_path):
        with pytest.raises(ModelError, match="cannot be read"):
            read_onnx(path)


def test_a_file_over_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("ARPIPE_MAX_FILE_BYTES", "1000")
    with pytest.raises(ModelError, match="more than the 1000 that are read.*ARPIPE_MAX_FILE_BYTES raises"):
        read_onnx(saved(classifier(), tmp_path / "a.onnx"))


def external(tmp_path):
    path = tmp_path / "a.onnx"
    onnx.save(classifier(), path, save_as_external_data=True, location="a.bin", size_threshold=0)
    return path


def test_external_data_beside_the_file_is_read(tmp_path):
    path = external(tmp_path)
    assert external_files(read_onnx(path, with_data=False)) == ["a.bin"]
    (first, *_) = read_onnx(path).graph.initializer
    assert onnx.numpy_helper.to_array(first).tolist() == weights(8, 3, 3, 3, seed=1).tolist()


def test_missing_external_data_is_named(tmp_path):
    path = external(tmp_path)
    (tmp_path / "a.bin").unlink()
    with pytest.raises(ModelError, match=r"weights are in another file, 'a.bin', 0.0 MB, which is missing"):
        read_onnx(path)


def test_short_external_data_is_refused(tmp_path):
    path = external(tmp_path)
    (tmp_path / "a.bin").write_bytes(b"short")
    with pytest.raises(ModelError, match="has 5 bytes, .* are needed"):
        read_onnx(path)


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/passwd", "a/../../secret.bin"])
def test_external_data_outside_the_folder_is_refused(tmp_path, location):
    (tmp_path / "secret.bin").write_bytes(b"\0" * 10000)
    folder = tmp_path / "model"
    folder.mkdir()
    model = onnx.load(external(tmp_path), load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    path = folder / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="outside its own folder; arpipe refuses"):
        read_onnx(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    path = external(folder)
    (folder / "a.bin").rename(tmp_path / "elsewhere.bin")
    (folder / "a.bin").symlink_to(tmp_path / "elsewhere.bin")
    with pytest.raises(ModelError, match="outside its own folder"):
        read_onnx(path)


@pytest.mark.parametrize(
    ("kind", "domain", "message"),
    [
        ("Convolve", "", "operator Convolve of ai.onnx, opset 17, does not exist here .* did you mean 'Conv"),
        ("Landmarks", "mediapipe", "operator Landmarks of mediapipe"),
    ],
)
def test_an_unknown_operator_is_named_with_its_opset(tmp_path, kind, domain, message):
    node = helper.make_node(kind, ["x"], ["y"], domain=domain)
    model = model_of([node], [info("x", [1, 3, 8, 8])], [info("y", [1, 3, 8, 8])], {})
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=message):
        read_onnx(path)


def test_an_unknown_operator_inside_a_branch_is_found(tmp_path):
    branch = helper.make_graph([helper.make_node("Nonsense", [], ["z"])], "b", [], [info("z", [1])])
    node = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    model = model_of([node], [info("c", [1], TensorProto.BOOL)], [info("y", [1])], {})
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="operator Nonsense"):
        read_onnx(path)


def test_absurd_shapes_are_refused(tmp_path):
    node = helper.make_node("Relu", ["x"], ["y"])
    model = model_of([node], [info("x", [1, 3, 2**20, 2**20])], [info("y", [1])], {})
    path = tmp_path / "a.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="'x' has the shape .* more than 4 GB"):
        read_onnx(path)
