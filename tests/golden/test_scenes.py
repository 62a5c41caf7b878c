"""The comparison of scenes sees what it must see. Rendering them is a matter of minutes and done by hand."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

SCENES = Path(__file__).parent / "scenes"
HEADER = '{"arpipe":"0.1.0","source":"a.png"}\n'


@pytest.fixture
def compare(monkeypatch):
    monkeypatch.syspath_prepend(str(SCENES))
    spec = importlib.util.spec_from_file_location("compare", SCENES / "compare.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "compare", module)
    spec.loader.exec_module(module)
    yield module
    sys.modules.pop("scenes", None)


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 250, (100, 100, 3), np.uint8)


def test_equal_pictures_pass(compare, picture):
    assert compare.compare_pictures("x", picture, picture.copy()).passed


def test_a_thousandth_of_the_samples_may_differ_and_no_more(compare, picture):
    few, many = picture.copy(), picture.copy()
    few[0, :10, 0] += 5
    many[0, :35, 0] += 5
    assert compare.compare_pictures("x", few, picture).passed
    assert not compare.compare_pictures("x", many, picture).passed


def test_a_shift_of_all_samples_by_one_fails_by_its_mean(compare, picture):
    assert not compare.compare_pictures("x", picture + 1, picture).passed


def test_pictures_of_another_size_fail(compare, picture):
    assert not compare.compare_pictures("x", picture[:-1], picture).passed


def test_exports_may_differ_in_the_version_only(compare):
    line = '{"x":1.25}\n'
    other_version = HEADER.replace("0.1.0", "0.2.0")
    assert compare.compare_exports("x", other_version + line, HEADER + line).passed
    assert not compare.compare_exports("x", HEADER + '{"x":1.250}\n', HEADER + line).passed
    assert not compare.compare_exports("x", HEADER.replace("a.png", "b.png") + line, HEADER + line).passed


def test_exports_without_frames_or_of_another_length_fail(compare):
    line = '{"x":1.25}\n'
    assert not compare.compare_exports("x", HEADER, HEADER).passed
    assert not compare.compare_exports("x", HEADER + line, HEADER + line + line).passed


def test_scenes_cover_every_bundled_pack_of_glasses_and_every_look(compare):
    import tomllib

    used = {argument.split("(")[0] for scene in compare.chosen_scenes(None) for argument in scene.arguments}
    packs = (compare.REPOSITORY / "assets/effects").glob("*/effect.toml")
    tags = {file.parent.name: tomllib.loads(file.read_text("utf-8"))["tags"] for file in packs}
    wanted = {name for name, said in tags.items() if "glasses" in said or "look" in said}
    assert len(wanted) >= 15
    assert wanted <= used
