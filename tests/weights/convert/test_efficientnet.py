"""EfficientNet-Lite0 against an evaluation in NumPy that shares nothing with the converter."""

import numpy as np
import pytest

from arpipe.errors import WeightsError
from arpipe.inference.session import Session
from arpipe.io.image.reader import read_image
from arpipe.preprocess.fit import fit_picture
from arpipe.preprocess.scaling import Scaling, TensorSpec
from arpipe.weights import store
from arpipe.weights.classifier import classifier_path, imagenet_labels
from arpipe.weights.convert.efficientnet import build
from arpipe.weights.convert.state_dict import read_state_dict

STRIDES = (1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)
"""Of the 16 blocks, as in the paper's table 1."""


def convolve(x, kernels, stride):
    """Convolve (n, c, h, w) by the definition, with the padding of TensorFlow's SAME."""
    count, inner, side, _ = kernels.shape
    size = x.shape[2]
    out = -(-size // stride)
    total = max((out - 1) * stride + side - size, 0)
    x = np.pad(x, ((0, 0), (0, 0), (total // 2, total - total // 2), (total // 2, total - total // 2)))
    result = np.zeros((len(x), count, out, out), np.float32)
    for row in range(side):
        for column in range(side):
            seen = x[:, :, row : row + stride * out : stride, column : column + stride * out : stride]
            if inner == 1 and x.shape[1] == count:
                result += seen * kernels[:, 0, row, column, None, None]
            else:
                result += np.einsum("oc,nchw->nohw", kernels[:, :, row, column], seen, optimize=True)
    return result


def evaluate(state, x):
    def normalise(x, name):
        scale, shift, mean, variance = (
            state[f"{name}.{part}"][:, None, None]
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        return (x - mean) / np.sqrt(variance + 1e-3) * scale + shift

    def layer(x, conv, norm, stride=1, bounded=True):
        x = normalise(convolve(x, state[f"{conv}.weight"], stride), norm)
        return np.clip(x, 0, 6) if bounded else x

    x = layer(x.transpose(0, 3, 1, 2), "_conv_stem", "_bn0", 2)
    for number, stride in enumerate(STRIDES):
        block = f"_blocks.{number}"
        y = x
        if f"{block}._expand_conv.weight" in state:
            y = layer(y, f"{block}._expand_conv", f"{block}._bn0")
        y = layer(y, f"{block}._depthwise_conv", f"{block}._bn1", stride)
        y = layer(y, f"{block}._project_conv", f"{block}._bn2", bounded=False)
        x = y + x if y.shape == x.shape else y
    x = layer(x, "_conv_head", "_bn1").mean(axis=(2, 3))
    return x @ state["_fc.weight"].T + state["_fc.bias"]


def prepared(pictures):
    spec = TensorSpec(224, 224, -127 / 128, 1.0)
    batch = spec.empty(len(pictures))
    for picture, slot in zip(pictures, batch, strict=True):
        Scaling(spec).write(fit_picture(picture, 224, 224, "center", 0.875).pixels, slot)
    return batch


def difference(pictures):
    """Largest difference of a logit, and whether the best class is the same everywhere."""
    batch = prepared(pictures)
    state = read_state_dict(store.bundle_path("efficientnet_lite0").read_bytes())
    expected = evaluate(state, batch)
    with Session(classifier_path()) as session:
        logits = session.run(batch)["logits"]
    return np.abs(logits - expected).max(), (logits.argmax(axis=1) == expected.argmax(axis=1)).all()


def test_logits_equal_an_evaluation_in_numpy(portrait, classifier):
    error, same = difference([portrait, portrait[100:300, 50:400]])
    assert error < 1e-3
    assert same


def test_a_cat_is_a_cat(shared_data, classifier):
    (file,) = (shared_data / "scikit-image").rglob("chelsea.png")
    with Session(classifier) as session:
        logits = session.run(prepared([read_image(file)]))["logits"][0]
    labels = imagenet_labels()
    assert len(labels) == 1000
    assert all("cat" in labels[place] for place in np.argsort(-logits)[:4])


def test_a_missing_tensor_is_named():
    with pytest.raises(WeightsError, match="lacks '_conv_stem.weight'"):
        build({})
