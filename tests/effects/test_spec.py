import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arpipe.effects.spec import EffectSpec, parse_spec
from arpipe.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "name", "overrides"),
    [
        ("aviator", "aviator", {}),
        (" round ", "round", {}),
        ("round()", "round", {}),
        ("packs/my (new) look", "packs/my (new) look", {}),
        (
            "lipstick(color=#a3123a, opacity=0.8, finish=gloss)",
            "lipstick",
            {"color": "#a3123a", "opacity": 0.8, "finish": "gloss"},
        ),
        ("background(blur=18)", "background", {"blur": 18}),
        ("background(image=my office.jpg)", "background", {"image": "my office.jpg"}),
        ('background(image="a, b.jpg")', "background", {"image": "a, b.jpg"}),
        (
            "filter(matrix=[[1, 2], [3, 4]], normalize=true)",
            "filter",
            {"matrix": [[1, 2], [3, 4]], "normalize": True},
        ),
        ("evening(lips.color=#f00)", "evening", {"lips.color": "#f00"}),
        ("looks/evening(opacity=1)", "looks/evening", {"opacity": 1}),
    ],
)
def test_spec_is_a_name_with_values(text, name, overrides):
    spec = parse_spec(text)
    assert (spec.name, dict(spec.overrides)) == (name, overrides)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "(a=1)",
        "x(",
        "x(a)",
        "x(a=)",
        "x(=1)",
        "x(a=1",
        "x(a=[1)",
        "x(a=1, a=2)",
        'x(a="b)',
        "x(a=1]])",
    ],
)
def test_malformed_specs_are_refused_by_their_text(text):
    with pytest.raises(ConfigError) as caught:
        parse_spec(text)
    assert repr(text) in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ConfigError):
        assert isinstance(parse_spec(text), EffectSpec)
