"""JSON of results is the standard library's, whatever encodes it."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.io.export.json_text import points_to_json, record_to_json, to_json

HUNDREDTHS = st.integers(-(10**7), 10**7).map(lambda value: value / 100)


@given(st.lists(st.lists(st.one_of(HUNDREDTHS, st.none()), min_size=3, max_size=4)))
def test_points_equal_the_standard_librarys(points):
    assert points_to_json(points) == to_json(points)


@pytest.mark.parametrize("value", [-0.0, 0.0001, 0.1234, 3.0, 1e15, 123456789.25])
def test_numbers_equal_the_standard_librarys(value):
    assert points_to_json([[value]]) == to_json([[value]])


def face(number, landmarks):
    return {
        "id": number,
        "score": 0.5,
        "landmarks": landmarks,
        "pose": {"camera_from_head": [[1e-05, 2.3e-06]]},
    }


POINTS = np.round(np.random.default_rng(0).uniform(-50, 2000, (478, 3)), 2).tolist()


@pytest.mark.parametrize(
    "record",
    [
        {"frame": 0, "faces": [], "bodies": [], "hands": []},
        {
            "frame": 1,
            "faces": [face(1, POINTS), face(2, POINTS[::-1])],
            "hands": [face(3, [[1.0, None, 2.5]])],
        },
        {
            "source": "ein “Name”\n\U0001f600.mp4",
            "faces": [face(1, POINTS)],
            "models": {"mine": {"a": [1e-05]}},
        },
        {"source": "\0landmarks", "faces": [face(1, POINTS)]},
        {"faces": [face(1, None)]},
    ],
)
def test_records_equal_the_standard_librarys(record):
    text = record_to_json(record)
    assert text == to_json(record)
    assert json.loads(text) == record


def test_nan_is_refused():
    with pytest.raises(ValueError, match="JSON compliant"):
        record_to_json({"frame": 0, "time_s": float("nan"), "faces": []})
