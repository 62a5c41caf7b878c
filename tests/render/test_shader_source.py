import importlib

import pytest

from arpipe.errors import RenderError
from arpipe.render.shader_source import read_shader


@pytest.fixture
def write(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.glsl").write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def package(tmp_path, monkeypatch):
    """An installed package with GLSL of its own."""
    shaders = tmp_path / "shiny" / "shaders"
    shaders.mkdir(parents=True)
    (tmp_path / "shiny" / "__init__.py").touch()
    (shaders / "gloss.vert").write_text(
        '#include "project.glsl"\nvoid main() {\n    gl_Position = vec4(0.0);\n}'
    )
    (shaders / "gloss.frag").write_text("out vec4 color;\nvoid main() {\n    color = vec4(1.0);\n}")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    return "shiny"


def test_includes_stand_in_place_once_and_keep_line_numbers(write):
    folder = write(
        main='#include "a.glsl"\nfloat x;\n#include "b.glsl"\nfloat y;',
        a="float a;",
        b='#include "a.glsl"\nfloat b;',
    )
    source = read_shader("main.glsl", ("FOO 2",), folder)
    assert source.text.startswith(
        "#version 330 core\n#define FOO 2\n#line 1 0\n#line 1 1\nfloat a;\n#line 2 0\nfloat x;"
    )
    assert source.text.count("float a;") == 1
    assert source.files == ("main.glsl", "a.glsl", "b.glsl")


def test_driver_messages_name_files(write):
    folder = write(main='#include "a.glsl"', a="float a;")
    source = read_shader("main.glsl", folder=folder)
    assert source.explain("1:14(7): error") == "a.glsl:14(7): error"
    assert source.explain("0(3) : error") == "main.glsl:3 : error"


def test_missing_file_names_the_file_that_includes_it_and_the_folders_searched(write):
    folder = write(main='#include "nothing.glsl"')
    with pytest.raises(RenderError, match=r"'nothing.glsl'.*included from main.glsl") as error:
        read_shader("main.glsl", folder=folder)
    assert str(folder) in str(error.value)
    assert "render" in str(error.value)


def test_a_circle_is_an_error(write):
    folder = write(a='#include "b.glsl"', b='#include "a.glsl"')
    with pytest.raises(RenderError, match="circle: a.glsl → b.glsl → a.glsl"):
        read_shader("a.glsl", folder=folder)


def test_files_of_a_folder_come_before_shared_ones_except_within_shared_ones(write):
    folder = write(
        main='#include "light.glsl"',
        light="float own;",
        other='#include "surface.glsl"\n#include "light.glsl"',
    )
    assert "float own;" in read_shader("main.glsl", folder=folder).text
    both = read_shader("other.glsl", folder=folder)
    assert both.files == ("other.glsl", "surface.glsl", "light.glsl", "light.glsl")
    assert "float own;" in both.text


@pytest.mark.gl
def test_installed_package_brings_its_shaders_and_includes_shared_ones(package, context):
    program = context.resources.program("gloss.vert", "gloss.frag", shaders=package)
    assert program is context.resources.program("gloss.vert", "gloss.frag", shaders=package)
    assert "project.glsl" in read_shader("gloss.vert", folder=package).files


@pytest.mark.gl
def test_programs_of_the_same_file_names_in_two_folders_are_two_programs(package, tmp_path, context):
    for name in ("gloss.vert", "gloss.frag"):
        (tmp_path / name).write_text((tmp_path / "shiny" / "shaders" / name).read_text())
    own = context.resources.program("gloss.vert", "gloss.frag", shaders=tmp_path)
    assert own is not context.resources.program("gloss.vert", "gloss.frag", shaders=package)


@pytest.mark.gl
def test_compile_error_has_file_and_line(write, context):
    folder = write(
        v="void main() {\n    gl_Position = vec4(0.0);\n}",
        f='#include "g.glsl"\nvoid main() {}',
        g="float x;\nbroken;",
    )
    with pytest.raises(RenderError, match=r"g\.glsl:2"):
        context.resources.program("v.glsl", "f.glsl", shaders=folder)
