"""Pictures of which a part was drawn on."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from arpipe.types import Block, EditedPicture, Frame, FrameResult, Picture, StoredRgb, find_changes
from arpipe.types.edited import differ

BASE = np.random.default_rng(0).integers(0, 250, (120, 160, 3)).astype(np.uint8)


def block(top, left, height, width, value):
    return Block(np.full((height, width, 3), value, np.uint8), left, top)


def edited(*blocks):
    expected = BASE.copy()
    for each in blocks:
        expected[each.part] = each.pixels
    return EditedPicture(StoredRgb(BASE), blocks), expected


TWO = block(10, 20, 30, 40, 255), block(100, 130, 20, 30, 254)


@pytest.mark.parametrize(
    "part",
    [
        (slice(0, 120), slice(0, 160)),
        (slice(0, 5), slice(0, 5)),
        (slice(15, 20), slice(25, 30)),
        (slice(30, 110), slice(50, 140)),
        (slice(119, 120), slice(159, 160)),
    ],
)
def test_parts_equal_those_of_all_pixels(part):
    picture, expected = edited(*TWO)
    assert (picture.block(part).cut(part) == expected[part]).all()
    assert not picture.has_pixels
    assert (picture.pixels() == expected).all()
    assert picture.has_pixels
    assert (picture.block(part).cut(part) == expected[part]).all()
    assert (picture.sampled(7) == expected[::7, ::7]).all()


def test_its_pixels_are_its_own():
    picture, _ = edited()
    before = BASE.copy()
    picture.pixels()[:] = 0
    picture.block((slice(0, 9), slice(0, 9)))
    assert (before == BASE).all()


@pytest.mark.parametrize("blocks", [(), TWO[:1], TWO, (Block(BASE[5:9, 6:10].copy(), 6, 5),)])
def test_changes_are_those_of_all_pixels(blocks):
    picture, expected = edited(*blocks)
    assert picture.changes() == find_changes(BASE, expected)
    shown = Picture(None, FrameResult(Frame(BASE)), stored=picture)
    assert shown.is_edited == Picture(expected, FrameResult(Frame(BASE))).is_edited


def test_a_change_within_a_block_is_found():
    drawn = Block(BASE[50:80, 60:100].copy(), 60, 50)
    drawn.pixels[3, 4] += 1
    picture, _ = edited(drawn)
    assert picture.changes() == (slice(53, 54), slice(64, 65))


@pytest.mark.parametrize("place", [(0, 0), (63, 0), (64, 159), (119, 80)])
def test_differences_are_found_anywhere(place):
    after = BASE.copy()
    assert not differ(BASE, BASE)
    assert not differ(BASE, after)
    after[place] += 1
    assert differ(BASE, after)


def test_pictures_can_be_pickled():
    stored, expected = edited(*TWO)
    picture = Picture(None, FrameResult(Frame(BASE)), stored=stored)
    copy = pickle.loads(pickle.dumps(picture))  # noqa: S301 - its own data
    assert (copy.pixels == expected).all()


def test_transparent_pictures_are_edited():
    assert Picture(BASE, FrameResult(Frame(BASE)), np.zeros((120, 160), np.uint8)).is_edited
    with pytest.raises(ValueError, match="expected \\(h, w, 3\\) uint8, got None"):
        Picture(None, FrameResult(Frame(BASE)))
    with pytest.raises(ValueError, match="expected a FrameResult, got None"):
        Picture(BASE)


def test_replaced_pictures_stay_as_they_are_stored():
    stored, _ = edited(*TWO)
    picture = replace(Picture(None, FrameResult(Frame(BASE)), stored=stored), alpha=None)
    assert picture.stored is stored
    assert not stored.has_pixels
