"""How long inputs take, as their sizes say."""

import pytest

from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.size import PHOTO_FACTOR, input_bytes, relative_durations


def job(spec, kind="video"):
    return Job(str(spec), kind, None, None, "jsonl")


def test_durations_are_relative_to_the_mean_which_stands_for_unknown_sizes(tmp_path):
    sizes = {"long.mp4": 3000, "short.mp4": 1000, "photo.jpg": 5000}
    for name, size in sizes.items():
        (tmp_path / name).write_bytes(bytes(size))
    jobs = [job(tmp_path / name, "images" if name.endswith("jpg") else "video") for name in sizes]
    assert [input_bytes(each) for each in jobs] == list(sizes.values())
    found = relative_durations([*jobs, job("s3://bucket/clip.mp4")])
    mean = (3000 + 1000 + PHOTO_FACTOR * 5000) / 3
    expected = [3000 / mean, 1000 / mean, PHOTO_FACTOR * 5000 / mean, 1.0]
    assert list(found.values()) == pytest.approx(expected)
    assert sum(found.values()) == pytest.approx(len(found))


def test_inputs_without_any_known_size_take_equally_long():
    assert relative_durations([job("sample"), job("s3://bucket/clip.mp4")]) == {
        "sample": 1.0,
        "s3://bucket/clip.mp4": 1.0,
    }
