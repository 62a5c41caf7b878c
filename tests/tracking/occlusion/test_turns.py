"""Whose surroundings are searched for hands, and when."""

from dataclasses import replace
from itertools import pairwise

import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.tracking.occlusion.turns import ALERT_EVERY, AT_ONCE, CALM_EVERY, SearchTurns
from tests.tracking.occlusion.pictures import SAMPLE


@pytest.fixture(scope="module")
def face():
    with SampleSource(SAMPLE) as sample:
        return sitter(sample, 0).faces[0]


def searches(face, frames, alert, count):
    """Return the ids of the faces that are searched in each frame; `alert` gives those that move."""
    turns = SearchTurns()
    faces = [replace(face, track_id=number) for number in range(1, count + 1)]
    return [[each.track_id for each in counted(turns, faces, alert(index))] for index in range(frames)]


def counted(turns, faces, alert):
    turns.count(faces, alert)
    return turns.take(faces)


@pytest.mark.parametrize(("count", "longest"), [(1, 3), (3, 3), (4, 4), (8, 5)])
def test_each_moving_face_is_searched_about_as_often_as_one_alone(face, count, longest):
    everyone = range(1, count + 1)
    found = searches(face, 31, lambda _: everyone, count)
    for track_id in everyone:
        frames = [index for index, ids in enumerate(found) if track_id in ids]
        assert max(later - before for before, later in pairwise(frames)) <= longest


def test_searches_are_spread_over_frames(face):
    found = searches(face, 60, lambda _: range(1, 11), 10)
    assert max(map(len, found)) == AT_ONCE
    counts = [sum(track_id in ids for ids in found) for track_id in range(1, 11)]
    assert max(counts) - min(counts) <= 1


def test_only_the_face_before_which_something_moves_is_searched_more_often(face):
    found = searches(face, CALM_EVERY, lambda _: [2], 3)
    counts = [sum(track_id in ids for ids in found) for track_id in (1, 2, 3)]
    assert counts[0] == counts[2] == 1
    assert counts[1] > CALM_EVERY // (ALERT_EVERY + 1)


def test_a_movement_shortly_after_a_search_is_not_forgotten(face):
    found = searches(face, 10, lambda index: [1] if index == 1 else [], 1)
    assert [index for index, ids in enumerate(found) if ids] == [0, ALERT_EVERY]


def test_a_new_face_is_searched_at_once(face):
    turns = SearchTurns()
    assert counted(turns, [face], [])
    newcomer = replace(face, track_id=face.track_id + 1)
    assert counted(turns, [face, newcomer], []) == [newcomer]


def test_a_face_whose_turn_is_put_off_is_searched_in_the_next_frame(face):
    turns = SearchTurns()
    turns.count([face], [])
    assert counted(turns, [face], []) == [face]
