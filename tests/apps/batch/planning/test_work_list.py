"""Inputs from a file: which they are, what their outputs are called, and lines that are none."""

import pytest

from arpipe.apps.batch.planning.work_list import WorkList, read_work_list
from arpipe.errors import ConfigError, MediaNotFound, OutputError
from tests.apps.batch.running import batch, files


def write(folder, *lines):
    path = folder / "work.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_inputs_are_relative_to_the_list_and_outputs_are_called_as_it_says(footage, tmp_path):
    work = write(
        footage,
        '"a.mp4"',
        "",
        '{"input": "b.mp4", "name": "visit-7/front.1"}',
        '{"input": "*.png", "name": "photos"}',
    )
    code, text = batch(manifest=work, inputs=[], output=tmp_path / "out")
    assert (code, "3 of 3 done" in text) == (0, True)
    found = sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("[!.]*.*")
    )
    assert found == ["a.mp4", "photos/photo.png", "visit-7/front.1.mp4"]


def test_shards_of_a_list_share_it(footage, tmp_path):
    work = write(footage, '"a.mp4"', '"b.mp4"', '"photo.png"')
    for number in (1, 2):
        assert batch(manifest=work, inputs=[], output=tmp_path / "out", shard=f"{number}/2")[0] == 0
    assert files(tmp_path / "out") == ["a.mp4", "b.mp4", "photo.png"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a.mp4", 'line 2: is not valid JSON .*write names in quotes, such as "a.mp4"'),
        ("[1]", r"line 2: expected a string or an object with `input`, got \[1\]"),
        ('{"inptu": "a.mp4"}', "line 2: inptu: is not a valid key; did you mean 'input'"),
        ('{"name": "a"}', "line 2: input: is missing"),
        ('""', "line 2: input: "),
        ('{"input": "a.mp4", "name": "../a"}', "line 2: name: expected a path inside the folder"),
        ('{"input": "a.mp4", "name": "/a"}', "line 2: name: expected a path inside the folder"),
        ('{"input": "a.mp4", "name": "."}', "line 2: name: expected a path inside the folder"),
        ('{"input": "a.mp4", "name": "2"}', "line 2: a.mp4 is already called '1'"),
    ],
)
def test_wrong_line_is_named_with_its_number(tmp_path, line, message):
    with pytest.raises(ConfigError, match=message):
        read_work_list(write(tmp_path, '{"input": "a.mp4", "name": "1"}', line))


def test_names_may_hold_what_unicode_takes_for_the_end_of_a_line(tmp_path):
    names = ("a\u2028b.mp4", "c\x85d.mp4")
    work = write(tmp_path, *(f'"{name}"' for name in names))
    assert read_work_list(work).inputs == tuple(str(tmp_path / name) for name in names)


def test_list_that_is_missing_or_would_be_overwritten_is_refused(footage, tmp_path):
    with pytest.raises(MediaNotFound, match="missing.jsonl"):
        read_work_list(tmp_path / "missing.jsonl")
    with pytest.raises(OutputError, match="same file as the work list"):
        work = write(footage, '"a.mp4"')
        batch(manifest=work, inputs=[], output=None, export=work)
    assert read_work_list(write(tmp_path, "", "  ")) == WorkList()
