import numpy as np
import pytest
from PIL import Image

from arpipe.effects.overlay.sticker import Sticker, StickerParams
from arpipe.effects.packs import load_effect
from arpipe.errors import ArpipeError, AssetError
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.needs import Need
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Scene
from arpipe.render.lighting import LightEstimator
from arpipe.types import FoundObject, Frame, FrameResult, TrackedObject

GREY = np.full((240, 320, 3), 128, np.uint8)
RED = (255, 0, 0, 255)


@pytest.fixture
def picture(tmp_path):
    """Save a picture of one colour and return its path."""

    def save(size=(64, 64), color=RED, mode="RGBA", name="star.png"):
        Image.new(mode, size, color).save(tmp_path / name)
        return tmp_path / name

    return save


def cup(box=(60.0, 80.0, 160.0, 200.0), score=0.9, label="cup, mug"):
    return TrackedObject(7, FoundObject(np.array(box), score, 3, label), "tracked", 2)


def painted(image, *objects, **params):
    result = FrameResult(Frame(GREY.copy(), 0.0, 0), objects=objects)
    pixels = GREY.copy()
    camera = CameraIntrinsics.from_fov(320, 240, 60)
    Sticker(StickerParams(image=image, **params)).paint(
        pixels, Scene(result, camera, RenderConfig(), LightEstimator())
    )
    return pixels


def changed_box(pixels):
    """Return x0, y0, x1, y1 of the changed pixels, the last ones excluded."""
    rows, columns = np.nonzero((pixels != 128).any(axis=2))
    return columns.min(), rows.min(), columns.max() + 1, rows.max() + 1


def test_it_needs_objects():
    assert Sticker.needs == {Need.OBJECTS}


@pytest.mark.parametrize(
    ("size", "params", "place"),
    [
        ((64, 64), {"scale": 1.0}, (60, 90, 160, 190)),
        ((64, 64), {"scale": 0.5}, (85, 115, 135, 165)),
        ((400, 200), {"scale": 1.0}, (60, 115, 160, 165)),
        ((50, 200), {"scale": 1.0}, (95, 80, 125, 200)),
        ((64, 64), {"scale": 0.5, "x": 0.0, "y": 1.0}, (35, 175, 85, 225)),
        ((5, 5), {"scale": 0.4}, (90, 120, 130, 160)),
        ((3000, 3000), {"scale": 1.0}, (60, 90, 160, 190)),
    ],
)
def test_it_fits_into_the_box_in_its_own_aspect_ratio(picture, size, params, place):
    pixels = painted(picture(size), cup(), **params)
    assert changed_box(pixels) == place
    x0, y0, x1, y1 = place
    assert pixels[(y0 + y1) // 2, (x0 + x1) // 2].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("alpha", "opacity", "expected"), [(255, 0.5, 192), (51, 1.0, 153), (0, 1.0, 128)])
def test_alpha_and_opacity_mix_it_with_the_picture(picture, alpha, opacity, expected):
    pixels = painted(picture(color=(255, 255, 255, alpha)), cup(), opacity=opacity)
    assert pixels[140, 110] == pytest.approx(expected, abs=1)


def test_transparent_colours_do_not_bleed_into_the_edge(tmp_path):
    """Black, fully transparent pixels beside white ones leave no dark seam when the picture is reduced."""
    pixels = np.zeros((256, 256, 4), np.uint8)
    pixels[64:192, 64:192] = 255
    Image.fromarray(pixels).save(tmp_path / "white.png")
    assert painted(tmp_path / "white.png", cup(), scale=0.73).min() == 128


def test_it_moves_by_fractions_of_a_pixel(picture):
    """The centroid of what is drawn follows the box."""
    weights = []
    for shift in (0.0, 0.25, 0.5, 0.75):
        change = (
            painted(picture(), cup((60.0 + shift, 80.0, 160.0 + shift, 200.0)))[..., 0].astype(float) - 128
        )
        weights.append((change * np.arange(320)).sum() / change.sum())
    assert np.diff(weights) == pytest.approx([0.25] * 3, abs=0.05)


@pytest.mark.parametrize(
    ("params", "is_drawn"),
    [
        ({}, True),
        ({"label": "cup"}, True),
        ({"label": " Mug"}, True),
        ({"label": "cup, mug"}, True),
        ({"label": "cupboard"}, False),
        ({"min_score": 0.9}, True),
        ({"min_score": 0.95}, False),
    ],
)
def test_class_and_score_choose_the_objects(picture, params, is_drawn):
    assert (painted(picture(), cup(), **params) != 128).any() == is_drawn


@pytest.mark.parametrize(
    "box",
    [(-500.0, -500.0, 900.0, 900.0), (310.0, 230.0, 340.0, 260.0), (400.0, 0.0, 500.0, 90.0), (9.0,) * 4],
)
def test_boxes_beyond_the_picture_do_no_harm(picture, box):
    assert painted(picture(), cup(box), scale=4).shape == GREY.shape


@pytest.mark.parametrize(
    ("mode", "color", "name"), [("RGB", (255, 0, 0), "a.jpg"), ("L", 255, "a.png"), ("P", 0, "b.png")]
)
def test_pictures_without_alpha_are_opaque(picture, mode, color, name):
    assert changed_box(painted(picture(mode=mode, color=color, name=name), cup(), scale=1)) == (
        60,
        90,
        160,
        190,
    )


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        ("sticker", "image"),
        ("sticker(image=no-such.png)", "there is no file"),
        ("sticker(image={}, scale=0)", "scale"),
        ("sticker(image={}, opacity=2)", "opacity"),
        ("sticker(image={}, min_score=-1)", "min_score"),
        ("sticker(image={}, lable=cup)", "did you mean 'label'"),
    ],
)
def test_bad_parameters_are_named(picture, effect, says):
    with pytest.raises(ArpipeError, match=f"(?s){says}"):
        load_effect(effect.format(picture()))


def test_a_file_that_is_no_picture_is_refused(tmp_path):
    path = tmp_path / "star.png"
    path.write_bytes(b"not a picture")
    with pytest.raises(ArpipeError, match="is not a picture"):
        load_effect(f"sticker(image={path})")


def test_sixteen_bits_are_refused(picture):
    with pytest.raises(ArpipeError, match="8 bits per channel"):
        load_effect(f"sticker(image={picture(mode='I;16', color=7)})")


def test_a_truncated_picture_is_refused(picture, tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 4), np.uint8)
    path = tmp_path / "noise.png"
    Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(AssetError, match="save it again"):
        Sticker(StickerParams(image=path))
