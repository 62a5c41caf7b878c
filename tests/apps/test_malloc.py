import ctypes
import sys

import pytest

from arpipe.apps import malloc


@pytest.fixture
def told(monkeypatch):
    """What a C library with glibc's functions was told."""
    calls = []
    names = ("mallopt", "malloc_trim")
    tell = {name: lambda self, *arguments: calls.append(arguments) for name in names}
    library = type("Library", (), tell)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library())
    return calls


def test_glibc_is_told_once_for_all_threads(monkeypatch, told):
    monkeypatch.setattr(sys, "platform", "linux")
    malloc.limit_malloc_arenas()
    assert told == [(-8, 2)]


def test_glibc_is_told_to_return_all_free_memory(monkeypatch, told):
    monkeypatch.setattr(sys, "platform", "linux")
    malloc.release_free_memory()
    assert told == [(0,)]


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_left_alone(monkeypatch, told, platform):
    monkeypatch.setattr(sys, "platform", platform)
    malloc.limit_malloc_arenas()
    malloc.release_free_memory()
    assert told == []


def test_a_c_library_without_these_functions_is_no_error(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    opened = []
    monkeypatch.setattr(ctypes, "CDLL", lambda name: opened.append(name) or object())
    malloc.limit_malloc_arenas()
    malloc.release_free_memory()
    assert opened == [None, None]
