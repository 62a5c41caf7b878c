import numpy as np
import pytest

from arpipe.preprocess.crop import letterbox
from arpipe.preprocess.tensor import CropTensor
from arpipe.types import Frame, Roi

PIXELS = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
FRAME = Frame(PIXELS)
WHOLE = letterbox(64, 64)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.0), (0.0, 1.0)])
def test_black_and_white_become_the_ends_of_the_range(low, high):
    tensor = CropTensor(64, low, high, "zero").fill(FRAME, [WHOLE])
    assert tensor.shape == (1, 64, 64, 3)
    assert tensor.dtype == np.float32
    assert np.allclose(tensor[0], low + PIXELS / 255.0 * (high - low), atol=1e-6)


def test_a_batch_equals_its_squares_one_by_one():
    rois = [WHOLE, Roi(np.array([20.0, 30.0]), 25.0, 0.4), Roi(np.array([50.0, 10.0]), 40.0, -1.0)]
    writer = CropTensor(32, 0.0, 1.0, "replicate")
    batch = writer.fill(FRAME, rois).copy()
    for roi, one in zip(rois, batch, strict=True):
        assert (writer.fill(FRAME, [roi])[0] == one).all()


def test_the_buffer_is_used_again():
    writer = CropTensor(32, 0.0, 1.0, "replicate")
    assert writer.fill(FRAME, [WHOLE]) is not None
    assert np.shares_memory(writer.fill(FRAME, [WHOLE]), writer.fill(FRAME, [WHOLE]))


def test_no_square_is_an_empty_batch():
    assert CropTensor(32, 0.0, 1.0, "replicate").fill(FRAME, []).shape == (0, 32, 32, 3)
