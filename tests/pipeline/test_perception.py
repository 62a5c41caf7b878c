"""Quality that perception can do without, changed while it runs."""

import itertools

import numpy as np
import pytest

from arpipe.effects.search import pack_folders
from arpipe.geometry.transforms import angle_between_deg
from arpipe.head_pose import HeadPoseConfig
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig, PerceptionQuality
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.schedule import Rates
from arpipe.tracking.face_config import FaceTrackerConfig

pytestmark = pytest.mark.weights


def frames(count):
    with SampleSource(SampleConfig(width=640, height=360, frames=count)) as source:
        yield from source


def test_mesh_is_exchanged_between_frames_and_the_track_goes_on():
    ids, counts = set(), []
    with Pipeline() as pipeline:
        for frame in frames(9):
            pipeline.perception.quality = PerceptionQuality(attention=frame.index % 6 < 3)
            (face,) = pipeline.detect(frame).faces
            ids.add(face.track_id)
            counts.append(face.landmarks.topology.count)
            assert face.pose is not None
    assert ids == {1}
    assert counts == [478] * 3 + [468] * 3 + [478] * 3


def test_networks_pause_on_every_second_frame_and_landmarks_stay_close():
    with Pipeline() as pipeline, Pipeline() as reference:
        pipeline.perception.quality = PerceptionQuality(every=Rates.all(2))
        inferred, off = [], []
        for frame in frames(24):
            result = pipeline.detect(frame)
            whole = reference.detect(frame)
            inferred.append("infer" in result.timings_ms)
            if result.faces:
                pair = result.faces[0].landmarks, whole.faces[0].landmarks
                off.append(np.abs(pair[0].points_px[:, :2] - pair[1].points_px[:, :2]).mean())
    assert sum(inferred) == 12
    assert all(a != b for a, b in itertools.pairwise(inferred))
    assert max(off[3:]) < 1.0


@pytest.mark.gl
@pytest.mark.parametrize(
    "effect", ["lipstick", "eyeliner", "foundation", "iris-color", next(iter(pack_folders()))]
)
def test_effects_withstand_the_exchange(effect):
    with Pipeline(effects=[effect]) as pipeline:
        for frame in frames(6):
            pipeline.perception.quality = PerceptionQuality(attention=frame.index % 4 < 2)
            assert pipeline.process(frame).pixels.shape == frame.pixels.shape


def faces_with(mesh, needs, count):
    config = PerceptionConfig(face=FaceTrackerConfig(mesh=mesh))
    with (
        SampleSource(SampleConfig(width=640, height=360, frames=count)) as source,
        Perception(config, frozenset(needs)) as perception,
    ):
        return [perception.detect(frame).faces[0] for frame in source]


def test_plain_mesh_is_enough_for_what_needs_no_irises_and_only_then():
    for mesh, needs, count in (
        ("auto", ["face"], 468),
        ("auto", ["face", "iris"], 478),
        ("auto", [], 478),
        ("attention", ["face"], 478),
        ("plain", ["face"], 468),
        ("v2", ["face"], 478),
    ):
        assert {face.landmarks.topology.count for face in faces_with(mesh, needs, 2)} == {count}


def test_faces_asked_for_have_irises_whatever_is_drawn():
    with (
        SampleSource(SampleConfig(width=640, height=360, frames=1)) as source,
        Perception(PerceptionConfig(track=("face",)), frozenset({"face"})) as perception,
    ):
        (face,) = perception.detect(next(iter(source))).faces
    assert face.landmarks.topology.count == 478


def test_irises_give_the_size_of_heads_tracked_by_the_plain_mesh():
    auto, attention = faces_with("auto", ["face"], 40)[-1], faces_with("attention", ["face"], 40)[-1]
    plain = faces_with("plain", ["face"], 40)[-1]
    assert plain.pose.scale == 1.0
    assert auto.pose.scale == pytest.approx(attention.pose.scale, rel=0.03)
    assert auto.pose.pupillary_distance_mm == pytest.approx(attention.pose.pupillary_distance_mm, rel=0.03)


def test_effective_quality_depends_on_what_is_detected():
    rare = PerceptionQuality(attention=False, every=Rates(body=2, hands=2, mask=2))
    for mesh, needs, effective in (
        ("attention", ["face"], PerceptionQuality(attention=False, pose_views=False)),
        ("auto", ["face"], PerceptionQuality(attention=False)),
        ("v2", ["face"], PerceptionQuality(attention=False, pose_views=False)),
        ("auto", ["face", "iris"], PerceptionQuality()),
        (
            "attention",
            ["face", "mask"],
            PerceptionQuality(attention=False, every=Rates(mask=2), pose_views=False),
        ),
    ):
        config = PerceptionConfig(face=FaceTrackerConfig(mesh=mesh))
        with Perception(config, frozenset(needs)) as perception:
            assert perception.effective(rare) == effective


def test_further_views_change_the_pose_and_nothing_else():
    def last_face(views, quality):
        config = PerceptionConfig(head_pose=HeadPoseConfig(views=views), track=("face",))
        with (
            SampleSource(SampleConfig(width=640, height=360, frames=4)) as source,
            Perception(config) as perception,
        ):
            perception.quality = quality
            return [perception.detect(frame).faces[0] for frame in source][-1]

    plain = last_face("off", PerceptionQuality())
    viewed = last_face("export", PerceptionQuality())
    saved = last_face("export", PerceptionQuality(pose_views=False))
    assert (viewed.landmarks.points_px == plain.landmarks.points_px).all()
    assert 0.05 < angle_between_deg(*(face.pose.camera_from_head.rotation for face in (plain, viewed))) < 6.0
    assert (saved.pose.camera_from_head.rotation == plain.pose.camera_from_head.rotation).all()


def test_scores_of_the_face_reach_the_result_and_its_dictionary():
    config = PerceptionConfig(face=FaceTrackerConfig(mesh="v2", scores=("tongueOut",)))
    with (
        SampleSource(SampleConfig(width=640, height=360, frames=1)) as source,
        Perception(config) as perception,
    ):
        (face,) = perception.detect(next(iter(source))).faces
    assert 0.0 <= face.scores["tongueOut"] <= 1.0
    assert face.to_dict()["scores"] == {"tongueOut": pytest.approx(face.scores["tongueOut"], abs=1e-6)}
    with pytest.raises(ValueError, match=r'gives no score .tongueOut.; set mesh = "v2"'):
        FaceTrackerConfig(scores=("tongueOut",))
