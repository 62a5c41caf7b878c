import pytest

from arpipe.apps.wording import percent, visible, visible_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("monday/é 😀 [red].mp4", "monday/é 😀 [red].mp4"),
        ("a\nb\t\x1b[31m.mp4", r"a\nb\t\x1b[31m.mp4"),
        ("\u202egpj.exe \x9b1m\u2028", r"\u202egpj.exe \x9b1m\u2028"),
        ("latin\udce9", "latin\udce9"),  # a byte of the name, which terminals of that encoding show
    ],
)
def test_control_characters_are_shown_and_do_nothing(text, shown):
    assert visible(text) == shown


def test_line_breaks_of_messages_stay():
    assert visible_lines("a\x1b:\nb") == "a\\x1b:\nb"


@pytest.mark.parametrize(
    ("part", "whole", "digits", "share"),
    [
        (0, 300, 0, "0 %"),
        (1, 3000, 0, "1 %"),
        (151, 300, 0, "50 %"),
        (2999, 3000, 0, "99 %"),
        (300, 300, 0, "100 %"),
        (29_999, 30_000, 1, "99.9 %"),
        (1, 30_000, 1, "0.1 %"),
        (1, 8, 1, "12.5 %"),
    ],
)
def test_shares_are_none_and_all_only_where_they_are(part, whole, digits, share):
    assert percent(part, whole, digits) == share
