"""What lives in a context: programs, textures, meshes, targets; cached where sensible, all released on close."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.errors import RenderError
from arpipe.render.program import Program
from arpipe.render.shader_source import SHARED, ShaderFolder, read_shader

SRGB8_ALPHA8 = 0x8C43
"""Internal format whose bytes are sRGB: the driver decodes on reading and encodes on writing."""

TARGET_STEP = (
    64  # targets grow in steps of this many px, so a face that moves does not make a new one each frame
)
TARGETS_KEPT = 12  # for four regions at once, with their shadows, and some to work with

DTYPES = {"uint8": "f1", "float16": "f2", "float32": "f4"}


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Framebuffer with colour and depth, at least as large as asked for.

    Attributes:
        framebuffer: What to draw into.
        color: (height, width) sRGB RGBA texture of a single-sampled target, None of a multisampled one.
        width, height: Size in px.
    """

    framebuffer: moderngl.Framebuffer
    color: moderngl.Texture | None
    width: int
    height: int

    def release(self) -> None:
        """Give the attachments back, then the framebuffer."""
        for attachment in (*self.framebuffer.color_attachments, self.framebuffer.depth_attachment):
            if attachment is not None:
                attachment.release()
        self.framebuffer.release()


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Vertex buffers of one drawable.

    Attributes:
        vertex_array: Bound to one program.
        buffers: Vertex buffers in the order given, then the index buffer.
    """

    vertex_array: moderngl.VertexArray
    buffers: tuple[moderngl.Buffer, ...]

    def write(self, data: npt.NDArray[Any], buffer: int = 0) -> None:
        """Replace the contents of a dynamic vertex buffer, same size."""
        self.buffers[buffer].write(np.ascontiguousarray(data))

    def release(self) -> None:
        """Give the vertex array and its buffers back."""
        self.vertex_array.release()
        for buffer in self.buffers:
            buffer.release()


@contextmanager
def depth_only(framebuffer: moderngl.Framebuffer) -> Iterator[None]:
    """Leave the colour of a framebuffer alone in the block; the framebuffer is bound before, in and after it."""
    framebuffer.color_mask = (False, False, False, False)
    framebuffer.use()  # moderngl hands a changed mask to OpenGL only here
    try:
        yield
    finally:
        framebuffer.color_mask = (True, True, True, True)
        framebuffer.use()


Owned = Mesh | Target | moderngl.Texture | moderngl.TextureArray | Program


class Resources:
    """Makes and keeps GL objects of one context.

    Args:
        gl: The context; whoever owns it closes this first.
    """

    def __init__(self, gl: moderngl.Context) -> None:
        self._gl = gl
        self._programs: dict[tuple[str, str, tuple[str, ...], ShaderFolder], Program] = {}
        self._targets: OrderedDict[tuple[str, int, int, int], Target] = OrderedDict()
        self._owned: dict[int, Owned] = {}

    @property
    def count(self) -> int:
        """Number of live programs, targets, textures and meshes."""
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
            self._programs[key] = Program(compiled)
        return self._programs[key]

    def texture(
        self,
        pixels: npt.NDArray[Any],
        *,
        srgb: bool = False,
        mipmaps: bool = False,
        repeat: bool = False,
    ) -> moderngl.Texture:
        """Texture from (h, w, c) pixels, linear filter.

        Args:
            pixels: uint8, float16 or float32; c in 1, 2, 4; row 0 is at v = 0.
            srgb: The bytes are sRGB colours (uint8 RGBA only).
            mipmaps: Build and use smaller levels.
            repeat: Wrap around instead of clamping.
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
        """Array texture from (n, h, w, 4) bytes, linear filter within a layer, clamped."""
        count, height, width, components = pixels.shape
        array = self._gl.texture_array((width, height, count), components, np.ascontiguousarray(pixels))
        array.filter = (moderngl.LINEAR, moderngl.LINEAR)
        array.repeat_x = array.repeat_y = False
        self._owned[id(array)] = array
        return array

    def mesh(
        self,
        program: Program,
        buffers: Sequence[tuple[npt.NDArray[Any], str, tuple[str, ...]]],
        indices: npt.NDArray[Any],
        *,
        dynamic: bool = False,
    ) -> Mesh:
        """Vertex array of a program.

        Args:
            program: Attributes that it does not use are left out.
            buffers: (data, moderngl format such as "3f 3f", attribute names) per vertex buffer.
            indices: (m, 3) triangles.
            dynamic: The buffers will be rewritten each frame.
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
        """Framebuffer for a purpose, at least `width` × `height` px; kept and reused by size.

        Args:
            role: Two roles never share a target, so one can be read while the other is drawn.
            width: Least width, px.
            height: Least height, px.
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
        """Give one mesh or texture back before the context closes; twice does no harm."""
        if self._owned.pop(id(owned), None) is not None:
            owned.release()

    def close(self) -> None:
        """Release everything; may be called twice."""
        for group in (self._owned, self._targets, self._programs):
            items: Mapping[Any, Owned] = group
            for item in items.values():
                item.release()
            group.clear()

    def _make_target(self, size: tuple[int, int], samples: int) -> Target:
        depth = self._gl.depth_renderbuffer(size, samples=samples)
        if samples:
            color = None
            attachment: Any = self._gl.texture(size, 4, samples=samples, internal_format=SRGB8_ALPHA8)
        else:
            attachment = color = self._gl.texture(size, 4, internal_format=SRGB8_ALPHA8)
            color.filter = (moderngl.NEAREST, moderngl.NEAREST)
            color.repeat_x = color.repeat_y = False
        return Target(self._gl.framebuffer([attachment], depth), color, *size)


def _rounded_up(size: int) -> int:
    return -(-size // TARGET_STEP) * TARGET_STEP


def _used_attributes(program: Program, layout: str, names: tuple[str, ...]) -> tuple[str, *tuple[str, ...]]:
    """Format with padding in place of the attributes that the compiler threw out, and the names left."""
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
