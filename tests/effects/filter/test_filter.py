import cv2
import numpy as np
import pytest

from arpipe.effects.filter.convolution import (
    CpuConvolution,
    GpuConvolution,
    make_convolution,
    separate_kernel,
)
from arpipe.effects.filter.effect import KERNELS, Filter, FilterParams
from arpipe.effects.packs import load_effect, needs_of
from arpipe.errors import ConfigError
from tests.effects.cut_out import half_picture, painted
from tests.render.faces import face_at, noisy_frame, pose_at

RNG = np.random.default_rng(3)
OWN = {f"{side} × {side}": RNG.normal(0.0, 1.0 / side, (side, side)).tolist() for side in range(3, 16, 2)}
SIZES = ((40, 33), (90, 120), (2, 3), (1, 1))  # a larger one makes textures grow, a smaller one uses a part
PRODUCT = np.outer(RNG.normal(size=7), RNG.normal(size=7)) / 7.0


def largest_difference(pixels, frame, kernel):
    expected = cv2.filter2D(frame.pixels, -1, np.array(kernel))
    return np.abs(pixels.astype(int) - expected).max()


@pytest.mark.parametrize("kernel", [*KERNELS, *OWN.values(), PRODUCT.tolist()])
def test_the_frame_is_what_filter2d_gives(kernel):
    frame = noisy_frame()
    layer = Filter(FilterParams(kernel=kernel), None)
    assert layer.paints
    assert not layer.draws
    factors = KERNELS[kernel] if isinstance(kernel, str) else kernel
    assert largest_difference(painted(layer, frame), frame, factors) <= 1


def test_kernels_are_taken_apart_where_they_can_be():
    column, row = separate_kernel(PRODUCT)
    assert column @ row == pytest.approx(PRODUCT)
    assert [len(separate_kernel(KERNELS[name])) for name in ("blur", "sharpen")] == [2, 1]
    assert len(separate_kernel(np.zeros((3, 3)))) == 2


@pytest.mark.gl
@pytest.mark.parametrize("kernel", [*KERNELS.values(), *OWN.values(), PRODUCT])
def test_a_gpu_gives_what_filter2d_gives(kernel, context):
    kernel = np.array(kernel)
    gpu = GpuConvolution(separate_kernel(kernel), context)
    pictures = [RNG.integers(0, 256, (rows, columns, 3), np.uint8) for rows, columns in SIZES]
    for pixels in pictures:
        assert np.abs(gpu(pixels).astype(int) - cv2.filter2D(pixels, -1, kernel)).max() <= 1, pixels.shape
    gpu.close()
    gpu.close()


@pytest.mark.gl
def test_large_kernels_go_to_a_gpu_and_small_ones_stay(context):
    large, small = np.array(OWN["15 × 15"]), KERNELS["sharpen"]
    assert isinstance(make_convolution(large, context), CpuConvolution)  # this one is a CPU that draws
    context.renderer = "Some GPU"
    assert isinstance(make_convolution(small, context), CpuConvolution)
    on_gpu = make_convolution(large, context)
    assert isinstance(on_gpu, GpuConvolution)
    on_gpu.close()
    layer, frame = Filter(FilterParams(kernel="blur"), context), noisy_frame()
    assert largest_difference(painted(layer, frame), frame, KERNELS["blur"]) <= 1
    layer.close()


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_strength_leads_from_the_picture_to_the_filtered_one(strength):
    frame = noisy_frame()
    wanted = cv2.filter2D(frame.pixels, -1, KERNELS["emboss"]) * strength + frame.pixels * (1.0 - strength)
    drawn = painted(Filter(FilterParams(kernel="emboss", strength=strength), None), frame)
    assert np.abs(drawn - wanted).max() <= 1.0


def test_only_the_background_is_filtered():
    frame, mask = half_picture()
    noisy = type(frame)(RNG.integers(0, 256, frame.pixels.shape, dtype=np.uint8), 0.0, 0)
    drawn = painted(Filter(FilterParams(kernel="blur", on="background"), None), noisy, mask)
    assert (drawn[mask == 1.0] == noisy.pixels[mask == 1.0]).all()
    full = cv2.filter2D(noisy.pixels, -1, KERNELS["blur"]).astype(int)
    assert np.abs(drawn.astype(int) - full)[mask == 0.0].max() <= 1


def test_only_faces_are_filtered():
    frame, face = noisy_frame(), face_at(pose_at(10.0))
    layer = Filter(FilterParams(kernel="blur", on="face"), None)
    changed = (painted(layer, frame, faces=(face,)) != frame.pixels).any(axis=2)
    x, y = np.rint(face.landmarks["nose_tip"][:2]).astype(int)
    assert changed[y - 5 : y + 5, x - 5 : x + 5].mean() > 0.95
    oval = face.landmarks.region("face_oval")[:, :2]
    far = 0.2 * np.ptp(oval[:, 1])
    rows, columns = np.nonzero(changed)
    assert rows.min() > oval[:, 1].min() - far
    assert columns.max() < oval[:, 0].max() + far
    assert not (painted(layer, frame) != frame.pixels).any()


@pytest.mark.parametrize(
    ("place_m", "is_visible"),
    [((3.0, 0.0, 0.5), False), ((0.2, -0.15, 0.4), True), ((-0.25, 0.2, 0.3), True)],
)
def test_a_face_outside_leaves_the_picture_and_one_on_the_rim_is_filtered(place_m, is_visible):
    frame, face = noisy_frame(), face_at(pose_at(place_m=place_m))
    drawn = painted(Filter(FilterParams(kernel="edges", on="face"), None), frame, faces=(face,))
    assert (drawn != frame.pixels).any() == is_visible


def test_a_filter_asks_for_what_it_filters():
    assert needs_of(load_effect("filter(kernel=sharpen)")) == set()
    assert needs_of(load_effect("filter(kernel=sharpen, on=face)")) == {"face"}
    assert needs_of(load_effect("filter(kernel=sharpen, on=background)")) == {"mask"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("kernel=shapren", "sharpen"),
        ("kernel=[[1, 2], [3, 4]]", "got 2 rows of 2, 2"),
        ("kernel=[[1, 2, 3], [3, 4], [1, 2, 3]]", "got 3 rows of 3, 2, 3"),
        ("kernel=[1, 2, 3]", "rows of numbers"),
        ("kernel=7", "rows of numbers"),
        ("kernel=[]", "rows of numbers"),
        (f"kernel={np.zeros((17, 17)).tolist()}", "15 × 15"),
        (f"kernel={np.zeros((4, 4)).tolist()}", "got 4 rows"),
        ("kernel=[[1, 2, nan], [3, 4, 5], [1, 2, 3]]", "finite"),
        ('kernel=[[1, 2, "x"], [3, 4, 5], [1, 2, 3]]', "number"),
        ("kernel=blur, on=hair", "face"),
        ("kernel=blur, strength=2", "1"),
    ],
)
def test_wrong_parameters_are_explained(arguments, words):
    with pytest.raises(ConfigError, match="filter") as caught:
        load_effect(f"filter({arguments})")
    assert words in str(caught.value)


def test_a_tiny_picture_is_filtered():
    frame = type(noisy_frame())(np.full((2, 3, 3), 77, np.uint8), 0.0, 0)
    assert (painted(Filter(FilterParams(kernel="blur"), None), frame) == 77).all()
