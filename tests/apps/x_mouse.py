"""A real mouse and keyboard on an X server: to programs, events of the XTEST extension are those of a device."""

import ctypes
import ctypes.util
from contextlib import contextmanager

LEFT, WHEEL_UP, WHEEL_DOWN = 1, 4, 5


def is_available():
    return ctypes.util.find_library("Xtst") is not None and ctypes.util.find_library("X11") is not None


class XMouse:
    """Moves the pointer of the display that DISPLAY names, and presses its buttons; positions are of the screen."""

    def __init__(self, x11, xtst, display):
        self._x11, self._xtst, self._display = x11, xtst, display

    def move(self, x, y):
        self._xtst.XTestFakeMotionEvent(self._display, -1, round(x), round(y), 0)
        self._x11.XSync(self._display, 0)

    def press(self, button=LEFT):
        self._button(button, 1)

    def release(self, button=LEFT):
        self._button(button, 0)

    def click(self, button=LEFT):
        self.press(button)
        self.release(button)

    def tap(self, *names):
        """Press keys one after the other, then release them; names as in X11/keysymdef.h."""
        codes = [
            self._x11.XKeysymToKeycode(self._display, self._x11.XStringToKeysym(name.encode()))
            for name in names
        ]
        for code, is_press in [*((code, 1) for code in codes), *((code, 0) for code in reversed(codes))]:
            self._xtst.XTestFakeKeyEvent(self._display, code, is_press, 0)
        self._x11.XSync(self._display, 0)

    def _button(self, button, is_press):
        self._xtst.XTestFakeButtonEvent(self._display, button, is_press, 0)
        self._x11.XSync(self._display, 0)


@contextmanager
def x_mouse():
    x11 = ctypes.CDLL(ctypes.util.find_library("X11"))
    xtst = ctypes.CDLL(ctypes.util.find_library("Xtst"))
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XSync.argtypes = [ctypes.c_void_p, ctypes.c_int]
    x11.XCloseDisplay.argtypes = [ctypes.c_void_p]
    xtst.XTestFakeMotionEvent.argtypes = [ctypes.c_void_p, *[ctypes.c_int] * 3, ctypes.c_ulong]
    xtst.XTestFakeButtonEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
    xtst.XTestFakeKeyEvent.argtypes = [ctypes.c_void_p, ctypes.c_uint, ctypes.c_int, ctypes.c_ulong]
    x11.XStringToKeysym.restype = ctypes.c_ulong
    x11.XKeysymToKeycode.argtypes = [ctypes.c_void_p, ctypes.c_ulong]
    display = x11.XOpenDisplay(None)
    if not display:
        raise RuntimeError("there is no X server; is DISPLAY set?")
    try:
        yield XMouse(x11, xtst, display)
    finally:
        x11.XCloseDisplay(display)
