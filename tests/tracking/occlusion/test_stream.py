"""Mattes over time: still on a still face, moved with the face, and decided with hysteresis."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from arpipe.apps.sitter import sitter
from arpipe.io.sample import SampleSource
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.timing import StageTimer
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.steady import Hysteresis
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.types import Frame, Landmarks
from tests.tracking.occlusion.pictures import SAMPLE, draw_picture

FPS = 30.0
OFF = {"perception": {"occlusion": {"use": "off"}}}


@pytest.fixture(scope="module")
def haired():
    with SampleSource(SAMPLE) as sample:
        return draw_picture(sample, "dark hair over the left temple").result


def frames_of(result, count, *, noise=2.0, jitter_px=0.15, shift_px=0.0, seed=3):
    """The same picture again and again, with the noise of a sensor and of landmarks."""
    rng = np.random.default_rng(seed)
    (face,) = result.faces
    for index in range(count):
        pixels = result.frame.pixels + rng.normal(0.0, noise, result.frame.pixels.shape)
        pixels = np.clip(np.rint(np.roll(pixels, round(shift_px * index), axis=1)), 0, 255).astype(np.uint8)
        points = face.landmarks.points_px + rng.normal(0.0, jitter_px, face.landmarks.points_px.shape)
        points[:, 0] += round(shift_px * index)
        landmarks = Landmarks(points.astype(np.float32), 1.0, face.landmarks.topology)
        seen = replace(face, landmarks=landmarks, state="tracked", age_frames=index)
        yield Frame(pixels, index / FPS, index), seen


def mattes_of(result, count, *, every=1, **changes):
    tracker = OcclusionTracker(OcclusionConfig())
    for frame, face in frames_of(result, count, **changes):
        context = FrameContext(frame, StageTimer(), None, every, faces=(face,))
        yield tracker.update(context)[0]


def test_a_still_noisy_face_has_a_still_matte(haired):
    mattes = list(mattes_of(haired, 35))[8:]
    assert mattes[-1].covered.mean() > 0.02
    for plane in ("covered", "bare"):
        planes = [getattr(matte, plane) for matte in mattes]
        flicker = [np.mean(np.abs(now - before) > 0.1) for before, now in itertools.pairwise(planes)]
        assert max(flicker) <= 0.01, (plane, max(flicker))


def test_between_looks_the_matte_moves_with_the_face(haired):
    first, second, third, fourth = mattes_of(haired, 4, every=3, shift_px=5.0, jitter_px=0.0)
    assert second.covered is first.covered is third.covered
    assert fourth.covered is not first.covered
    moved = second.image_from_crop.apply((0, 0)) - first.image_from_crop.apply((0, 0))
    np.testing.assert_allclose(moved, (5.0, 0.0), atol=0.1)


def test_faces_take_turns(haired):
    tracker, looks = OcclusionTracker(OcclusionConfig()), []
    before = {}
    for frame, face in frames_of(haired, 8):
        faces = tuple(replace(face, track_id=track_id) for track_id in (1, 2, 3, 4))
        mattes = tracker.update(FrameContext(frame, StageTimer(), None, 1, faces=faces))
        planes = {matte.track_id: matte.covered for matte in mattes}
        looks.append({key for key, plane in planes.items() if plane is not before.get(key)})
        before = planes
    assert looks[0] == {1, 2, 3, 4}
    assert looks[1:] == [{2, 4}, {1, 3}] * 3 + [{2, 4}]


def test_photos_do_not_depend_on_what_was_before(haired):
    with SampleSource(SAMPLE) as sample:
        other = sitter(sample, 30)
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))

    def matte(result):
        return tracker.update(FrameContext(result.frame, StageTimer(), faces=result.faces))[0]

    alone = matte(haired)
    matte(other)
    again = matte(haired)
    np.testing.assert_array_equal(alone.covered, again.covered)
    np.testing.assert_array_equal(alone.bare, again.bare)


def test_a_decision_needs_clear_evidence_and_changes_gradually():
    decision = Hysteresis()
    assert decision.update(0.55, 0.0) == 1.0
    assert decision.update(0.45, 0.1) == 1.0  # not clear enough
    values = [decision.update(0.2, 0.2 + index / FPS) for index in range(12)]
    steps = -np.diff([1.0, *values])
    assert values[-1] == 0.0
    assert steps.max() < 0.5
    assert (steps >= 0).all()


def test_a_face_at_the_edge_of_the_picture_and_one_beyond_it_have_mattes(haired):
    (face,) = haired.faces
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))
    for shift in (-250.0, -5000.0):
        points = face.landmarks.points_px + np.array([shift, 0.0, 0.0], np.float32)
        moved = replace(face, landmarks=replace(face.landmarks, points_px=points))
        (matte,) = tracker.update(FrameContext(haired.frame, StageTimer(), faces=(moved,)))
        assert np.isfinite(matte.covered).all()
        assert np.isfinite(matte.bare).all()


def test_a_grey_picture_without_hues_hides_nothing_by_mistake(haired):
    grey = haired.frame.pixels.copy()
    grey[:] = 128
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))
    (matte,) = tracker.update(FrameContext(Frame(grey, 0.0, 0), StageTimer(), faces=haired.faces))
    assert matte.covered.max() == 0.0


def test_bare_skin_is_found_where_it_is_wanted_and_from_the_next_frame_on(haired):
    def mattes(wanted):
        tracker = OcclusionTracker(OcclusionConfig())
        for (frame, face), finds in zip(frames_of(haired, len(wanted)), wanted, strict=True):
            context = FrameContext(frame, StageTimer(), faces=(face,), finds_bare_skin=finds)
            yield tracker.update(context)[0]

    makeup, glasses, both = (list(mattes(wanted)) for wanted in ([True] * 4, [False] * 4, [False, True]))
    for one, other in zip(makeup, glasses, strict=True):
        np.testing.assert_array_equal(one.covered, other.covered)
    assert makeup[0].bare.min() == 0.0
    assert all(matte.bare.min() == 1.0 for matte in glasses)
    assert [matte.bare.min() for matte in both] == [1.0, 0.0]


@pytest.mark.weights
def test_occlusion_is_detected_for_glasses_unless_it_is_turned_off(haired):
    settings = {"auto": PipelineConfig(), "off": PipelineConfig.model_validate(OFF)}
    for use, config in settings.items():
        with Pipeline(config, effects="wayfarer") as pipeline:
            result = pipeline.detect(haired.frame)
        assert len(result.faces) == 1
        assert len(result.occlusion) == (use == "auto")
        assert ("occlude" in result.timings_ms) == (use == "auto")


@pytest.mark.weights
@pytest.mark.parametrize(
    ("effects", "track", "finds"),
    [
        ("wayfarer", [], False),
        ("wayfarer", ["face", "occlusion"], True),
        ("lipstick", [], True),
    ],
)
def test_bare_skin_is_found_for_makeup(haired, effects, track, finds):
    config = PipelineConfig.model_validate({"perception": {"track": track}})
    with Pipeline(config, effects=effects) as pipeline:
        (matte,) = pipeline.detect(haired.frame).occlusion
    assert (matte.bare.min() < 1.0) == finds
