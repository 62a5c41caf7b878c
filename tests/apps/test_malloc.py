import ctypes
import sys

import pytest

from arpipe.apps import malloc


@pytest.fixture
def told(monkeypatch):
    """What a C library with glibc's `mallopt` was told."""
    calls = []
    library = type("Library", (), {"mallopt": lambda self, *arguments: calls.append(arguments)})
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library())
    return calls


def test_glibc_is_told_once_for_all_threads(monkeypatch, told):
    monkeypatch.setattr(sys, "platform", "linux")
    malloc.limit_malloc_arenas()
    assert told == [(-8, 2)]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_left_alone(monkeypatch, told, platform):
    monkeypatch.setattr(sys, "platform", platform)
    malloc.limit_malloc_arenas()
    assert told == []


def test_a_c_library_without_mallopt_is_no_error(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    opened = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: opened.append(name) or object())
    malloc.limit_malloc_arenas()
    assert opened == [None]
