from arpipe.spelling import nearest


def test_hint_names_the_most_similar_name_whatever_its_case():
    assert nearest("Aviater", ["round", "aviator"]) == "; did you mean 'aviator'?"


def test_hint_lists_all_names_once_and_sorted_when_none_is_similar():
    assert nearest("xyz", ["round", "aviator", "round"]) == "; there are: aviator, round"


def test_of_very_many_names_the_most_similar_one_is_given():
    assert (
        nearest("xyz", [f"landmark_{number}" for number in range(200)] + ["x_axis"])
        == "; did you mean 'x_axis'?"
    )


def test_no_hint_without_names():
    assert nearest("xyz", []) == ""
