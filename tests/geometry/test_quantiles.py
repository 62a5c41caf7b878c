"""Quantiles agree with NumPy's, without what those import."""

import subprocess
import sys

import numpy as np
import pytest

from arpipe.geometry.quantiles import median, quantile


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (2,), (7,), (200,), (3, 14), (2, 3, 15)])
@pytest.mark.parametrize("share", [0.0, 0.05, 0.5, 0.77, 1.0])
def test_quantiles_are_numpys(shape: tuple[int, ...], dtype: type, share: float) -> None:
    values = np.random.default_rng(len(shape)).normal(size=shape).astype(dtype)
    found = quantile(values, share)
    np.testing.assert_allclose(found, np.quantile(values, share, axis=-1), rtol=1e-5, atol=1e-6)
    assert found.dtype == dtype
    np.testing.assert_allclose(median(values), np.median(values, axis=-1), rtol=1e-6)


def test_quantiles_import_no_masked_arrays() -> None:
    program = """
import sys
import numpy
from arpipe.geometry.quantiles import median
median(numpy.ones(4))
sys.exit("numpy.ma" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
