import pytest

from arpipe.errors import ConfigError
from arpipe.needs import Need, parse_needs


def test_words_and_members_are_the_same_needs():
    assert parse_needs({"face", Need.MASK}) == {Need.FACE, Need.MASK} == {"face", "mask"}
    assert all(isinstance(need, Need) for need in parse_needs(["hands"]))
    assert parse_needs(()) == frozenset()


@pytest.mark.parametrize(("word", "hint"), [("faces", "'face'"), ("hand", "'hands'"), ("Mask", "'mask'")])
def test_a_wrong_word_is_an_error_with_the_nearest_valid_one(word, hint):
    with pytest.raises(ConfigError, match=f"Sticker: there is no need '{word}'; did you mean {hint}"):
        parse_needs({word}, "Sticker")


def test_a_word_unlike_any_valid_one_lists_them_all():
    with pytest.raises(
        ConfigError,
        match="there are: body, covered, expressions, face, gestures, hands, iris, mask, objects, occlusion",
    ):
        parse_needs({"xyz"})


def test_a_bare_text_is_not_taken_for_a_set_of_letters():
    with pytest.raises(ConfigError, match="expected a set of words"):
        parse_needs("face")
