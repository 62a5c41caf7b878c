import numpy as np
import pytest

from arpipe.effects.overlay.skeleton import Skeleton, SkeletonParams
from arpipe.effects.packs import load_effect, needs_of
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Scene
from arpipe.render.lighting import LightEstimator
from arpipe.topology import load_topology
from arpipe.types import Frame, FrameResult, Landmarks, TrackedBody, TrackedHand

WIDTH, HEIGHT = 320, 480
LEFT, RIGHT = (0, 255, 0), (255, 0, 0)
COLORS = {"left": "#00ff00", "right": "#ff0000", "middle": "#0000ff"}


def points():
    """A person who faces the camera with hanging arms, 33 points in a 320 x 480 picture."""
    names = load_topology("body").names
    found = np.zeros((33, 3), np.float32)
    found[:] = (160, 70, 0)
    rows = {"shoulder": 130, "elbow": 190, "wrist": 250, "hip": 260, "knee": 340, "ankle": 420}
    rows |= dict.fromkeys(("pinky", "index", "thumb"), 265) | dict.fromkeys(("heel", "toes"), 435)
    for part, y in rows.items():
        for side, sign in (("left", 1), ("right", -1)):
            is_arm = part in ("elbow", "wrist", "pinky", "index", "thumb")
            found[names[f"{side}_{part}"]] = (160 + sign * (70 if is_arm else 40), y, 0)
    return found


def body(found=None, visibility=None, shift=(0, 0)):
    found = points() if found is None else found
    found[:, :2] += shift
    seen = np.ones(33, np.float32) if visibility is None else visibility
    landmarks = Landmarks(found, 1.0, load_topology("body"), seen)
    return TrackedBody(1, landmarks, np.zeros((33, 3), np.float32), "tracked", 0)


def hand(side):
    found = np.column_stack([np.linspace(100, 180, 21), np.linspace(100, 200, 21), np.zeros(21)])
    landmarks = Landmarks(found.astype(np.float32), 1.0, load_topology("hand"))
    return TrackedHand(1, landmarks, np.zeros((21, 3), np.float32), side, 1.0, "tracked", 0)


def painted(bodies=(), hands=(), size=(HEIGHT, WIDTH), level=128, **params):
    frame = Frame(np.full((*size, 3), level, np.uint8), 0.0, 0)
    pixels = frame.pixels.copy()
    layer = Skeleton(SkeletonParams(**{**COLORS, "opacity": 1.0, **params}))
    assert layer.paints
    assert not layer.uses_gl
    camera = CameraIntrinsics.from_fov(size[1], size[0])
    result = FrameResult(frame, bodies=tuple(bodies), hands=tuple(hands))
    layer.paint(pixels, Scene(result, camera, RenderConfig(), LightEstimator()))
    return pixels


def test_sides_have_their_colours_and_what_joins_them_the_third():
    pixels = painted([body()])
    assert tuple(pixels[160, 215]) == LEFT  # upper arm of the person's left, the viewer's right
    assert tuple(pixels[160, 105]) == RIGHT
    assert tuple(pixels[130, 160]) == (0, 0, 255)  # between the shoulders


def test_nothing_changes_away_from_the_body():
    changed = np.nonzero((painted([body()]) != 128).any(axis=2))
    found = points()
    for axis, values in enumerate((found[:, 1], found[:, 0])):
        assert changed[axis].min() >= values.min() - 16
        assert changed[axis].max() <= values.max() + 16


def test_limbs_the_network_does_not_see_are_not_drawn_and_doubtful_ones_shine_through():
    names = load_topology("body").names
    visibility = np.ones(33, np.float32)
    hidden = [index for name, index in names.items() if "ankle" in name or "heel" in name or "toes" in name]
    visibility[hidden] = 0.1
    visibility[names["left_elbow"]] = 0.45
    pixels = painted([body(visibility=visibility)])
    assert (pixels[370:] == 128).all()
    arm = pixels[160, 215].astype(int)
    assert 128 < arm[1] < 255
    assert 0 < arm[0] < 128


def test_edges_are_smooth():
    row = painted([body()])[300, 175:225].astype(int)
    assert len(np.unique(row[:, 1])) > 4  # the shin is not upright: more than limb, rim and background


@pytest.mark.parametrize("side", ["left", "right"])
def test_hands_have_the_colour_of_their_side(side):
    changed = painted(hands=[hand(side)])
    strong = np.argmax(changed[100:200, 100:180].reshape(-1, 3).astype(int) - 128, axis=1)
    own = {"left": 1, "right": 0}[side]
    assert np.bincount(strong, minlength=3)[own] > 50
    assert not (changed == LEFT if side == "right" else changed == RIGHT).all(axis=2).any()


def test_a_tracked_hand_replaces_the_body_s_own_fan():
    found = points()
    names = load_topology("body").names
    index, wrist = names["left_index"], names["left_wrist"]
    found[index, 1] += 40
    x, y = found[index, :2].astype(int)
    for away, is_drawn in ((60, True), (10, False)):  # px from the body's wrist to the hand's
        one = hand("left")
        one.landmarks.points_px[:, :2] += found[wrist, :2] - one.landmarks["wrist"][:2] + [away, 0]
        assert (painted([body(found.copy())], [one])[y, x] != 128).any() == is_drawn


def test_opacity_zero_and_bodies_outside_draw_nothing():
    assert (painted([body()], opacity=0.0) == 128).all()
    for shift in ((-1000, 0), (1000, 0), (0, 2000), (1e9, -1e9)):
        assert (painted([body(shift=shift)]) == 128).all(), shift


def test_half_outside_is_cut_not_moved():
    whole = painted([body()])
    assert np.abs(whole[:, :260].astype(int) - painted([body()], size=(HEIGHT, 260))).max() <= 1


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (1, 300)])
def test_tiny_pictures_are_drawn_on(size):
    assert painted([body()], [hand("left")], size=size).shape == (*size, 3)


def test_a_body_shrunk_to_a_point_is_a_dot():
    dot = painted([body(np.full((33, 3), 100, np.float32))])
    rows, columns = np.nonzero((dot != 128).any(axis=2))
    assert 0 < np.ptp(rows) < 12
    assert 0 < np.ptp(columns) < 12


def test_what_is_needed_follows_from_the_parts():
    assert needs_of(load_effect("skeleton")) == {"body"}
    assert needs_of(load_effect("skeleton(parts=hands)")) == {"hands"}
    assert needs_of(load_effect("skeleton(parts=both)")) == {"body", "hands"}
