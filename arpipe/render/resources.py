"""GL objects of a context: programs, textures, meshes and targets, cached where it pays, released on close."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.errors import RenderError
from arpipe.render.program import Program
from arpipe.render.shader_source import SHARED, ShaderFolder, read_shader

SRGB8_ALPHA8 = 0x8C43
"""Internal format of sRGB bytes, which the driver decodes when reading and encodes when writing."""

TARGET_STEP = (
    64  # sizes are rounded up to multiples, so that a moving face does not need a new target per frame
)
TARGETS_KEPT = 12  # for four regions at once with their shadows, and some intermediate ones

DTYPES = {"uint8": "f1", "float16": "f2", "float32": "f4"}


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Framebuffer with colour and depth, at least as large as requested.

    Attributes:
        framebuffer: The framebuffer.
        color: (height, width) sRGB RGBA texture of a single-sampled target; None for a multisampled one.
        width, height: Size in px.
    """

    framebuffer: moderngl.Framebuffer
    color: moderngl.Texture | None
    width: int
    height: int

    def release(self) -> None:
        """Release the attachments, then the framebuffer."""
        for attachment in (*self.framebuffer.color_attachments, self.framebuffer.depth_attachment):
            if attachment is not None:
                attachment.release()
        self.framebuffer.release()


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Vertex buffers of one drawable.

    Attributes:
        vertex_array: Vertex array for one program.
        buffers: Vertex buffers in the order given, then the index buffer.
    """

    vertex_array: moderngl.VertexArray
    buffers: tuple[moderngl.Buffer, ...]

    def write(self, data: npt.NDArray[np.generic], buffer: int = 0) -> None:
        """Replace the contents of a dynamic vertex buffer by as many bytes."""
        self.buffers[buffer].write(np.ascontiguousarray(data))

    def release(self) -> None:
        """Release the vertex array and its buffers."""
        self.vertex_array.release()
        for buffer in self.buffers:
            buffer.release()


@contextmanager
def depth_only(framebuffer: moderngl.Framebuffer) -> Iterator[None]:
    """Mask the colour of a framebuffer in the block; the framebuffer stays bound."""
    framebuffer.color_mask = (False, False, False, False)
    framebuffer.use()  # moderngl passes a changed mask to OpenGL only here
    try:
        yield
    finally:
        framebuffer.color_mask = (True, True, True, True)
        framebuffer.use()


Owned = Mesh | Target | moderngl.Texture | moderngl.TextureArray | Program


class Resources:
    """Creates and owns the GL objects of one context.

    Args:
        gl: The context; its owner closes this object first.
    """

    def __init__(self, gl: moderngl.Context) -> None:
        self._gl = gl
        self._programs: dict[tuple[str, str, tuple[str, ...], ShaderFolder], Program] = {}
        self._targets: OrderedDict[tuple[str, int, int, int], Target] = OrderedDict()
        self._owned: dict[int, Owned] = {}

    @property
    def count(self) -> int:
        """Number of programs, targets, textures and meshes that are not released."""
        return len(self._programs) + len(self._targets) + len(self._owned)

    def program(
        self,
        vertex: str,
        fragment: str,
        defines: tuple[str, ...] = (),
        shaders: ShaderFolder = SHARED,
    ) -> Program:
        """Return the program of two GLSL files, compiled on first use and kept.

        Args:
            vertex: File name of the vertex shader.
            fragment: File name of the fragment shader.
            defines: Names to `#define` in both, optionally with a value: `"PARTS 3"`.
            shaders: Package (usually `__package__`) or folder to search before the renderer's shared shaders.

        Raises:
            RenderError: A stage does not compile; names file and line.
        """
        key = (vertex, fragment, defines, shaders)
        if key not in self._programs:
            stages = [read_shader(name, defines, shaders) for name in (vertex, fragment)]
            try:
                compiled = self._gl.program(vertex_shader=stages[0].text, fragment_shader=stages[1].text)
            except moderngl.Error as error:
                log = str(error)
                stage = stages[0] if "vertex_shader" in log else stages[1]
                raise RenderError(f"shader {vertex} + {fragment} {defines}: {stage.explain(log)}") from error
            self._programs[key] = Program(compiled, "\n".join(stage.text for stage in stages))
        return self._programs[key]

    def texture(
        self,
        pixels: npt.NDArray[np.generic],
        *,
        srgb: bool = False,
        mipmaps: bool = False,
        repeat: bool = False,
    ) -> moderngl.Texture:
        """Create a texture from (h, w, c) pixels, with linear filtering.

        Args:
            pixels: uint8, float16 or float32, with 1, 2 or 4 channels; row 0 is at v = 0.
            srgb: Whether the bytes are sRGB colours (uint8 RGBA only).
            mipmaps: Whether to build and use smaller levels.
            repeat: Whether to repeat the texture instead of clamping.
        """
        height, width, components = pixels.shape
        texture = self._gl.texture(
            (width, height),
            components,
            np.ascontiguousarray(pixels),
            alignment=1,
            dtype=DTYPES[pixels.dtype.name],
            internal_format=SRGB8_ALPHA8 if srgb else None,
        )
        texture.repeat_x = texture.repeat_y = repeat
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        if mipmaps:
            texture.build_mipmaps()
            texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self._owned[id(texture)] = texture
        return texture

    def layers(self, pixels: npt.NDArray[np.uint8]) -> moderngl.TextureArray:
        """Create an array texture from (n, h, w, 4) bytes, clamped, with linear filtering within a layer."""
        count, height, width, components = pixels.shape
        array = self._gl.texture_array((width, height, count), components, np.ascontiguousarray(pixels))
        array.filter = (moderngl.LINEAR, moderngl.LINEAR)
        array.repeat_x = array.repeat_y = False
        self._owned[id(array)] = array
        return array

    def mesh(
        self,
        program: Program,
        buffers: Sequence[tuple[npt.NDArray[np.generic], str, tuple[str, ...]]],
        indices: npt.NDArray[np.generic],
        *,
        dynamic: bool = False,
    ) -> Mesh:
        """Create a vertex array for a program.

        Args:
            program: The program; attributes that it does not use are skipped.
            buffers: Data, moderngl format such as "3f 3f" and attribute names of each vertex buffer.
            indices: (m, 3) triangles.
            dynamic: Whether the buffers will be rewritten every frame.
        """
        made = [self._gl.buffer(np.ascontiguousarray(data), dynamic=dynamic) for data, _, _ in buffers]
        index = self._gl.buffer(np.ascontiguousarray(indices, dtype=np.uint32))
        content = [
            (buffer, *used)
            for buffer, (_, layout, names) in zip(made, buffers, strict=True)
            if len(used := _used_attributes(program, layout, names)) > 1
        ]
        array = self._gl.vertex_array(program.compiled, content, index_buffer=index, index_element_size=4)
        mesh = Mesh(array, (*made, index))
        self._owned[id(mesh)] = mesh
        return mesh

    def target(self, role: str, width: int, height: int, samples: int = 0) -> Target:
        """Return a framebuffer for a purpose, at least `width` × `height` px; kept and reused by size.

        Args:
            role: Purpose; two roles never share a target, so that one can be read while the other is drawn.
            width: Minimum width, px.
            height: Minimum height, px.
            samples: Samples per pixel, 0 for none.
        """
        size = (_rounded_up(width), _rounded_up(height))
        key = (role, *size, samples)
        if key in self._targets:
            self._targets.move_to_end(key)
            return self._targets[key]
        target = self._make_target(size, samples)
        self._targets[key] = target
        if len(self._targets) > TARGETS_KEPT:
            self._targets.popitem(last=False)[1].release()
        return target

    def release(self, owned: Mesh | moderngl.Texture | moderngl.TextureArray) -> None:
        """Release one mesh or texture before the context closes; may be called twice."""
        if self._owned.pop(id(owned), None) is not None:
            owned.release()

    def close(self) -> None:
        """Release everything; may be called twice."""
        for group in (self._owned, self._targets, self._programs):
            owned: Sequence[Owned] = [*group.values()]
            group.clear()
            for each in owned:
                each.release()

    def _make_target(self, size: tuple[int, int], samples: int) -> Target:
        depth = self._gl.depth_renderbuffer(size, samples=samples)
        if samples:
            color = None
            attachment = self._gl.texture(size, 4, samples=samples, internal_format=SRGB8_ALPHA8)
        else:
            attachment = color = self._gl.texture(size, 4, internal_format=SRGB8_ALPHA8)
            color.filter = (moderngl.NEAREST, moderngl.NEAREST)
            color.repeat_x = color.repeat_y = False
        return Target(self._gl.framebuffer([attachment], depth), color, *size)


def _rounded_up(size: int) -> int:
    return -(-size // TARGET_STEP) * TARGET_STEP


def _used_attributes(program: Program, layout: str, names: tuple[str, ...]) -> tuple[str, *tuple[str, ...]]:
    """Return a format with padding for the attributes that the compiler removed, and the remaining names."""
    parts, used = [], []
    for part, name in zip(layout.split(), names, strict=True):
        if program.has_attribute(name):
            parts.append(part)
            used.append(name)
        else:
            parts.append(f"{_size_in_bytes(part)}x1")
    return " ".join(parts), *used


def _size_in_bytes(part: str) -> int:
    count, kind = part.split("f" if "f" in part else "u" if "u" in part else "i", 1)
    return int(count or 1) * int(kind or 4)
