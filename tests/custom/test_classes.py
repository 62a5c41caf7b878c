import numpy as np
import pytest

from arpipe.custom.classes import find_class, read_labels
from arpipe.errors import ConfigError, ModelError

LABELS = ("tabby, tabby cat", "tiger cat", "tiger, Panthera tigris", "crane", "crane")
SCORES = np.array([0.1, 0.3, 0.05, 0.2, 0.35])


@pytest.mark.parametrize(
    ("text", "index"),
    [("tabby", 0), ("Tabby Cat", 0), ("tiger", 2), ("cat", 1), ("2", 2), ("crane", 4), ("tiger cat", 1)],
)
def test_a_class_is_found_by_name_word_and_index(text, index):
    assert find_class(text, LABELS, SCORES) == index


def test_an_unknown_class_names_the_nearest():
    with pytest.raises(ConfigError, match="no class 'tigger'; did you mean 'tiger'"):
        find_class("tigger", LABELS, SCORES)


def test_a_network_without_names_takes_indices():
    assert find_class("3", (), SCORES) == 3
    with pytest.raises(ConfigError, match="it has no names, give an index below 5"):
        find_class("cat", (), SCORES)


@pytest.mark.parametrize("text", ["cat\ndog\n", "0 cat\n1 dog\n", "0: cat\n1: dog\n", "\ufeffcat\r\n\r\ndog"])
def test_labels_are_lines_with_or_without_numbers(tmp_path, text):
    path = tmp_path / "labels.txt"
    path.write_text(text, "utf-8", newline="")
    assert read_labels(path) == ("cat", "dog")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_files_without_labels_are_refused(tmp_path, content):
    path = tmp_path / "labels.txt"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        read_labels(path)
