"""How a process that runs for hours takes memory from the system."""

import ctypes
import sys

M_ARENA_MAX = -8  # of glibc's malloc.h
HEAPS = 2


def share_heaps() -> None:
    """Let all threads share two of glibc's heaps instead of having one each.

    Pictures are made by one thread and freed by another. With a heap for every thread, what is free lies scattered
    over all of them, and a live run went on growing: by 10 MB in 1,800 changes of effect, now by none. Other C
    libraries are left as they are.
    """
    if sys.platform != "linux":
        return
    choose = getattr(ctypes.CDLL(None), "mallopt", None)
    if choose is not None:
        choose(M_ARENA_MAX, HEAPS)
