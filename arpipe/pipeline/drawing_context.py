"""What effects are drawn with: OpenGL, or the CPU."""

import sys
from pathlib import Path

from arpipe.errors import RenderError
from arpipe.render.context import GlContext
from arpipe.render.rasteriser.library import Rasteriser, load_rasteriser

GPU_DEVICES = tuple(map(Path, ("/dev/dri", "/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd")))


def open_context(renderer: str, shared: GlContext | None, can_use_cpu: bool) -> GlContext | Rasteriser:
    """Choose what draws; see `RenderConfig.renderer`.

    Args:
        renderer: "auto", "opengl" or "cpu".
        shared: OpenGL context of the caller; None to create one that the result's owner closes.
        can_use_cpu: Whether all effects can be drawn on the CPU.

    Raises:
        RenderError: There is no OpenGL, or no CPU renderer.
    """
    if renderer == "cpu":
        return load_rasteriser()
    if renderer == "opengl" or not can_use_cpu:
        return shared or GlContext.headless()
    try:
        rasteriser = load_rasteriser()
    except RenderError as error:
        return shared or _opengl_instead(error)
    return _gpu_if_any(shared) or rasteriser


def may_have_gpu() -> bool:
    """Whether a GPU could draw: on Linux, one needs a device file."""
    return sys.platform != "linux" or any(device.exists() for device in GPU_DEVICES)


def suits(context: GlContext | Rasteriser, renderer: str, can_use_cpu: bool) -> bool:
    """Whether a context that is open will do; "auto" stays with OpenGL once something has needed it."""
    if isinstance(context, Rasteriser):
        return renderer == "cpu" or (renderer == "auto" and can_use_cpu)
    return renderer != "cpu"


def _gpu_if_any(shared: GlContext | None) -> GlContext | None:
    """Return an OpenGL context whose pictures a GPU draws."""
    if shared is None and not may_have_gpu():
        return None  # creating a context in order to find out takes longer than the first picture
    try:
        context = shared or GlContext.headless()
    except RenderError:
        return None
    if not context.is_software:
        return context
    if context is not shared:
        context.close()
    return None


def _opengl_instead(no_cpu_renderer: RenderError) -> GlContext:
    try:
        return GlContext.headless()
    except RenderError as error:
        raise RenderError(f"{error}; nor can the CPU draw: {no_cpu_renderer}") from error
