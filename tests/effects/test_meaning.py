import pytest

from arpipe.effects.kinds import kinds
from arpipe.effects.meaning import KIND_WORDS, SYNONYMS, describes, kinds_about, suggestion
from arpipe.effects.packs import load_effect
from arpipe.errors import ConfigError


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("sunglasses", ["aviator", "cat-eye", "oversized", "sport", "wayfarer"]),
        ("lips", ["bold-lip", "lipstick"]),
        ("Eyelashes", ["mascara"]),
        ("cheeks", ["blush"]),
        ("blur", ["background"]),
        ("wireframe", ["debug"]),
    ],
)
def test_effects_are_suggested_by_what_people_call_them(said, meant):
    with pytest.raises(ConfigError, match="; try ") as refused:
        load_effect(said)
    suggested = str(refused.value).partition("; try ")[2].split(", ")
    assert set(meant) <= set(suggested)


def test_misspelt_names_are_suggested_by_spelling():
    assert suggestion("aviatr") == "; did you mean 'aviator'?"


def test_many_suggestions_are_cut_and_the_command_that_lists_them_is_named():
    assert suggestion("makeup").endswith("more (arpipe effects list makeup)")
    assert suggestion("makeup").count(",") == 5


def test_whole_words_of_sentences_count_and_parts_do_not():
    assert describes("eyes", (), "Shadows under the eyes.")
    assert not describes("shadow", (), "Shadows under the eyes.")
    assert describes("shadow", ("eyeshadow",))


def test_every_kind_with_words_exists_and_is_found_by_each():
    assert set(KIND_WORDS) <= set(kinds())
    for kind, words in KIND_WORDS.items():
        assert all(kind in kinds_about([word]) for word in words)


@pytest.mark.parametrize("word", SYNONYMS)
def test_every_synonym_leads_somewhere(word):
    assert suggestion(word).startswith("; try ")
