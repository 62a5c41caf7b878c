import tomllib
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from arpipe.errors import ConfigError
from arpipe.io.toml_tables import parse_value, read_toml, to_toml
from arpipe.io.validation import check


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    speed: float = 1.0


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    needed: int
    inner: Inner | None = None
    more: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = {}
    either: Inner | Literal["off"] = "off"


def complaint(table, **more):
    with pytest.raises(ConfigError) as caught:
        check(Outer, table, "run.toml", **more)
    return str(caught.value)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({}, "run.toml: needed: is missing"),
        ({"needed": 1, "inner": {"sped": 1}}, "inner.sped: is not a valid key; did you mean 'speed'?"),
        ({"needed": 1, "more": [{}, {"spd": 1}]}, "more[1].spd: is not a valid key; did you mean 'speed'?"),
        ({"needed": 1, "by_name": {"a": {"zzz": 1}}}, "by_name.a.zzz: is not a valid key; there are: speed"),
        ({"needed": 1, "neded": 1}, "neded: is not a valid key; did you mean 'needed'?"),
        ({"needed": "many"}, "got 'many'"),
        (
            {"needed": 1, "either": {"sped": 1}},
            "toml: either.sped: is not a valid key; did you mean 'speed'?",
        ),
        ({"needed": 1, "more": 3}, "run.toml: more: expected a list, got 3"),
        ({"needed": 1, "more": {"speed": 1}}, "got a table; a list of tables has two brackets: [[more]]"),
        ({"needed": 1, "either": "on"}, "toml: either: expected a table or 'off', got 'on'"),
    ],
)
def test_problems_name_source_key_and_nearest_key(table, expected):
    assert expected in complaint(table)


def test_every_problem_has_its_line():
    assert len(complaint({"neded": 1, "inner": {"sped": 1}}).splitlines()) == 3
    assert complaint({}, prefix="layers[2]") == "run.toml: layers[2].needed: is missing"


def test_files_that_are_no_toml(tmp_path):
    for content, expected in [(b"a = ", "not valid TOML"), (b"\xff", "UTF-8"), (b"a=" + b"[" * 9999, "deep")]:
        path = tmp_path / "run.toml"
        path.write_bytes(content)
        with pytest.raises(ConfigError, match=expected) as caught:
            read_toml(path)
        assert str(path) in str(caught.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_toml(tmp_path)


SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"])),
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]))
TABLES = st.recursive(
    st.dictionaries(KEYS, SCALARS | st.lists(SCALARS, max_size=3), max_size=3),
    lambda inner: st.dictionaries(KEYS, SCALARS | inner | st.lists(inner, max_size=2), max_size=3),
    max_leaves=8,
)


@given(TABLES)
def test_written_toml_reads_back(table):
    assert tomllib.loads(to_toml(table)) == table


def test_what_is_none_is_left_out():
    assert to_toml({"a": None, "b": 1, "c": {"d": None}}) == "b = 1\n"


@given(
    st.one_of(st.booleans(), st.integers(-(2**60), 2**60), st.floats(allow_nan=False, allow_infinity=False))
)
def test_numbers_and_truth_values_come_back(value):
    assert parse_value(str(value).lower()) == value


@pytest.mark.parametrize("text", ["#fff", "office.jpg", "2024-01-01", "1\nb = 2", "a = b", "[[[[", "x'y"])
def test_what_is_no_toml_value_is_text(text):
    assert parse_value(text) == text
