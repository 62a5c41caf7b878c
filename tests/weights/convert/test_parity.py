"""All networks answer like the runtimes they come from: at most 1e-3 of the output's range apart."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from arpipe.errors import WeightsError
from arpipe.inference.session import Session
from arpipe.weights import catalog, store
from arpipe.weights.catalog import Network

pytestmark = pytest.mark.weights

GOLDENS = Path(__file__).parents[2] / "golden" / "networks"
RECORDED = ("face_mesh_attention", "selfie_segmentation", "selfie_segmentation_landscape")
TOLERANCE = 1e-3  # of the output's range


def assert_close(answer: np.ndarray, expected: np.ndarray, name: str) -> None:
    """Compare one output; a single number has no range of its own, so 1 stands for it."""
    scale = max(float(np.ptp(expected)), 1.0)
    worst = float(np.abs(answer - expected.reshape(answer.shape)).max()) / scale
    assert worst <= TOLERANCE, f"{name}: {worst:.2e} of its range {scale:.3g}"


def photo(network: Network) -> np.ndarray:
    """The recorded portrait, scaled to a network's input."""
    with np.load(GOLDENS / "face_mesh_attention.npz") as golden:
        picture = golden["pictures"][0]
    resized = cv2.resize(picture, (network.input.width, network.input.height))
    spread = network.input.high - network.input.low
    return (resized / 255.0 * spread + network.input.low).astype(np.float32)[np.newaxis]


def noise(network: Network, smooth: bool) -> np.ndarray:
    """Seeded noise in the input's range, per pixel or smooth."""
    rng = np.random.default_rng(11)
    height, width = network.input.height, network.input.width
    size = (8, 8) if smooth else (height, width)
    image = rng.uniform(network.input.low, network.input.high, (*size, 3)).astype(np.float32)
    return cv2.resize(image, (width, height))[np.newaxis]


INPUTS = {
    "photo": photo,
    "smooth noise": lambda network: noise(network, smooth=True),
    "pixel noise": lambda network: noise(network, smooth=False),
}


IMAGES = [name for name, network in catalog.load().networks.items() if network.input is not None]
NUMBERS = [name for name in catalog.load().networks if name not in IMAGES]


@pytest.mark.parametrize("fed", INPUTS)
@pytest.mark.parametrize("name", [name for name in IMAGES if name not in RECORDED])
def test_network_answers_like_litert(name: str, fed: str):
    network = catalog.network(name)
    image = INPUTS[fed](network)
    with Session(name) as session:
        answers = session.run(image)
    interpreter = Interpreter(model_content=store.source(name), num_threads=1)
    interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    details = interpreter.get_output_details()
    assert len(details) == len(answers)
    for detail, (output, answer) in zip(details, answers.items(), strict=True):
        assert_close(answer, interpreter.get_tensor(detail["index"]), f"{name}.{output}")


@pytest.mark.parametrize("name", RECORDED)
def test_network_answers_like_the_official_runtime(name: str):
    with np.load(GOLDENS / f"{name}.npz") as golden, Session(name) as session:
        for index, picture in enumerate(golden["pictures"]):
            answers = session.run(picture.astype(np.float32) / np.float32(255))
            for output, answer in answers.items():
                expected = golden[output][index]
                if expected.dtype == np.uint16:
                    expected = expected / 65535.0
                assert_close(answer, expected, f"{name}.{output} of picture {index}")


@pytest.mark.parametrize("name", NUMBERS)
def test_network_of_numbers_answers_like_litert(name: str):
    """With single samples and with a batch, of which LiteRT gets one after the other."""
    network, rng = catalog.network(name), np.random.default_rng(5)
    samples = {key: rng.normal(0, 1, (3, *shape)).astype(np.float32) for key, shape in network.inputs.items()}
    interpreter = Interpreter(model_content=store.source(name), num_threads=1)
    interpreter.allocate_tensors()
    details = sorted(interpreter.get_input_details(), key=lambda detail: detail["index"])
    with Session(name) as session:
        read = {key: samples[key] for key in network.inputs if key in session.input_names}
        (together,) = session.run_named(read).values()
        for index in range(3):
            for detail, key in zip(details, network.inputs, strict=True):
                interpreter.set_tensor(detail["index"], samples[key][index : index + 1])
            interpreter.invoke()
            expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).ravel()
            (alone,) = session.run_named(
                {key: value[index : index + 1] for key, value in read.items()}
            ).values()
            np.testing.assert_allclose(alone[0], expected, rtol=0, atol=1e-5)
            np.testing.assert_allclose(together[index], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", IMAGES)
def test_batch_answers_like_its_samples(name: str):
    network = catalog.network(name)
    images = np.concatenate([build(network) for build in INPUTS.values()])
    with Session(name) as session:
        together = session.run(images)
        for index in range(len(images)):
            alone = session.run(images[index])
            for output, answer in alone.items():
                assert answer.shape == (1, *network.outputs[output])
                assert_close(together[output][index], answer[0], f"{name}.{output}")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("pose_landmarks_full", ("world", "landmarks", "presence")),
        ("face_mesh_attention", ("mesh", "left_iris", "right_iris", "presence")),
        ("face_mesh_attention", ("lips",)),
    ],
)
def test_chosen_outputs_answer_as_in_the_whole_network(name: str, kept: tuple[str, ...]):
    image = photo(catalog.network(name))
    with Session(name) as session:
        whole = session.run(image)
    with Session(name, outputs=kept) as session:
        assert set(session.output_names) == set(kept)
        for output, answer in session.run(image).items():
            assert_close(answer, whole[output], f"{name}.{output}")


def test_unknown_output_is_refused():
    with pytest.raises(WeightsError, match="face_mesh has no output 'lips'; it has mesh, presence"):
        Session("face_mesh", outputs=("lips",))
