"""Laws of makeup on faces whose regions are known."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from arpipe.effects.kinds import kind_class
from arpipe.effects.packs import load_effect, needs_of
from arpipe.render.color import LUMINANCE, linear_from_srgb
from arpipe.render.compositor import Compositor
from arpipe.render.config import RenderConfig
from arpipe.timing import StageTimer
from arpipe.topology import load_topology
from arpipe.tracking.context import FrameContext
from arpipe.tracking.occlusion.config import OcclusionConfig
from arpipe.tracking.occlusion.tracker import OcclusionTracker
from arpipe.types import Frame, FrameResult, Landmarks, TrackedHand
from tests.effects.building import activate
from tests.effects.color_difference import delta_e, delta_e_lab
from tests.effects.makeup.faces import (
    CAMERA,
    SKIN,
    drawn,
    face,
    painted,
    polygon,
    portrait,
    regions,
    silhouette,
)
from tests.render.faces import noisy_frame

pytestmark = pytest.mark.gl

LOOKS = ("natural", "office", "evening", "bold-lip", "smoky", "festival")

SINGLES = (
    *("lipstick", "eyeshadow", "eyeliner", "mascara", "brows", "blush", "bronzer", "contour"),
    *("foundation", "concealer", "teeth", "iris-color", "face-paint"),
)

TONES = ((243, 214, 196), (224, 180, 150), (198, 145, 112), (160, 108, 80), (115, 74, 54), (72, 46, 36))


@pytest.mark.parametrize(
    ("lab_a", "lab_b", "expected"),  # published test pairs of Sharma, Wu and Dalal (2005)
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ],
)
def test_the_colour_difference_is_right(lab_a, lab_b, expected):
    assert delta_e_lab(np.array(lab_a), np.array(lab_b)) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("effect", SINGLES)
def test_no_opacity_is_no_effect(context, effect):
    frame = noisy_frame(CAMERA)
    picture = drawn(context, frame, face(10, 5, 5, opened_mm=8), effects=[f"{effect}(opacity=0)"])
    assert np.array_equal(picture, frame.pixels)


@pytest.mark.parametrize("effect", [*LOOKS, *SINGLES])
def test_only_the_face_is_touched(context, effect):
    person = face(12, 4, 6, opened_mm=8)
    frame = portrait(person, seed=1)
    marks = painted(drawn(context, frame, person, effects=[effect]), frame) > 0
    assert marks.any() or effect == "concealer"  # nothing to conceal here
    assert not marks[~silhouette(person)].any()


def test_what_was_listed_first_does_not_matter(context):
    person = face(opened_mm=6)
    frame = portrait(person, seed=1)
    effects = ["lipstick", "mascara", "eyeshadow", "foundation"]
    one = drawn(context, frame, person, effects=effects)
    assert np.array_equal(one, drawn(context, frame, person, effects=effects[::-1]))


@pytest.mark.parametrize("tone", TONES)
def test_colours_show_on_every_tone(context, tone):
    person = face(near_m=0.32)
    lips = tuple(int(0.8 * channel * factor) for channel, factor in zip(tone, (1.0, 0.72, 0.78), strict=True))
    frame = portrait(person, skin=tone, lips=lips)
    picture = drawn(
        context, frame, person, effects=["blush(opacity=0.8)", "lipstick(color=#a3123a, opacity=0.9)"]
    )
    cheek = np.rint(0.6 * person.landmarks["left_cheek"] + 0.4 * person.landmarks.points_px[352])[:2].astype(
        int
    )
    at = tuple(cheek[::-1])
    assert delta_e(picture[at], frame.pixels[at]) > 3.0
    before, after = (linear_from_srgb(image[at]) for image in (frame.pixels, picture))
    assert after[0] / after[1] > before[0] / before[1] * 1.08  # redder,
    assert after @ LUMINANCE <= before @ LUMINANCE * 1.05  # and never a pale patch
    share, _ = regions(person)
    inside = cv2.erode((share > 0.99).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert np.median(delta_e(picture[inside], np.broadcast_to((163, 18, 58), (inside.sum(), 3)))) < 20.0
    lip_level = np.median(linear_from_srgb(picture[inside]) @ LUMINANCE)
    assert lip_level < 1.6 * (linear_from_srgb(np.array(tone, np.uint8)) @ LUMINANCE)  # nothing glows


def test_a_closed_eye_carries_shadow_on_the_whole_lid(context):
    person = face(near_m=0.3, closed_eyes=True)
    frame = portrait(person)
    marks = painted(drawn(context, frame, person, effects=["eyeshadow(opacity=1, color=#20208f)"]), frame) > 8
    topology = person.landmarks.topology
    crease, lashes = (414, 286, 258, 257, 259, 260, 467), topology.region("left_eye")[1:8]
    lid = polygon(person.landmarks.points_px[[*crease, *lashes]][:, :2]) > 0.99
    assert marks[lid].mean() >= 0.9


def test_brows_of_a_small_face_do_not_flicker_as_it_moves(context):
    shown = []
    for step in range(12):
        person = face(near_m=1.2)
        points = person.landmarks.points_px + np.float32([step / 12.0, 0.0, 0.0])
        person = replace(person, landmarks=replace(person.landmarks, points_px=points))
        frame = Frame(np.full((CAMERA.height, CAMERA.width, 3), SKIN, np.uint8), 0.0, 0)
        picture = drawn(context, frame, person, effects=["brows(opacity=1)"])
        shown.append((picture.astype(int) - frame.pixels).sum())
    assert np.std(shown) < 0.004 * abs(np.mean(shown))


def test_liner_follows_the_lashes(context):
    person = face(near_m=0.3)
    frame = portrait(person)
    marks = painted(drawn(context, frame, person, effects=["eyeliner(opacity=1)"]), frame) > 40
    scale = np.linalg.norm(person.landmarks["left_eye_outer"] - person.landmarks["right_eye_outer"]) / 92.3
    rows, columns = np.nonzero(marks)
    lashes = np.concatenate([person.landmarks.region(f"{side}_eye")[:, :2] for side in ("left", "right")])
    distance = np.hypot(columns[:, None] - lashes[:, 0], rows[:, None] - lashes[:, 1]).min(axis=1)
    assert distance.max() < 4.0 * scale
    for name in ("left_eye_top", "right_eye_top"):
        x, y = np.rint(person.landmarks[name][:2]).astype(int)
        assert marks[y - 3 : y + 2, x].any()


def test_pupils_and_whites_keep_their_colour(context):
    person = face(near_m=0.3)
    frame = portrait(person)
    marks = painted(drawn(context, frame, person, effects=["iris-color(opacity=1)"]), frame) > 0
    assert marks.any()
    for side in ("left", "right"):
        rim = person.landmarks.region(f"{side}_iris")[:, :2]
        center, radius = rim.mean(axis=0), np.linalg.norm(rim - rim.mean(axis=0), axis=1).mean()
        rows, columns = np.mgrid[: CAMERA.height, : CAMERA.width]
        far = np.hypot(columns - center[0], rows - center[1]) / radius
        assert not marks[far < 0.2].any()
        assert not marks[(far > 1.25) & (far < 1.8)].any()


def test_teeth_get_less_yellow_and_gums_stay(context):
    person = face(opened_mm=12, near_m=0.3)
    frame = portrait(person)
    picture = drawn(context, frame, person, effects=["teeth(opacity=1)"])
    _, mouth = regions(person)
    level = frame.pixels.sum(axis=2)
    teeth, dark = (mouth > 0.99) & (level > 600), (mouth > 0.99) & (level < 150)
    yellow = (frame.pixels[..., 0].astype(int) - frame.pixels[..., 2])[teeth].mean()
    assert (picture[..., 0].astype(int) - picture[..., 2])[teeth].mean() < 0.75 * yellow
    assert np.array_equal(picture[dark], frame.pixels[dark])


def test_a_hand_that_is_seen_is_not_painted(context):
    person = face(opened_mm=6, near_m=0.3)
    frame = portrait(person)
    mouth = person.landmarks.region("lips_outer")[:, :2].mean(axis=0)
    topology = load_topology("hand")
    points = np.zeros((21, 3), np.float32)
    points[:, :2] = mouth + np.random.default_rng(2).uniform(-30, 30, (21, 2))
    points[[0, 1, 5, 9, 13, 17], :2] = mouth + np.array(
        [(0, 60), (-40, 40), (-40, -30), (-10, -40), (20, -35), (45, -20)]
    )
    hand = TrackedHand(
        1, Landmarks(points, 1.0, topology), np.zeros((21, 3), np.float32), "left", 1.0, "tracked", 0
    )
    active = activate(context, "lipstick", "eyeliner")
    compositor = Compositor(context, RenderConfig())
    tracker = OcclusionTracker(OcclusionConfig(mode="image"))
    mattes = tracker.update(FrameContext(frame, StageTimer(), faces=(person,), hands=(hand,)))
    result = FrameResult(frame=frame, faces=(person,), hands=(hand,), occlusion=mattes)
    marks = painted(compositor.draw(result, CAMERA, active.layers, StageTimer()), frame) > 0
    x, y = np.rint(mouth).astype(int)
    assert not marks[y - 10 : y + 11, x - 20 : x + 21].any()
    assert marks.any()  # the eyes are free
    for owned in (active, compositor):
        owned.close()


def test_everything_is_given_back(context):
    before = context.resources.count
    person = face(opened_mm=5)
    frame = portrait(person)
    drawn(context, frame, person, effects=["evening", "face-paint", "teeth", "iris-color"])
    kept = context.resources.count
    for _ in range(3):
        drawn(context, frame, person, effects=["evening", "face-paint", "teeth", "iris-color"])
    assert context.resources.count == kept >= before


def test_looks_change_between_frames_without_a_trace(context):
    person = face(opened_mm=5)
    frame = portrait(person, seed=4)
    first = drawn(context, frame, person, effects=["natural"])
    drawn(context, frame, person, effects=["festival"])
    assert np.array_equal(first, drawn(context, frame, person, effects=["natural"]))


def test_every_single_kind_has_a_pack_of_its_own():
    for name in SINGLES:
        pack = load_effect(name)
        assert [layer.kind for layer in pack.layers] == [name]
        assert pack.license
        assert kind_class(name).Params.model_fields["opacity"].is_required() is False


def test_faces_without_irises_are_left_alone(context):
    assert needs_of(load_effect("lipstick")) == {"face", "iris", "occlusion"}
    person = face()
    topology = person.landmarks.topology
    plain = replace(
        topology, regions={name: region for name, region in topology.regions.items() if "iris" not in name}
    )
    bare = replace(person, landmarks=replace(person.landmarks, topology=plain))
    frame = portrait(person)
    assert np.array_equal(drawn(context, frame, bare, effects=["lipstick"]), frame.pixels)
