import numpy as np
import pytest

from arpipe.io.sample.raster import front_facing, neighbours, outlines, rasterise

SQUARE_PX = np.array([[2.0, 2.0], [12.0, 2.0], [12.0, 12.0], [2.0, 12.0]])
SQUARE = np.array([[0, 2, 1], [0, 3, 2]], dtype=np.int32)  # counter-clockwise where y is up
NO_RIM = np.zeros(2, dtype=bool)


def test_linear_values_are_reproduced_exactly():
    values = SQUARE_PX @ np.array([[1.0, 0.5], [0.25, -2.0]]) + 3.0
    raster = rasterise(SQUARE_PX, np.ones(4), values, SQUARE, NO_RIM, (16, 16))
    y, x = np.indices((16, 16))
    expected = np.stack([x, y], axis=-1) @ np.array([[1.0, 0.5], [0.25, -2.0]]) + 3.0
    inside = (x >= 2) & (x <= 12) & (y >= 2) & (y <= 12)
    assert np.array_equal(raster.drawn, inside)
    assert raster.values[inside] == pytest.approx(expected[inside], abs=1e-4)
    assert (raster.values[~inside] == 0.0).all()


def test_nearest_triangle_is_on_top_whatever_the_order():
    points = np.concatenate([SQUARE_PX, SQUARE_PX])
    depth = np.array([2.0] * 4 + [1.0] * 4)
    values = np.array([[10.0]] * 4 + [[20.0]] * 4)
    for triangles in (np.concatenate([SQUARE, SQUARE + 4]), np.concatenate([SQUARE + 4, SQUARE])):
        raster = rasterise(points, depth, values, triangles.astype(np.int32), np.zeros(4, bool), (16, 16))
        assert (raster.values[raster.drawn] == 20.0).all()


def test_rim_continues_outside_with_the_edges_values():
    values = SQUARE_PX[:, :1]
    raster = rasterise(SQUARE_PX, np.ones(4), values, SQUARE, np.ones(2, bool), (16, 16))
    assert raster.drawn[7, 0]
    assert raster.drawn[7, 14]
    assert raster.values[7, 14, 0] == pytest.approx(12.0, abs=0.05)


def test_triangles_beyond_the_frame_are_cut():
    raster = rasterise(SQUARE_PX - 8.0, np.ones(4), SQUARE_PX, SQUARE, NO_RIM, (6, 6))
    assert raster.drawn[:5, :5].all()
    assert not raster.drawn[5].any()


def test_nothing_is_drawn_of_nothing():
    raster = rasterise(SQUARE_PX, np.ones(4), SQUARE_PX, SQUARE[:0], NO_RIM[:0], (4, 4))
    assert not raster.drawn.any()


def test_turned_triangles_show_their_back():
    assert front_facing(SQUARE_PX, SQUARE).all()
    assert not front_facing(SQUARE_PX, SQUARE[:, ::-1]).any()


def test_neighbours_share_an_edge():
    assert neighbours(SQUARE).tolist() == [[1, 2, 2], [2, 2, 0]]


def test_outline_of_a_square_is_one_closed_chain():
    edges = np.stack([SQUARE, np.roll(SQUARE, -1, axis=1)], axis=-1)
    (chain,) = outlines(edges[neighbours(SQUARE) == len(SQUARE)])
    assert sorted(chain.tolist()) == [0, 1, 2, 3]
    start = chain.tolist().index(0)
    assert np.roll(chain, -start).tolist() == [0, 3, 2, 1]


def test_outlines_that_touch_in_a_vertex_both_close():
    edges = np.array([[0, 1], [1, 2], [2, 0], [0, 3], [3, 4], [4, 0]], dtype=np.int32)
    chains = outlines(edges)
    assert sum(len(chain) for chain in chains) == len(edges)
