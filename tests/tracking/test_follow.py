"""Tracking bodies, with a scripted stand-in for the networks."""

from dataclasses import dataclass

import numpy as np
import pytest

from arpipe.errors import NonFiniteOutput
from arpipe.models.crop_network import WorldObservation
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.body import BodyTracker
from arpipe.tracking.body_config import BodyTrackerConfig
from arpipe.tracking.context import FrameContext
from arpipe.tracking.networks import Networks
from arpipe.types import Frame, Landmarks, Roi

FPS = 30.0
SIZE = 200.0
PIXELS = np.zeros((480, 640, 3), np.uint8)
SHAPE = np.random.default_rng(1).uniform(-60, 60, (33, 3)).astype(np.float32)


def place(x, y=240.0):
    """The square around a person whose hips stand at (x, y)."""
    return Roi(np.array([x, y]), SIZE, 0.0)


@dataclass
class Scripted:
    """People at the places that the script gives for a frame, found only in squares near them."""

    script: dict[int, list[float]]
    searches = 0
    inferences = 0
    faulty = False

    def people(self, frame):
        return self.script.get(frame.index, self.script[max(self.script)])

    def detect(self, frame, timer):
        self.searches += 1
        if self.faulty:
            raise NonFiniteOutput("broken")
        return [place(x) for x in self.people(frame)]

    def locate(self, frame, rois, timer):
        self.inferences += len(rois)
        return [self.observe(frame, roi) for roi in rois]

    def observe(self, frame, roi):
        near = [x for x in self.people(frame) if abs(x - roi.center_px[0]) < SIZE / 4]
        x = min(near, key=lambda each: abs(each - roi.center_px[0]), default=-1000.0)
        points = SHAPE + np.array([x, 240.0, 0.0], np.float32)
        trust = np.ones(33, np.float32)
        landmarks = Landmarks(points, 0.99 if near else 0.01, load_topology("body"), trust, trust)
        return WorldObservation(landmarks, place(x), SHAPE / 100)

    def tracker(self, **config):
        return BodyTracker(BodyTrackerConfig(**config), Networks(self, lambda roi: roi, self))


def run(script, frames, every=1, **config):
    """Bodies of each frame, and the finder."""
    finder = Scripted(script)
    tracker = finder.tracker(**{"smoothing": "off", **config})
    seen = [tracker.update(context(index, every)) for index in range(frames)]
    return seen, finder


def context(index, every=1):
    return FrameContext(Frame(PIXELS, index / FPS, index), StageTimer(), every=every)


def ids(seen):
    return [[body.track_id for body in bodies] for bodies in seen]


def test_a_person_keeps_the_id_through_missed_frames():
    script = {0: [300.0], **{n: [] for n in (3, 4, 5)}, 6: [310.0]} | {1: [300.0], 2: [300.0]}
    seen, _ = run(script, 8, coast_frames=3)
    assert ids(seen) == [[1]] * 8
    assert [bodies[0].state for bodies in seen] == [
        "new",
        *["tracked"] * 2,
        *["coasting"] * 3,
        *["tracked"] * 2,
    ]
    assert [bodies[0].age_frames for bodies in seen] == list(range(8))


def test_a_person_gone_for_long_comes_back_as_another():
    script = {0: [300.0], **{n: [] for n in range(1, 6)}, 6: [300.0]}
    seen, _ = run(script, 8, coast_frames=3)
    assert ids(seen) == [[1]] * 4 + [[]] * 2 + [[2]] * 2


def test_people_shoulder_to_shoulder_are_two_and_the_detector_rests_when_all_are_found():
    seen, finder = run({0: [250.0, 295.0]}, 6, max_bodies=2)
    assert ids(seen) == [[1, 2]] * 6
    assert finder.searches == 1
    assert finder.inferences == 12


def test_no_more_than_wanted_are_followed():
    seen, _ = run({0: [100.0, 200.0, 300.0, 400.0, 500.0]}, 3, max_bodies=3)
    assert ids(seen) == [[1, 2, 3]] * 3


def test_five_people_are_five():
    seen, _ = run({0: [100.0, 200.0, 300.0, 400.0, 500.0]}, 3)
    assert ids(seen) == [[1, 2, 3, 4, 5]] * 3


def test_new_people_are_searched_for_now_and_then():
    seen, finder = run({0: [100.0], 1: [100.0, 300.0]}, 12, redetect_every=4)
    assert ids(seen) == [[1]] * 4 + [[1, 2]] * 8
    assert finder.searches == 3


def test_where_two_tracks_meet_on_one_person_the_older_stays():
    seen, _ = run({0: [200.0, 240.0], 1: [215.0]}, 8, coast_frames=1)
    assert ids(seen)[0] == [1, 2]
    assert ids(seen)[-1] == [1]


def test_images_are_taken_by_themselves():
    seen, finder = run({0: [300.0]}, 3, mode="image")
    assert ids(seen) == [[1], [2], [3]]
    assert all(bodies[0].state == "new" for bodies in seen)
    assert finder.searches == 3


def test_fast_runs_on_every_second_frame_and_predicts_in_between():
    script = {index: [100.0 + 3.0 * index] for index in range(20)}
    seen, finder = run(script, 20, variant="fast", crop_rest=0)
    assert finder.inferences <= 12
    for index, bodies in enumerate(seen[4:], 4):
        x = bodies[0].landmarks.points_px[:, 0] - SHAPE[:, 0]
        assert np.abs(x - script[index][0]).max() < 1.0, index


@pytest.mark.parametrize(("every", "variant", "inferences"), [(3, "full", 4), (3, "fast", 4), (2, "fast", 6)])
def test_a_rate_is_obeyed_and_the_slower_of_two_counts(every, variant, inferences):
    seen, finder = run({0: [300.0]}, 12, every, variant=variant)
    assert finder.inferences == inferences
    assert ids(seen) == [[1]] * 12


def test_a_rate_applies_to_the_search_but_not_to_images():
    _, finder = run({0: []}, 12, every=4)
    assert finder.searches == 3
    _, finder = run({0: [300.0]}, 4, every=4, mode="image")
    assert finder.searches == 4


class FalseAlarm(Scripted):
    """A detector that finds somebody at x = 500 in every frame, too."""

    def detect(self, frame, timer):
        return [place(500.0), *super().detect(frame, timer)]


def test_a_false_detection_costs_few_inferences_and_hides_nobody():
    finder = FalseAlarm({**{n: [] for n in range(21)}, 21: [200.0]})
    tracker = finder.tracker(smoothing="off", max_bodies=1)
    seen = [len(tracker.update(context(index))) for index in range(30)]
    assert seen == [0] * 21 + [1] * 9
    assert finder.inferences == 4 + 9  # at 0, 2, 6 and 13, then the person


def test_a_person_at_rest_is_smoothed_to_rest_and_metres_too():
    finder = Scripted({0: [300.0]})
    tracker = finder.tracker()
    noise = np.random.default_rng(2)
    exact = finder.observe

    def noisy(frame, roi):
        seen = exact(frame, roi)
        seen.landmarks.points_px[:] += noise.normal(0, 0.3, (33, 3))
        return seen

    finder.observe = noisy
    shown = [tracker.update(context(n))[0].landmarks.points_px for n in range(60)]
    tremor = np.abs(np.diff(np.stack(shown[20:]), axis=0))[..., :2].mean()
    assert tremor < 0.3 / 3


def test_answers_that_are_no_numbers_are_counted_and_the_person_is_missed():
    finder = Scripted({0: [300.0]})
    tracker = finder.tracker(coast_frames=0)
    assert len(tracker.update(context(0))) == 1
    finder.locate = lambda frame, rois, timer: [None] * len(rois)
    finder.faulty = True
    assert tracker.update(context(1)) == ()
    assert tracker.nonfinite_outputs == 2


@pytest.mark.parametrize("variant", ["full", "fast"])
def test_reset_begins_anew(variant):
    finder = Scripted({0: [300.0]})
    tracker = finder.tracker(variant=variant)
    for _ in range(2):
        tracker.reset()
        (body,) = tracker.update(context(0))
        assert (body.track_id, body.state) == (1, "new")
