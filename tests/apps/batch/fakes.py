"""A pipeline without networks and OpenGL, also for worker processes."""

import os
import signal
import threading
from pathlib import Path

import numpy as np

from arpipe.errors import RenderError
from arpipe.pipeline.camera_model import CameraModel
from arpipe.topology import load_topology
from arpipe.types import FrameResult, Landmarks, Picture, TrackedFace

MARK = (250, 250, 250)


class FakePipeline:
    """Finds one face in every frame and paints a mark in the corner; `trip` may raise for a frame's index."""

    def __init__(self, mode, trip=lambda index: None, own_glasses=None):
        self.mode = mode
        self.own_glasses = own_glasses
        self.trip = trip
        self.resets = 0
        self.closed = False
        self.drawn_on = set()

    camera = CameraModel()
    faces_left_out = 0

    def detect(self, frame):
        self.trip(frame.index)
        points = np.full((478, 3), 5.0, dtype=np.float32)
        landmarks = Landmarks(points, 0.9, load_topology("face"))
        face = TrackedFace(1, landmarks, None, "tracked", frame.index, own_glasses=self.own_glasses)
        return FrameResult(frame, faces=(face,), timings_ms={"infer": 2.0, "decode": 0.1, "frame": 2.5})

    def render(self, result):
        self.drawn_on.add(threading.get_ident())
        pixels = result.frame.pixels.copy()
        pixels[-16:, -16:] = MARK
        return Picture(pixels, result)

    def reset(self):
        self.resets += 1

    def close(self):
        self.closed = True


TRIP_VARIABLE = "TEST_BATCH_TRIP"
MAIN_VARIABLE = "TEST_BATCH_MAIN"  # id of the process to interrupt where it is not the parent
TRIP_FRAME = 7


def make_fake(config, mode):
    """Makes a fake pipeline in a worker."""
    return FakePipeline(mode, run_trip)


def trips(folder: Path, *actions: str) -> str:
    """Value of `TRIP_VARIABLE` that makes the first worker at `TRIP_FRAME` do the first action, and so on."""
    return " ".join((str(folder), *actions))


def run_trip(index):
    """Do the next action at the frame `TRIP_FRAME`."""
    folder, *actions = os.environ.get(TRIP_VARIABLE, ".").split()
    if index != TRIP_FRAME:
        return
    for number, action in enumerate(actions):
        try:
            with (Path(folder) / f"tripped-{number}").open("x", encoding="ascii") as file:
                file.write(str(os.getpid()))
        except FileExistsError:
            continue
        _ACTIONS[action]()
        return


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hang() -> None:
    threading.Event().wait()


def _interrupt_parent() -> None:
    os.kill(os.getppid(), signal.SIGINT)
    _hang()


def _interrupt_main() -> None:
    os.kill(int(os.environ[MAIN_VARIABLE]), signal.SIGINT)


def _fail_to_draw() -> None:
    raise RenderError("no OpenGL")


def _go_on() -> None:
    """Leave the action to the next worker."""


_ACTIONS = {
    "go-on": _go_on,
    "kill": _kill,
    "hang": _hang,
    "interrupt": _interrupt_parent,
    "interrupt-main": _interrupt_main,
    "no-gl": _fail_to_draw,
}
