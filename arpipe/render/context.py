"""The OpenGL context: created once, used by the thread that created it, closed once."""

import ctypes
import threading
from contextlib import suppress
from typing import Any

import moderngl

from arpipe.closing import Closing
from arpipe.errors import RenderError
from arpipe.render.resources import Resources

GL_VERSION = 330  # core profile of all desktop drivers of the last decade and of Mesa's software rasteriser

_EGL: dict[str, Any] = {"backend": "egl"}  # passed on by moderngl, whose stub expects a dict

SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "swiftshader")
"""Parts of GL_RENDERER by which software rasterisers are recognised."""


class _Current(threading.local):
    """The context that is current on a thread; None if it is unknown or not one of arpipe's."""

    context: "GlContext | None" = None


_CURRENT = _Current()


class GlContext(Closing):
    """An OpenGL 3.3 core context with the resources created in it.

    Args:
        gl: Context to use; must be current on this thread. `headless` and `attached` create one.
    """

    def __init__(self, gl: moderngl.Context) -> None:
        self._gl: moderngl.Context | None = gl
        self._thread = threading.get_ident()
        self.renderer = str(gl.info["GL_RENDERER"])
        self.max_samples = int(gl.max_samples)
        self._resources = Resources(gl)
        self._elsewhere: moderngl.Framebuffer | None = None
        self._is_headless = False
        _CURRENT.context = self

    @classmethod
    def headless(cls) -> "GlContext":
        """Create a context without a window, through EGL.

        Raises:
            RenderError: There is no EGL or no OpenGL 3.3.
        """
        try:
            gl = moderngl.create_context(standalone=True, require=GL_VERSION, **_EGL)
        except Exception as error:  # glcontext raises bare Exception
            raise RenderError(
                f"no OpenGL context through EGL ({error}); on Debian and Ubuntu: "
                "apt-get install --no-install-recommends libegl1 libgl1"
            ) from error
        context = cls(gl)
        context._is_headless = True
        return context

    @classmethod
    def attached(cls) -> "GlContext":
        """Wrap the context that is current on this thread, such as that of a window, which closing does not affect.

        Raises:
            RenderError: No context is current, or it is older than OpenGL 3.3.
        """
        try:
            gl = moderngl.create_context(require=GL_VERSION)
        except Exception as error:  # glcontext raises bare Exception
            raise RenderError(
                f"no current OpenGL 3.3 context ({error}); make the window's context current"
            ) from error
        return cls(gl)

    @property
    def is_software(self) -> bool:
        """Whether a CPU rasterises, so that the cost depends on the number of fragments."""
        return any(name in self.renderer.lower() for name in SOFTWARE_RENDERERS)

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._gl is None

    @property
    def gl(self) -> moderngl.Context:
        """The moderngl context.

        Raises:
            RenderError: It is closed, or this is not the thread that created it.
        """
        if self._gl is None:
            raise RenderError("GlContext is closed; create a new one")
        if threading.get_ident() != self._thread:
            raise RenderError(
                f"OpenGL was called on thread {threading.current_thread().name!r}, which did not create the "
                "context; draw on the thread that called GlContext.headless()"
            )
        if _CURRENT.context is not self:
            self._bind(self._gl)
        return self._gl

    def make_current(self) -> None:
        """Make this the thread's current context, whatever another library has made current since.

        Contexts of arpipe take turns without it; call it where foreign code may have run, such as before a frame.

        Raises:
            RenderError: As for `gl`.
        """
        self._bind(self.gl)

    def _bind(self, gl: moderngl.Context) -> None:
        gl.__enter__()  # type: ignore[no-untyped-call]  # leaving would make another one current
        _CURRENT.context = self

    @property
    def resources(self) -> Resources:
        """Programs, textures, meshes and targets of this context; raises as `gl` does."""
        _ = self.gl
        return self._resources

    def flush(self) -> None:
        """Let OpenGL start on the commands given so far, without waiting for them.

        moderngl has no `glFlush`; drivers that batch commands also submit them when another target is cleared.
        """
        if self._elsewhere is None:
            self._elsewhere = self.gl.simple_framebuffer((1, 1))
        self._elsewhere.use()
        self._elsewhere.clear()

    def close(self) -> None:
        """Release everything created in the context, then the context; may be called twice."""
        if self._gl is None:
            return
        gl = self.gl
        self._resources.close()
        if self._elsewhere is not None:
            self._elsewhere.release()
            self._elsewhere = None
        gl.release()
        if self._is_headless:
            _release_thread()
        self._gl = None
        _CURRENT.context = None


def _release_thread() -> None:
    """Make no EGL context current on this thread.

    EGL keeps a destroyed context alive while it is current, for ever if its thread ends: 7 MB for each pipeline.
    """
    with suppress(OSError):  # not the library of this system
        ctypes.CDLL("libEGL.so.1").eglReleaseThread()
