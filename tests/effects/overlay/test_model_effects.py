"""`classify` and `heatmap` on made-up predictions."""

import numpy as np
import pytest

from arpipe.draw.lettering import line_height, text_mask, write_text
from arpipe.effects.overlay.classify import Classify, ClassifyParams
from arpipe.effects.overlay.heat import draw_heat, heat_over_picture
from arpipe.effects.overlay.heatmap import Heatmap, HeatmapParams
from arpipe.effects.overlay.model_params import Smoother
from arpipe.errors import ConfigError, ModelError
from arpipe.geometry.affine2d import Affine2D
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.needs import ModelNeed
from arpipe.render.config import RenderConfig
from arpipe.render.layer import Scene
from arpipe.render.lighting import LightEstimator
from arpipe.types import Frame, FrameResult, HeatMap, Prediction

GREY = np.full((120, 200, 3), 128, np.uint8)
CENTER = Affine2D(
    np.array([[3.75, 0.0, 40.0], [0.0, 3.75, 0.0]])
)  # the middle 120 px on 32 px of the network
HOT = np.zeros((8, 8), np.float32)
HOT[2, 6] = 4.0


def prediction(scores=(0.1, 0.7, 0.2), class_map=lambda index: HOT * index):
    return Prediction(
        "mine", {}, (32, 32), CENTER, np.array(scores), ("cat", "red fox, fox", "dog"), class_map
    )


def painted(layer, answer, time_s=0.0):
    models = {} if answer is None else {layer.params.model: answer}
    result = FrameResult(Frame(GREY.copy(), time_s, 0), models=models)
    pixels = GREY.copy()
    scene = Scene(result, CameraIntrinsics.from_fov(200, 120, 60), RenderConfig(), LightEstimator())
    layer.paint(pixels, scene)
    return pixels


def test_effects_need_their_network():
    assert Classify(ClassifyParams(model="mine")).needs == {ModelNeed("model:mine")}
    assert Heatmap(HeatmapParams()).needs == {ModelNeed("model:efficientnet-lite0")}


@pytest.mark.parametrize("at", ["top-left", "top-right", "bottom-left", "bottom-right"])
def test_the_panel_is_in_its_corner(at):
    changed = (painted(Classify(ClassifyParams(at=at)), prediction()) != 128).any(axis=2)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (rows.min() < 15) == at.startswith("top")
    assert (rows.max() > 105) == at.startswith("bottom")
    assert (columns.min() < 15) == at.endswith("left")
    assert (columns.max() > 185) == at.endswith("right")


def test_bars_are_as_long_as_the_probabilities():
    color = (1.0, 0.0, 0.0)
    pixels = painted(Classify(ClassifyParams(color=color, smooth_s=0)), prediction())
    red = (pixels[..., 0] > 200) & (pixels[..., 1] < 60)
    lengths = red.sum(axis=1)[red.any(axis=1)]
    longest, shortest = lengths.max(), lengths.min()
    assert longest / shortest == pytest.approx(0.7 / 0.1, rel=0.25)


def test_improbable_classes_are_left_out():
    few = painted(Classify(ClassifyParams(min_score=0.5)), prediction())
    all_ = painted(Classify(ClassifyParams()), prediction())
    assert (few != 128).sum() < (all_ != 128).sum()


@pytest.mark.parametrize("layer", [Classify(ClassifyParams()), Heatmap(HeatmapParams())])
def test_without_an_answer_nothing_is_drawn(layer):
    assert (painted(layer, None) == GREY).all()


def test_heat_lies_where_the_network_looked():
    heat = HeatMap.scaled(HOT, (32, 32), CENTER)
    over = heat_over_picture(heat, 200, 120)
    row, column = np.unravel_index(over.argmax(), over.shape)
    assert (row, column) == pytest.approx((120 * 2.5 / 8, 40 + 120 * 6.5 / 8), abs=2)
    assert over[:, :38].max() == 0.0


def test_hot_places_are_coloured_and_cold_ones_stay():
    pixels = painted(Heatmap(HeatmapParams(bar=False)), prediction())
    assert np.abs(pixels[36:40, 136:140].astype(int) - 128).max() > 60
    assert (pixels[90:100, 50:100] == 128).all()


def test_nothing_speaks_for_a_class_without_heat():
    pixels = GREY.copy()
    draw_heat(pixels, HeatMap.scaled(-HOT, (200, 120), Affine2D(np.eye(2, 3))), 1.0)
    assert (pixels == GREY).all()


def test_the_class_of_a_heat_map_is_chosen_by_name():
    cold = painted(Heatmap(HeatmapParams(of="cat", bar=False)), prediction())
    hot = painted(Heatmap(HeatmapParams(of="fox", bar=False)), prediction())
    assert (hot != cold).any()
    with pytest.raises(ConfigError, match="there is no class 'wolf'"):
        painted(Heatmap(HeatmapParams(of="wolf")), prediction())


def test_a_network_without_maps_says_what_to_do():
    with pytest.raises(ModelError, match="for photos there is: arpipe model explain"):
        painted(Heatmap(HeatmapParams()), prediction(class_map=None))


def test_answers_are_averaged_over_time():
    smoother = Smoother(1.0)
    values = [
        float(smoother.smooth(np.array([float(index > 0)]), Frame(GREY, index / 30, index))[0])
        for index in range(31)
    ]
    assert values[0] == 0.0
    assert values[-1] == pytest.approx(1 - np.exp(-1), abs=0.02)


def test_a_jump_in_time_begins_anew():
    smoother = Smoother(1.0)
    smoother.smooth(np.zeros(1), Frame(GREY, 5.0, 0))
    assert smoother.smooth(np.ones(1), Frame(GREY, 0.0, 1))[0] == 1.0


def test_text_is_cut_off_at_the_edge():
    pixels = GREY.copy()
    write_text(pixels, "beyond", 190, 110, 20, (255, 255, 255))
    write_text(pixels, "outside", 500, -90, 20, (255, 255, 255))
    assert (pixels[:, :188] == 128).all()
    assert (pixels != 128).any()
    assert text_mask("Ag", 20).shape[0] == line_height(20)
