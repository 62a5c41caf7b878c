import numpy as np
import pytest

from arpipe.models.heatmap import refine

SIDE = 64


def peak(x, y, height=6.0):
    """Logits of a blob whose middle is the cell (x, y)."""
    columns, rows = np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    squared = (columns - x) ** 2 + (rows - y) ** 2
    return (height - 3.0 * squared).astype(np.float32)[..., None]


@pytest.mark.parametrize("off", [(0, 0), (2, 1), (-2, 2)])
def test_point_moves_to_the_middle_of_its_blob(off):
    start = np.array([[(20.4 + off[0]) / SIDE, (30.2 + off[1]) / SIDE]], np.float32)
    np.testing.assert_allclose(refine(start, peak(20, 30)) * SIDE, [[20, 30]], atol=0.01)


def test_point_stays_where_its_map_is_faint_or_it_lies_outside():
    points = np.array([[0.3, 0.4], [-0.1, 0.5], [0.5, 1.0]], np.float32)
    faint = np.full((SIDE, SIDE, 3), -4.0, np.float32)
    np.testing.assert_array_equal(refine(points, faint), points)
    np.testing.assert_array_equal(refine(points[1:], np.repeat(peak(1, 32), 2, axis=2)), points[1:])


def test_window_ends_at_the_edge_of_the_map():
    start = np.array([[0.5 / SIDE, 63.5 / SIDE]], np.float32)
    ((x, y),) = refine(start, peak(0, 63)) * SIDE
    assert 0.0 <= x < 0.5  # half of the blob is cut off
    assert 62.5 < y <= 63.0
