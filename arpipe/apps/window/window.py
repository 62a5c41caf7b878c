"""A glfw window with an OpenGL context, and the keys that were pressed in it."""

import ctypes
import sys
from dataclasses import dataclass
from typing import Any, Self

import glfw
import moderngl

from arpipe.errors import DeviceError, RenderError
from arpipe.render.context import GL_VERSION, GlContext


@dataclass(frozen=True, slots=True)
class Key:
    """A key that went down; `repeated` while it is held."""

    code: int
    repeated: bool = False


class Window:
    """Owns the window; everything happens on the main thread. Its context is current on it.

    Args:
        title: In its bar.
        width, height: Of its inside, in the system's units.

    Raises:
        DeviceError: There is no screen, or it has no OpenGL 3.3.
    """

    def __init__(self, title: str, width: int, height: int) -> None:
        problems: list[str] = []

        def note(_code: int, text: Any) -> None:
            problems.append(text.decode(errors="replace"))

        glfw.set_error_callback(note)
        if not glfw.init():
            raise DeviceError(_no_window(problems))
        for hint, value in (
            (glfw.CONTEXT_VERSION_MAJOR, 3),
            (glfw.CONTEXT_VERSION_MINOR, 3),
            (glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE),
            (glfw.OPENGL_FORWARD_COMPAT, True),
            (glfw.SCALE_TO_MONITOR, True),
        ):
            glfw.window_hint(hint, value)
        if sys.platform == "linux":  # as contexts without a window do: X11's own way bears none beside it
            glfw.window_hint(glfw.CONTEXT_CREATION_API, glfw.EGL_CONTEXT_API)
        nothing: Any = None
        handle: Any = glfw.create_window(width, height, title, nothing, nothing)
        if not handle:
            glfw.terminate()
            raise DeviceError(_no_window(problems))
        self._handle: Any = handle
        self._keys: list[Key] = []
        self._windowed = (0, 0, width, height)
        glfw.make_context_current(self._handle)
        glfw.set_key_callback(self._handle, self._on_key)

    def context(self) -> GlContext:
        """The window's OpenGL; close it before the window.

        Raises:
            RenderError: It is older than OpenGL 3.3.
        """
        loader: Any = _Loader()  # moderngl's stub does not know the argument
        try:
            context = GlContext(moderngl.create_context(require=GL_VERSION, context=loader))
        except ValueError as error:
            raise RenderError(f"the window's OpenGL cannot be used: {error}") from error
        # Pictures change with the screen's own rhythm, but for a CPU that draws: it has no time to wait.
        glfw.swap_interval(0 if context.is_software else 1)
        return context

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of what is drawn into, px; (0, 0) while it is minimised."""
        width, height = glfw.get_framebuffer_size(self._handle)
        return int(width), int(height)

    @property
    def scale(self) -> float:
        """Pixels a unit of the system's sizes: 2.0 on a screen of double density."""
        return max(1.0, float(glfw.get_window_content_scale(self._handle)[0]))

    @property
    def wants_to_close(self) -> bool:
        """Whether the person closed it."""
        return bool(glfw.window_should_close(self._handle))

    def press(self, code: int, *, repeated: bool = False) -> None:
        """Take a key as if it had been pressed."""
        self._keys.append(Key(code, repeated))

    def poll(self) -> list[Key]:
        """Look after the window; the keys that went down since the last call."""
        glfw.poll_events()
        keys, self._keys = self._keys, []
        return keys

    def swap(self) -> None:
        """Show what was drawn."""
        glfw.swap_buffers(self._handle)

    def toggle_full_screen(self) -> None:
        """Fill the whole screen, or go back to the size before."""
        nowhere: Any = None
        filled: Any = glfw.get_window_monitor(self._handle)
        if filled:
            glfw.set_window_monitor(self._handle, nowhere, *self._windowed, 0)
            return
        monitor: Any = glfw.get_primary_monitor()
        if not monitor:
            return
        self._windowed = (*glfw.get_window_pos(self._handle), *glfw.get_window_size(self._handle))
        mode = glfw.get_video_mode(monitor)
        glfw.set_window_monitor(
            self._handle, monitor, 0, 0, mode.size.width, mode.size.height, mode.refresh_rate
        )

    def close(self) -> None:
        """Destroy the window, after what was made in its context; may be called twice."""
        if self._handle:
            glfw.destroy_window(self._handle)
            self._handle = None
            glfw.terminate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _on_key(self, _window: Any, code: int, _scan: int, action: int, _modifiers: int) -> None:
        if action != glfw.RELEASE:
            self.press(code, repeated=action == glfw.REPEAT)


class _Loader:
    """Gives moderngl the functions of the window's context, which is current."""

    def load(self, name: str) -> int:
        """Address of an OpenGL function; 0 if there is none."""
        return ctypes.cast(glfw.get_proc_address(name), ctypes.c_void_p).value or 0

    def release(self) -> None:
        """The window owns the context."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _no_window(problems: list[str]) -> str:
    reason = "; ".join(problems) or "unknown reason"
    return (
        f"no window can be opened ({reason}); arpipe needs a screen with OpenGL 3.3. "
        "Without one: arpipe live --no-window --record out.mp4"
    )
