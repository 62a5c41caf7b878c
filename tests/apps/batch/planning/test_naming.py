"""Names of outputs depend on the paths of the inputs and not on their order."""

import itertools
from pathlib import Path

import pytest

from arpipe.apps.batch.planning.inputs import Input
from arpipe.apps.batch.planning.naming import output_names
from tests.scaling import MOST_GROWTH, growth


def given(*paths):
    return [Input(path, Path(path).name) for path in paths]


def named(inputs, suffix=".mp4"):
    return dict(zip([each.spec for each in inputs], output_names(inputs, lambda _: suffix), strict=True))


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (("/v/a.mp4", "/v/b.mov"), ("a.mp4", "b.mp4")),
        (("/v/a.mp4", "/v/a.mov"), ("a.mp4", "a.mov.mp4")),
        (("/v/a.mkv", "/v/a.mov"), ("a.mkv.mp4", "a.mov.mp4")),
        (("/v/1/a.mp4", "/v/2/a.mp4"), ("1-a.mp4", "2-a.mp4")),
        (("/v/1/x/a.mp4", "/v/2/x/a.mp4", "/v/b.mp4"), ("1-x-a.mp4", "2-x-a.mp4", "b.mp4")),
        (("/v/1/a.mp4", "/v/2/A.MP4"), ("1-a.mp4", "2-A.MP4")),
    ],
)
def test_equal_names_get_as_much_of_their_path_as_tells_them_apart(paths, expected):
    for order in itertools.permutations(given(*paths)):
        assert named(order) == dict(zip(paths, expected, strict=True))


def test_names_that_only_differ_in_case_get_a_digest():
    made = named(given("/v/a.mp4", "/v/A.mp4"))
    assert len({name.casefold() for name in made.values()}) == 2
    assert made == named(given("/v/A.mp4", "/v/a.mp4"))


def test_mirrored_folders_are_kept():
    inputs = [Input("/v/1/a.mov", "1/a.mov"), Input("/v/2/a.mov", "2/a.mov"), Input("/w/1/a.mov", "1/a.mov")]
    assert output_names(inputs, lambda _: ".mp4") == ["1/v-a.mov.mp4", "2/a.mp4", "1/w-a.mov.mp4"]


def test_names_are_found_in_linear_time():
    def name(number: int) -> None:
        inputs = given(*(f"/v/{index}/a.mp4" for index in range(number)))
        assert len(set(output_names(inputs, lambda _: ".csv"))) == number

    assert max(growth(name, 100)) < MOST_GROWTH
