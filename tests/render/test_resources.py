import numpy as np
import pytest

pytestmark = pytest.mark.gl


def test_targets_are_reused_for_nearby_sizes_and_not_between_roles(context):
    resources = context.resources
    first = resources.target("a", 100, 50)
    assert resources.target("a", 110, 60) is first
    assert (first.width, first.height) == (128, 64)
    assert resources.target("b", 100, 50) is not first
    assert resources.target("a", 129, 50) is not first


def test_only_a_few_targets_are_kept(context):
    resources = context.resources
    for size in range(40):
        resources.target("a", 64 * (size + 1), 64)
    assert resources.count <= 13


def test_programs_are_compiled_once(context):
    resources = context.resources
    assert resources.program("depth.vert", "depth.frag") is resources.program("depth.vert", "depth.frag")


def test_release_and_close_give_everything_back(context):
    resources = context.resources
    texture = resources.texture(np.zeros((4, 4, 4), np.uint8), srgb=True, mipmaps=True)
    program = resources.program("depth.vert", "depth.frag")
    mesh = resources.mesh(
        program, [(np.zeros((3, 3), np.float32), "3f", ("in_position",))], np.array([[0, 1, 2]])
    )
    before = resources.count
    resources.release(mesh)
    resources.release(mesh)
    resources.release(texture)
    assert resources.count == before - 2
    resources.close()
    resources.close()
    assert resources.count == 0


def test_attributes_that_a_program_does_not_use_are_skipped(context):
    program = context.resources.program("depth.vert", "depth.frag")
    data = np.zeros((3, 8), np.float32)
    unused = np.zeros((3, 4), np.float16)
    mesh = context.resources.mesh(
        program,
        [(data, "2f 3f 3f", ("in_uv", "in_position", "in_normal")), (unused, "4f2", ("in_color",))],
        np.array([[0, 1, 2]]),
    )
    assert len(mesh.buffers) == 3


def test_a_uniform_that_the_compiler_removed_may_be_set_and_an_unknown_one_may_not(context, tmp_path):
    shaders = tmp_path / "shaders"
    shaders.mkdir()
    (shaders / "plain.vert").write_text(
        "in vec2 in_position;\nvoid main() { gl_Position = vec4(in_position, 0, 1); }\n"
    )
    (shaders / "plain.frag").write_text(
        "uniform float u_used;\nuniform float u_removed;\nuniform mat3 u_matrices[2];\nout vec4 o_color;\n"
        "void main() { o_color = vec4(u_used); }\n"
    )
    program = context.resources.program("plain.vert", "plain.frag", (), shaders)
    program.set("u_used", 0.5)
    program.set("u_removed", 0.5)
    program.write("u_matrices", np.zeros((2, 3, 3)))
    for name in ("u_usd", "u_matrix"):
        with pytest.raises(KeyError):
            program.set(name, 0.5)
        with pytest.raises(KeyError):
            program.write(name, np.zeros(3))
