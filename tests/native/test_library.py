"""Libraries that do not fit are refused, with what to do."""

import shutil

import pytest

from arpipe.errors import NativeError
from arpipe.native import build
from arpipe.native.library import ROOT, load_library


def put_library(root, content):
    path = root / build.LIBRARY
    path.parent.mkdir(parents=True)
    path.write_bytes(content)


def copy_checkout(root):
    """Copy the library of this checkout and its sources."""
    put_library(root, (ROOT / build.LIBRARY).read_bytes())
    shutil.copytree(ROOT / build.SOURCES, root / build.SOURCES)


def test_an_installation_without_the_library_says_how_to_get_it(tmp_path):
    with pytest.raises(NativeError, match=r"no compiled library; install a C\+\+ compiler"):
        load_library(tmp_path)


def test_a_file_that_is_no_library_is_refused(tmp_path):
    put_library(tmp_path, b"no library")
    with pytest.raises(NativeError, match="does not load"):
        load_library(tmp_path)


@pytest.mark.cpu
def test_a_library_is_refused_once_its_sources_have_changed(tmp_path):
    copy_checkout(tmp_path)
    load_library.__wrapped__(tmp_path)
    assert build.is_current(tmp_path)
    with (tmp_path / build.SOURCES / "export.h").open("a") as source:
        source.write("// changed\n")
    assert not build.is_current(tmp_path)
    advice = "rebuild it: python -m arpipe.native.build"
    with pytest.warns(RuntimeWarning, match=advice), pytest.raises(NativeError, match=advice):
        load_library(tmp_path)


@pytest.mark.cpu
def test_a_library_loads_where_there_are_no_sources(tmp_path):
    put_library(tmp_path, (ROOT / build.LIBRARY).read_bytes())
    assert load_library(tmp_path).arpipe_digest().decode() == build.digest_of(ROOT)
