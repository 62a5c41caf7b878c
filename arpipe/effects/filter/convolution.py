"""Convolution of pictures with a small kernel, on the CPU, or on a GPU where that is faster."""

from typing import Protocol

import cv2
import moderngl
import numpy as np
import numpy.typing as npt

from arpipe.render.context import GlContext
from arpipe.render.rasteriser.library import Rasteriser
from arpipe.types import Pixels

Kernel = npt.NDArray[np.float64]

SEPARABLE = 1e-6  # ratio of the first two singular values up to which a kernel is a column times a row
MAX_FACTORS = 225  # as in convolve.frag
GPU_FROM = 16  # factors per pixel; with fewer, OpenCV is faster than the transfer to the GPU and back


class Convolution(Protocol):
    """Filters pictures with one kernel, within one level of `cv2.filter2D`, with mirrored borders."""

    def __call__(self, pixels: Pixels) -> Pixels:
        """Return the filtered picture (h, w, 3) as a new array."""

    def close(self) -> None:
        """Release what is held; may be called twice."""


def make_convolution(kernel: Kernel, context: GlContext | Rasteriser | None) -> Convolution:
    """Choose what is fastest for a kernel (k, k), k odd, up to 15: a GPU for large kernels, otherwise the CPU."""
    passes = separate_kernel(kernel)
    if (
        not isinstance(context, GlContext)
        or context.is_software
        or sum(each.size for each in passes) < GPU_FROM
    ):
        return CpuConvolution(passes)
    return GpuConvolution(passes, context)


def separate_kernel(kernel: Kernel) -> tuple[Kernel, ...]:
    """Return the kernel itself, or a column and a row whose product it is."""
    left, scales, right = np.linalg.svd(kernel)
    if scales[1] > SEPARABLE * scales[0]:
        return (kernel,)
    root = np.sqrt(scales[0])
    return left[:, :1] * root, right[:1] * root


class CpuConvolution:
    """Convolution by OpenCV.

    Args:
        passes: One kernel, or a column and a row.
    """

    def __init__(self, passes: tuple[Kernel, ...]) -> None:
        self._passes = passes

    def __call__(self, pixels: Pixels) -> Pixels:  # noqa: D102
        if len(self._passes) == 1:
            return np.asarray(cv2.filter2D(pixels, -1, self._passes[0]), np.uint8)
        column, row = self._passes
        return np.asarray(cv2.sepFilter2D(pixels, -1, row, column), np.uint8)

    def close(self) -> None:  # noqa: D102
        pass


class GpuConvolution:
    """Convolution by OpenGL: the picture is uploaded, filtered by all passes, and read back.

    Args:
        passes: Kernels, applied one after the other.
        context: Context to draw with; all calls must come from its thread.
    """

    def __init__(self, passes: tuple[Kernel, ...], context: GlContext) -> None:
        self._passes, self._context = passes, context
        self._program = context.resources.program("copy.vert", "convolve.frag", shaders=__package__)
        self._triangle = context.gl.vertex_array(self._program.compiled, [])
        self._source: moderngl.Texture | None = None
        self._targets: list[moderngl.Framebuffer] = []
        self._closed = False

    def __call__(self, pixels: Pixels) -> Pixels:  # noqa: D102
        gl = self._context.gl
        height, width = pixels.shape[:2]
        source = self._fit(gl, width, height)
        source.write(cv2.cvtColor(pixels, cv2.COLOR_RGB2RGBA).data, viewport=(0, 0, width, height))
        self._program.set("u_size", (width, height))
        for kernel, target in zip(self._passes, self._targets, strict=True):
            rows, columns = kernel.shape
            self._program.set("u_kernel", (columns, rows))
            self._program.write("u_factors", np.pad(kernel.ravel(), (0, MAX_FACTORS - kernel.size)))
            target.viewport = (0, 0, width, height)
            source.use(0)
            with gl.scope(target, moderngl.NOTHING):  # restores the framebuffer that was bound
                self._triangle.render(moderngl.TRIANGLES, vertices=3)
            source = _texture_of(target)
        data = self._targets[-1].read((0, 0, width, height), components=4, alignment=1)
        rgba = np.frombuffer(data, np.uint8).reshape(height, width, 4)
        return np.asarray(cv2.cvtColor(rgba, cv2.COLOR_RGBA2RGB), np.uint8)

    def close(self) -> None:  # noqa: D102
        if not self._closed:
            self._context.make_current()
            self._release()
            self._triangle.release()
            self._closed = True

    def _fit(self, gl: moderngl.Context, width: int, height: int) -> moderngl.Texture:
        """Return a texture that the picture fits into; textures only grow."""
        known = self._source
        if known is not None and known.width >= width and known.height >= height:
            return known
        size = (width, height) if known is None else (max(width, known.width), max(height, known.height))
        self._release()
        self._source = source = gl.texture(size, 4, alignment=1)
        kinds = ["f4"] * (len(self._passes) - 1) + ["f1"]  # nothing is rounded or clipped between passes
        self._targets = [gl.framebuffer([gl.texture(size, 4, dtype=kind)]) for kind in kinds]
        return source

    def _release(self) -> None:
        for target in self._targets:
            _texture_of(target).release()
            target.release()
        if self._source is not None:
            self._source.release()
        self._targets, self._source = [], None


def _texture_of(target: moderngl.Framebuffer) -> moderngl.Texture:
    (texture,) = target.color_attachments
    if not isinstance(texture, moderngl.Texture):
        raise TypeError(f"expected a texture to draw into, got {texture!r}")
    return texture
