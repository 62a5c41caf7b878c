"""A GLFW window with an OpenGL context, the keys pressed in it, and what the mouse does there."""

import ctypes
import sys
from dataclasses import dataclass
from typing import Any, Self

import glfw
import moderngl

from arpipe.apps.window.pointer import PointerEvent, PointerKind
from arpipe.closing import Closing
from arpipe.errors import DeviceError, RenderError
from arpipe.render.context import GL_VERSION, GlContext

_NULL: Any = None  # GLFW's null pointer, which the stubs lack


@dataclass(frozen=True, slots=True)
class Key:
    """A key press; `repeated` while the key is held."""

    code: int
    repeated: bool = False


class Window(Closing):
    """A window. It is used on the main thread, on which its context is current.

    Args:
        title: Title of the window.
        width, height: Size of its contents in screen units.

    Raises:
        DeviceError: There is no display, or it has no OpenGL 3.3.
    """

    def __init__(self, title: str, width: int, height: int) -> None:
        problems: list[str] = []

        def note(_code: int, text: str | bytes) -> None:  # bytes, against the stubs
            problems.append(text.decode(errors="replace") if isinstance(text, bytes) else text)

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
        if sys.platform == "linux":  # like headless contexts: GLX allows no other context beside it
            glfw.window_hint(glfw.CONTEXT_CREATION_API, glfw.EGL_CONTEXT_API)
        handle = glfw.create_window(width, height, title, _NULL, _NULL)
        if _is_null(handle):
            glfw.terminate()
            raise DeviceError(_no_window(problems))
        self._handle = handle
        self._closed = False
        self._keys: list[Key] = []
        self._pointer: list[PointerEvent] = []
        self._cursor = (0.0, 0.0)  # as last reported: by now, the pointer may be elsewhere
        self._windowed = (0, 0, width, height)
        glfw.make_context_current(self._handle)
        glfw.set_key_callback(self._handle, self._on_key)
        glfw.set_cursor_pos_callback(self._handle, self._on_move)
        glfw.set_mouse_button_callback(self._handle, self._on_button)
        glfw.set_scroll_callback(self._handle, lambda _, dx, dy: self._point("wheel", dy or -dx))
        glfw.set_cursor_enter_callback(
            self._handle, lambda _, entered: None if entered else self._point("leave")
        )

    def context(self) -> GlContext:
        """Return the OpenGL context of the window; close it before the window.

        Raises:
            RenderError: It is older than OpenGL 3.3.
        """
        try:
            context = GlContext(moderngl.create_context(require=GL_VERSION, context=_Loader()))  # type: ignore[arg-type]  # not in the stubs
        except ValueError as error:
            raise RenderError(f"the OpenGL of the window cannot be used: {error}") from error
        # Wait for vertical sync, except with a software rasteriser, which has no time for it.
        glfw.swap_interval(0 if context.is_software else 1)
        return context

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the framebuffer, px; (0, 0) while the window is minimised."""
        width, height = glfw.get_framebuffer_size(self._handle)
        return int(width), int(height)

    @property
    def scale(self) -> float:
        """Pixels per screen unit: 2.0 on a high-density display."""
        return max(1.0, float(glfw.get_window_content_scale(self._handle)[0]))

    @property
    def should_close(self) -> bool:
        """Whether the user has closed the window."""
        return bool(glfw.window_should_close(self._handle))

    def press(self, code: int, *, repeated: bool = False) -> None:
        """Simulate a key press."""
        self._keys.append(Key(code, repeated))

    def poll(self) -> list[Key]:
        """Process events; returns the keys pressed since the last call."""
        glfw.poll_events()
        keys, self._keys = self._keys, []
        return keys

    def take_pointer(self) -> list[PointerEvent]:
        """Return what the mouse has done until the last `poll`; successive moves are one."""
        events, self._pointer = self._pointer, []
        return events

    def show_cursor(self, visible: bool) -> None:
        """Show or hide the mouse cursor over the window."""
        glfw.set_input_mode(self._handle, glfw.CURSOR, glfw.CURSOR_NORMAL if visible else glfw.CURSOR_HIDDEN)

    def swap(self) -> None:
        """Show what was drawn; may wait for vertical sync."""
        glfw.swap_buffers(self._handle)

    @property
    def is_full_screen(self) -> bool:
        """Whether it fills the screen."""
        return not _is_null(glfw.get_window_monitor(self._handle))

    def toggle_full_screen(self) -> None:
        """Switch between full screen and the previous size."""
        if self.is_full_screen:
            glfw.set_window_monitor(self._handle, _NULL, *self._windowed, 0)
            return
        monitor = glfw.get_primary_monitor()
        if _is_null(monitor):
            return
        self._windowed = (*glfw.get_window_pos(self._handle), *glfw.get_window_size(self._handle))
        mode = glfw.get_video_mode(monitor)
        glfw.set_window_monitor(
            self._handle, monitor, 0, 0, mode.size.width, mode.size.height, mode.refresh_rate
        )

    def close(self) -> None:
        """Destroy the window, after everything that was created in its context; may be called twice."""
        if not self._closed:
            self._closed = True
            glfw.destroy_window(self._handle)
            glfw.terminate()

    def _on_key(self, _window: object, code: int, _scan: int, action: int, _modifiers: int) -> None:
        if action != glfw.RELEASE:
            self.press(code, repeated=action == glfw.REPEAT)

    def _on_button(self, _window: object, button: int, action: int, _modifiers: int) -> None:
        if button == glfw.MOUSE_BUTTON_LEFT:
            self._point("press" if action == glfw.PRESS else "release")

    def _on_move(self, _window: object, x: float, y: float) -> None:
        self._cursor = (x, y)
        if self._pointer and self._pointer[-1].kind == "move":
            self._pointer.pop()
        self._point("move")

    def _point(self, kind: PointerKind, steps: float = 0.0) -> None:
        width, _ = glfw.get_window_size(self._handle)
        density = self.size_px[0] / max(width, 1)
        at_px = (self._cursor[0] * density, self._cursor[1] * density)
        self._pointer.append(PointerEvent(kind, at_px, float(steps)))


class _Loader:
    """Looks up OpenGL functions of the current context for moderngl."""

    def load(self, name: str) -> int:
        """Return the address of an OpenGL function, or 0 if there is none."""
        return ctypes.cast(glfw.get_proc_address(name), ctypes.c_void_p).value or 0

    def release(self) -> None:
        """Do nothing: the window owns the context."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _is_null(pointer: object) -> bool:
    """Whether GLFW returned a null pointer, which is false."""
    return not pointer


def _no_window(problems: list[str]) -> str:
    reason = "; ".join(problems) or "unknown reason"
    return (
        f"no window can be opened ({reason}); arpipe needs a display with OpenGL 3.3. "
        "Without one: arpipe live --no-window --record out.mp4"
    )
