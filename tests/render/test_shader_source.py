import pytest

from arpipe.errors import RenderError
from arpipe.render import shader_source
from arpipe.render.shader_source import read_shader


@pytest.fixture
def shaders(tmp_path, monkeypatch):
    monkeypatch.setattr(shader_source, "SHADERS", tmp_path)

    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.glsl").write_text(text, encoding="utf-8")

    return write


def test_includes_stand_in_place_once_and_keep_line_numbers(shaders):
    shaders(
        main='#include "a.glsl"\nfloat x;\n#include "b.glsl"\nfloat y;',
        a="float a;",
        b='#include "a.glsl"\nfloat b;',
    )
    source = read_shader("main.glsl", ("FOO 2",))
    assert source.text.startswith(
        "#version 330 core\n#define FOO 2\n#line 1 0\n#line 1 1\nfloat a;\n#line 2 0\nfloat x;"
    )
    assert source.text.count("float a;") == 1
    assert source.files == ("main.glsl", "a.glsl", "b.glsl")


def test_driver_messages_name_files(shaders):
    shaders(main='#include "a.glsl"', a="float a;")
    source = read_shader("main.glsl")
    assert source.explain("1:14(7): error") == "a.glsl:14(7): error"
    assert source.explain("0(3) : error") == "main.glsl:3 : error"


def test_missing_file_names_who_asked(shaders):
    shaders(main='#include "nothing.glsl"')
    with pytest.raises(RenderError, match=r"'nothing.glsl'.*included from main.glsl"):
        read_shader("main.glsl")


def test_a_circle_is_an_error(shaders):
    shaders(a='#include "b.glsl"', b='#include "a.glsl"')
    with pytest.raises(RenderError, match="circle"):
        read_shader("a.glsl")


@pytest.mark.gl
def test_compile_error_has_file_and_line(shaders, context):
    shaders(
        v="void main() {\n    gl_Position = vec4(0.0);\n}",
        f='#include "g.glsl"\nvoid main() {}',
        g="float x;\nbroken;",
    )
    with pytest.raises(RenderError, match=r"g\.glsl:2"):
        context.resources.program("v.glsl", "f.glsl")
