import numpy as np
import pytest

from arpipe.preprocess.scaling import IMAGENET_HIGH, IMAGENET_LOW, Scaling, TensorSpec

PICTURE = np.random.default_rng(0).integers(0, 256, (6, 8, 3)).astype(np.uint8)


def written(**fields):
    spec = TensorSpec(8, 6, **fields)
    batch = spec.empty(1)
    Scaling(spec).write(PICTURE, batch[0])
    return batch[0]


def test_layouts_hold_the_same_values():
    assert (written(layout="nchw") == written().transpose(2, 0, 1)).all()


def test_bgr_reverses_the_channels_and_their_levels():
    levels = {"low": (-1.0, 0.0, 1.0), "high": (1.0, 2.0, 5.0)}
    assert np.allclose(written(color="bgr", **levels), written(**levels)[..., ::-1])


def test_imagenet_levels_are_torchvisions_normalisation():
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    expected = (PICTURE / 255.0 - mean) / std
    assert np.allclose(written(low=IMAGENET_LOW, high=IMAGENET_HIGH), expected, atol=1e-5)


def test_grey_is_luma_in_one_channel():
    grey = written(color="gray", high=255.0)
    assert grey.shape == (6, 8, 1)
    assert np.allclose(grey[..., 0], PICTURE @ [0.299, 0.587, 0.114], atol=0.51)


def test_uint8_holds_the_pixels_as_they_are():
    assert (written(dtype="uint8", low=-1.0) == PICTURE).all()


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_floats_have_the_asked_type(dtype):
    assert written(dtype=dtype, low=-1.0).dtype == dtype
