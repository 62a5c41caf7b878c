"""The address under which MediaPipe keeps its solutions: `mediapipe.python.solutions.pose` is `solutions.pose`."""

import sys

from arpipe.mediapipe import solution_base, solutions
from arpipe.mediapipe.aliases import publish

sys.modules[f"{__name__}.solution_base"] = solution_base
publish(solutions, f"{__name__}.solutions")

__all__ = ["solution_base", "solutions"]
