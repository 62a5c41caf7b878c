from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from arpipe.effects.background.effect import Background, BackgroundParams, feather, require_mask
from arpipe.effects.background.linear_light import to_bytes, to_light
from arpipe.effects.background.matte import extend, separate
from arpipe.effects.background.plates import crop_to_fill
from arpipe.effects.packs import load_effect, needs_of
from arpipe.errors import AssetError, ConfigError, MediaError
from arpipe.types import Frame
from tests.effects.color_difference import delta_e
from tests.effects.cut_out import BEHIND, SUBJECT, half_picture, mixed, painted, sample_truth, scene_of
from tests.io.clips import picture, write_clip

GREEN = (0, 200, 60)


def background(**params):
    return Background(BackgroundParams.model_validate(params))


def save(folder: Path, pixels, name="office.png"):
    Image.fromarray(np.asarray(pixels, np.uint8)).save(folder / name)
    return folder / name


def test_light_survives_the_way_to_bytes_and_back():
    levels = np.arange(256, dtype=np.uint8)
    assert (to_bytes(to_light(levels)) == levels).all()
    assert (to_bytes(np.array([-1.0, 2.0], np.float32)) == [0, 255]).all()


def test_the_edge_is_mixed_anew_with_nothing_of_the_old_background():
    frame, mask = half_picture(1280, 720, softness=6)
    drawn = painted(background(color="#00c83c"), frame, mask)
    assert np.abs(drawn.astype(int) - mixed(SUBJECT, GREEN, mask)).max() <= 2


def test_a_blurred_background_holds_no_colour_of_the_subject():
    frame, mask = half_picture(1280, 720, softness=2)
    drawn = painted(background(blur=30), frame, mask)
    behind = drawn[mask == 0.0].astype(int)
    assert np.abs(behind - BEHIND).max() <= 1
    assert (drawn[mask == 1.0] == frame.pixels[mask == 1.0]).all()


@pytest.mark.parametrize("bokeh", [False, True])
@pytest.mark.parametrize("blur", [1.5, 18.0])
def test_an_empty_scene_is_blurred_as_asked(blur, bokeh):
    x = np.arange(640)
    stripes = np.where((x // 80) % 2, 150, 60).astype(np.uint8)
    frame = Frame(np.ascontiguousarray(np.broadcast_to(stripes[None, :, None], (720, 640, 3))), 0.0, 0)
    drawn = painted(background(blur=blur, bokeh=bokeh), frame, np.zeros((720, 640), np.float32))
    if not bokeh:
        sigma = blur * 640 / 720
        expected = to_bytes(cv2.GaussianBlur(to_light(frame.pixels), (0, 0), sigma, borderType=1))
        assert np.abs(drawn.astype(int) - expected).max() <= 6
    mean = to_light(drawn)[:, 80:560].mean()
    assert mean == pytest.approx(to_light(frame.pixels)[:, 80:560].mean(), rel=0.03)


def test_bokeh_turns_a_light_into_a_bright_disc():
    pixels = np.full((720, 720, 3), 40, np.uint8)
    pixels[356:364, 356:364] = 255
    frame, nobody = Frame(pixels, 0.0, 0), np.zeros((720, 720), np.float32)
    disc, soft = (painted(background(blur=18, bokeh=bokeh), frame, nobody)[..., 0] for bokeh in (True, False))
    lit = disc[360] > 50
    assert 60 <= lit.sum() <= 84  # a disc of radius 36 px
    assert disc[360, 330:390].std() < soft[360, 330:390].std()
    assert disc[360, 360:390].min() > soft[360, 390]


def test_the_halo_around_a_person_is_none():
    """Mean colour of a rim 6 px wide outside the person against the blurred studio without her."""
    worst = 0.0
    for index in (0, 45, 90):
        frame, mask, clean = sample_truth(index)
        drawn = painted(background(blur=18), frame, mask.astype(np.float32))
        person = (mask > 0.02).astype(np.uint8)
        rim = cv2.dilate(person, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (13, 13))).astype(bool)
        rim &= person == 0
        wanted = to_bytes(cv2.GaussianBlur(to_light(clean), (0, 0), 18.0, borderType=cv2.BORDER_REPLICATE))
        means = (np.rint(part[rim].mean(axis=0)) for part in (drawn, wanted))
        worst = max(worst, float(delta_e(*means)))
    assert worst <= 4.0


def test_a_picture_fills_the_frame(tmp_path):
    frame, mask = half_picture()
    office = np.zeros((90, 400, 3), np.uint8)
    office[:, 120:280] = GREEN  # the middle, of the frame's shape
    drawn = painted(background(image=str(save(tmp_path, office)), wrap=0), frame, mask)
    assert np.abs(drawn[:, 4:150].astype(int) - GREEN).max() <= 1
    assert (drawn[mask == 1.0] == frame.pixels[mask == 1.0]).all()


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (9000, 40), (3000, 4000)])
def test_tiny_and_huge_pictures_fill_it_too(tmp_path, size):
    frame, mask = half_picture()
    path = save(tmp_path, np.full((*size, 3), GREEN))
    drawn = painted(background(image=str(path)), frame, mask)
    assert np.abs(drawn[mask == 0.0].astype(int) - GREEN).max() <= 1


def test_an_animated_picture_moves_and_begins_again(tmp_path):
    colors = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    first, *others = (Image.fromarray(np.full((20, 30, 3), color, np.uint8)) for color in colors)
    first.save(tmp_path / "a.gif", save_all=True, append_images=others, duration=100, loop=0)
    frame, mask = half_picture()
    layer = background(image=str(tmp_path / "a.gif"), wrap=0)
    shown = []
    for time_s in (5.0, 5.05, 5.11, 5.25, 5.32, 5.45, 65.01, 65.11):
        drawn = painted(layer, Frame(frame.pixels, time_s, 0), mask)
        shown.append(int(drawn[10, 10].argmax()))
    assert shown == [0, 0, 1, 2, 0, 1, 0, 1]
    assert int(painted(layer, Frame(frame.pixels, 1.0, 0), mask)[10, 10].argmax()) == 0
    layer.close()
    layer.close()


def test_a_video_plays_at_its_own_pace(tmp_path):
    clip = write_clip(tmp_path / "beach.mp4", pts=tuple(range(0, 90000, 9000)))
    frame, _ = half_picture(96, 64)
    layer = background(video=str(clip), wrap=0)
    for time_s, index in ((0.0, 0), (0.31, 3), (0.95, 9), (1.25, 2)):
        drawn = painted(layer, Frame(frame.pixels, time_s, 0), np.zeros((64, 96), np.float32))
        assert np.abs(drawn.astype(int) - picture(index)).mean() < 6.0, time_s
    layer.close()


def test_light_of_a_picture_wraps_around_the_subject():
    frame, mask = half_picture(1280, 720)
    plain = painted(background(color="#ffffff"), frame, mask).astype(int)
    lit = painted(background(color="#ffffff", wrap=0.5), frame, mask).astype(int)
    gain = (lit - plain)[360].sum(axis=1)
    assert gain[646] > 30
    assert gain.min() >= -3
    assert gain[644] > gain[656] > gain[720] == 0


def test_feather_goes_inwards_only():
    _, mask = half_picture(softness=0.5)
    soft = feather(mask, 40.0)  # 10 px here
    assert (soft <= mask).all()
    assert (soft[mask == 0.0] == 0.0).all()
    assert soft[90, 161] < 0.3
    assert 0.5 < soft[90, 167] < 0.95
    assert (soft[:, 180:] > 0.99).all()
    assert feather(mask, 0.0) is mask


def test_transparency_is_the_mask_and_whatever_was_drawn_since():
    frame, mask = half_picture(1280, 720, softness=6)
    layer = background(transparent=True)
    drawn = painted(layer, frame, mask)
    edge = (mask > 0.1) & (mask < 1.0)
    assert np.abs(drawn[edge].astype(int) - SUBJECT).max() <= 6
    assert np.abs(layer.coverage(drawn) - mask * 255.0).max() <= 0.5
    drawn[10:20, 10:20] = (1, 2, 3)
    assert (layer.coverage(drawn)[10:20, 10:20] == 255).all()
    assert background().coverage(drawn) is None


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nobody_or_nothing_but_people_is_a_picture_too(value):
    frame, _ = half_picture()
    mask = np.full(frame.pixels.shape[:2], value, np.float32)
    for params in ({}, {"color": "#00c83c"}, {"transparent": True}, {"blur": 0}, {"bokeh": True}):
        drawn = painted(background(**params), frame, mask)
        if value == 1.0:
            assert (drawn == frame.pixels).all()
        elif "color" in params:
            assert (drawn == GREEN).all()


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (2, 50), (17, 3)])
def test_pictures_of_a_few_pixels(size):
    rng = np.random.default_rng(5)
    frame = Frame(rng.integers(0, 256, (*size, 3), dtype=np.uint8), 0.0, 0)
    mask = rng.random(size, dtype=np.float32)
    for params in ({"feather": 20}, {"color": "#00c83c", "wrap": 1}, {"transparent": True}, {"bokeh": True}):
        assert painted(background(**params), frame, mask).shape == frame.pixels.shape


def test_a_coarse_mask_is_enlarged_and_a_missing_one_an_error():
    frame, mask = half_picture()
    coarse = cv2.resize(mask, (80, 45), interpolation=cv2.INTER_AREA)
    assert np.abs(require_mask(scene_of(frame, coarse)) - mask).mean() < 0.01
    with pytest.raises(ValueError, match="no person mask"):
        painted(background(), frame)


def test_a_background_lies_under_everything_and_asks_for_a_mask():
    assert background().paints
    assert not background().uses_gl
    assert needs_of(load_effect("background")) == {"mask"}
    assert background().order < 20


def test_a_side_goes_on_smoothly_under_the_other():
    light = np.zeros((64, 64, 3), np.float32)
    light[:, :20], light[:, 44:] = 0.2, 0.6
    weight = np.zeros((64, 64), np.float32)
    weight[:, :20] = weight[:, 44:] = 1.0
    filled = extend(light, weight)
    assert (filled[weight == 1.0] == light[weight == 1.0]).all()
    assert filled[:, 20:44].min() >= 0.19
    assert filled[:, 20:44].max() <= 0.61
    assert np.abs(np.diff(filled[32, :, 0])).max() < 0.12
    assert not extend(light, np.zeros((64, 64), np.float32)).max() > 0.6


def test_both_sides_of_a_frame_are_found():
    frame, mask = half_picture()
    sides = separate(frame.pixels, mask, 4)
    assert sides.subject.shape == (45, 80, 3)
    assert np.abs(to_bytes(sides.subject).astype(int) - SUBJECT).max() <= 1
    assert np.abs(to_bytes(sides.background).astype(int) - BEHIND).max() <= 1


def test_a_wide_picture_is_cut_at_its_sides():
    wide = np.arange(100, dtype=np.uint8)[None, :, None].repeat(10, 0).repeat(3, 2)
    assert crop_to_fill(wide, 20, 10)[0, [0, 19], 0].tolist() == [40, 59]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("image=nowhere.jpg", "nowhere.jpg"),
        ("video=nowhere.mp4", "nowhere.mp4"),
        ("color=#00ff00, transparent=true", "color and transparent exclude each other"),
        ("transparent=true, blur=3", "nothing to blur"),
        ("blur=-1", "0"),
        ("color=green", "#a3123a"),
        ("colour=#00ff00", "color"),
        ("feather=1000", "60"),
    ],
)
def test_wrong_parameters_are_explained(arguments, words):
    with pytest.raises((ConfigError, AssetError)) as caught:
        load_effect(f"background({arguments})")
    assert words in str(caught.value)


def test_files_that_are_something_else_are_refused(tmp_path):
    still = save(tmp_path, np.zeros((8, 8, 3)))
    text = tmp_path / "notes.jpg"
    text.write_text("no picture at all")
    clip = write_clip(tmp_path / "beach.mp4")
    with pytest.raises(ConfigError, match="image="):
        background(video=str(still))
    with pytest.raises(ConfigError, match="video="):
        background(image=str(clip))
    for key in ("image", "video"):
        with pytest.raises((MediaError, ConfigError), match="notes"):
            background(**{key: str(text)})
