import ctypes
import sys

import pytest

from arpipe.apps import heaps


@pytest.mark.skipif(sys.platform != "linux", reason="glibc")
def test_glibc_is_told_once_for_all_threads(monkeypatch):
    told = []
    monkeypatch.setattr(
        ctypes, "CDLL", lambda _: type("C", (), {"mallopt": lambda *_self: told.append(_self[1:])})()
    )
    heaps.share_heaps()
    assert told == [(-8, 2)]


@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_other_c_libraries_are_left_alone(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda _: object())
    heaps.share_heaps()
