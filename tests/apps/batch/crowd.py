"""A fake pipeline that sees two people, who get their ids in the order in which they are seen since the last reset."""

import numpy as np

from arpipe.topology import load_topology
from arpipe.types import FrameResult, Landmarks, TrackedFace
from tests.apps.batch.fakes import FakePipeline, run_trip

SECOND_FROM_S, SECOND_UNTIL_S = 0.2, 1.5  # when the second person is in the picture
FIRST_UNTIL_S = 1.0


class CrowdPipeline(FakePipeline):
    """One person leaves, and another one comes and leaves; both walk to the right."""

    def reset(self):
        super().reset()
        self.ids = {}

    def detect(self, frame):
        self.trip(frame.index)
        time_s = frame.captured_s
        # The second person is seen first, so that ids in a piece differ from those of the whole video.
        places = {}
        if SECOND_FROM_S <= time_s < SECOND_UNTIL_S:
            places["second"] = 60.0 + 4.0 * time_s
        if time_s < FIRST_UNTIL_S:
            places["first"] = 10.0 + 4.0 * time_s
        faces = [self._face(name, x, frame.index) for name, x in places.items()]
        faces.sort(key=lambda face: face.track_id)
        return FrameResult(frame, faces=tuple(faces), timings_ms={"infer": 2.0, "frame": 2.5})

    def _face(self, name, x, index):
        points = np.random.default_rng(3).random((478, 3), np.float32) * 20 + np.float32([x, 10, 0])
        track_id = self.ids.setdefault(name, len(self.ids) + 1)
        return TrackedFace(track_id, Landmarks(points, 0.9, load_topology("face")), None, "tracked", index)


def make_crowd(config, mode):
    """Makes a pipeline in a worker."""
    return CrowdPipeline(mode, run_trip)
