"""The session on a tiny network: what it answers, what it refuses, what it leaves behind."""

import os
from pathlib import Path

import numpy as np
import onnxruntime
import psutil
import pytest
from pydantic import ValidationError

from arpipe.errors import InferenceError, NonFiniteOutput
from arpipe.folders import HOME_VARIABLE
from arpipe.inference import providers as module
from arpipe.inference.providers import SessionConfig
from arpipe.inference.session import Session
from arpipe.weights import cache, catalog, store


def batch(n: int) -> np.ndarray:
    return np.arange(n * 6, dtype=np.float32).reshape(n, 2, 3)


def test_outputs_come_by_name(double: Path):
    with Session(double) as session:
        assert session.name == "double"
        assert session.provider == "cpu"
        assert session.input_shape == (2, 3)
        assert session.output_names == ("twice", "root")
        for n in (1, 3, 1):
            answers = session.run(batch(n))
            np.testing.assert_array_equal(answers["twice"], 2 * batch(n))
            np.testing.assert_allclose(answers["root"], np.sqrt(batch(n)), rtol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_divided_batches_keep_their_order(double: Path, threads: int):
    with Session(double, SessionConfig(batch_threads=threads)) as session:
        for n in (1, 2, 3, 5, 9):
            answers = session.run(batch(n))
            np.testing.assert_array_equal(answers["twice"], 2 * batch(n))
            assert answers["root"].shape == (n, 2, 3)


def test_error_in_another_part_of_a_batch_is_raised(double: Path):
    tensor = batch(4)
    tensor[3] = np.nan
    with Session(double, SessionConfig(batch_threads=2)) as session, pytest.raises(NonFiniteOutput):
        session.run(tensor)


def test_one_sample_needs_no_batch_dimension(double: Path):
    with Session(double) as session:
        assert session.run(batch(1)[0])["twice"].shape == (1, 2, 3)


def test_answers_stay_the_callers(double: Path):
    with Session(double) as session:
        first = session.run(batch(1))["twice"]
        kept = first.copy()
        session.run(batch(1) + 5)
        np.testing.assert_array_equal(first, kept)


def test_a_strided_tensor_is_read_right(double: Path):
    tensor = np.ascontiguousarray(batch(2)[:, ::-1])[:, ::-1]
    with Session(double) as session:
        np.testing.assert_array_equal(session.run(tensor)["twice"], 2 * batch(2))


@pytest.mark.parametrize(
    "tensor",
    [
        np.zeros((1, 3, 2), np.float32),
        np.zeros((1, 2, 3)),
        np.zeros(6, np.float32),
        np.zeros((2, 3), np.uint8),
    ],
    ids=["shape", "float64", "flat", "uint8"],
)
def test_wrong_input_is_refused_with_both_shapes(double: Path, tensor: np.ndarray):
    with (
        Session(double) as session,
        pytest.raises(InferenceError, match=r"expected \(n, 2, 3\) float32, got \("),
    ):
        session.run(tensor)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0], ids=["nan", "inf", "root of -1"])
def test_answer_that_is_not_finite_is_an_error(double: Path, bad: float):
    tensor = batch(2)
    tensor[1, 1, 2] = bad
    with Session(double) as session, pytest.raises(InferenceError, match="NaN or infinity in '(twice|root)'"):
        session.run(tensor)


def test_infinities_that_cancel_are_an_error_without_a_warning(double: Path):
    tensor = batch(1)
    tensor[0, 0] = np.inf, -np.inf, 1.0
    with Session(double) as session, pytest.raises(NonFiniteOutput, match="twice"):
        session.run(tensor)


def test_closed_session_says_so(double: Path):
    session = Session(double)
    session.close()
    session.close()
    with pytest.raises(InferenceError, match="session 'double' is closed"):
        session.run(batch(1))


def test_absent_provider_is_an_error(double: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(InferenceError, match="'cuda' is not in this ONNX Runtime"):
        Session(double, SessionConfig(provider="cuda"))
    assert Session(double, SessionConfig(provider="auto")).provider == "cpu"


def test_provider_that_fails_to_start_is_an_error(double: Path, monkeypatch: pytest.MonkeyPatch):
    """ONNX Runtime lists a provider whose libraries are absent, warns, and runs on the CPU."""
    everything = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: everything)
    real = onnxruntime.InferenceSession
    monkeypatch.setattr(
        module.onnxruntime,
        "InferenceSession",
        lambda path, options, providers: real(path, options, ["CPUExecutionProvider"]),
    )
    with pytest.raises(InferenceError, match="asked for cuda, .* runs on cpu"):
        Session(double, SessionConfig(provider="cuda"))
    assert Session(double, SessionConfig(provider="auto")).provider == "cpu"


def test_unreadable_file_is_an_error(tmp_path: Path):
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"\x08\x08 not a network")
    with pytest.raises(InferenceError, match=r"broken\.onnx cannot be loaded on auto"):
        Session(path)
    with pytest.raises(InferenceError, match=r"absent\.onnx does not exist"):
        Session(tmp_path / "absent.onnx")


def test_config_refuses_unknown_keys_and_nonsense():
    with pytest.raises(ValidationError, match="threads"):
        SessionConfig(threads=2)
    with pytest.raises(ValidationError, match="intra_op_threads"):
        SessionConfig(intra_op_threads=0)
    with pytest.raises(ValidationError, match="provider"):
        SessionConfig(provider="abacus")
    with pytest.raises(ValidationError, match="frozen"):
        SessionConfig().provider = "cpu"


def test_sessions_leave_no_threads_behind(double: Path):
    process = psutil.Process()
    config = SessionConfig(intra_op_threads=3)

    def use() -> int:
        with Session(double, config) as session:
            session.run(batch(2))
        return process.num_threads()

    first = use()
    later = [use() for _ in range(5)]
    assert min(later) <= first  # an exiting thread may still be counted; leaked ones would be, each time


@pytest.mark.weights
def test_network_damaged_unnoticed_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The bytes are others, size and time are the same: cheap checks pass, loading fails."""
    source = store.source("selfie_segmentation")
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    cache.write(
        tmp_path / "tflite" / "selfie_segmentation.tflite",
        source,
        catalog.network("selfie_segmentation").sha256,
    )
    path = store.model_path("selfie_segmentation")
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with Session("selfie_segmentation") as session:
        assert session.run(np.zeros((256, 256, 3), np.float32))["mask"].shape == (1, 256, 256)
    assert cache.sound(path, thorough=True)


@pytest.mark.parametrize("threads", [1, 2])
def test_several_inputs_are_given_by_name(sum_of_two: Path, threads: int):
    with Session(sum_of_two, SessionConfig(batch_threads=threads)) as session:
        assert session.input_names == ("three", "one")
        for n in (1, 3):
            three = np.arange(3 * n, dtype=np.float32).reshape(n, 3)
            one = np.full((n, 1), 100.0, np.float32)
            np.testing.assert_array_equal(session.run_named({"one": one, "three": three})["sum"], three + 100)


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"three": np.zeros((1, 3), np.float32)}, "takes three, one, got three"),
        ({"three": np.zeros((2, 3), np.float32), "one": np.zeros((1, 1), np.float32)}, r"expected \(n, 1\)"),
        ({"three": np.zeros((1, 3), np.float32), "one": np.zeros((1, 1))}, "float64"),
    ],
    ids=["missing", "other batch", "dtype"],
)
def test_wrong_named_inputs_are_refused(sum_of_two: Path, tensors: dict[str, np.ndarray], message: str):
    with Session(sum_of_two) as session, pytest.raises(InferenceError, match=message):
        session.run_named(tensors)


def test_one_tensor_is_not_enough_for_several_inputs(sum_of_two: Path):
    with Session(sum_of_two) as session, pytest.raises(InferenceError, match="takes three, one, got three"):
        session.run(np.zeros((1, 3), np.float32))
