"""Tables of skin and hair colours, and maps with the edges of a picture."""

import numpy as np

from arpipe.tracking.occlusion.colors import BINS, MAX_OVERLAP, ColorModel, bin_colors
from arpipe.tracking.occlusion.guided import GuidedFilter

SKIN, HAIR, SCARF = (165, 142, 150), (60, 132, 136), (120, 110, 100)  # 8-bit Lab


def seeds(lab, spread, count=400):
    colors = np.random.default_rng(1).normal(lab, spread, (1, count, 3))
    return bin_colors(np.clip(np.rint(colors), 0, 255).astype(np.uint8)).ravel()


def learnt(skin, hair, spread=4.0):
    colors = np.concatenate([seeds(skin, spread), seeds(hair, spread)])
    is_skin = np.repeat(np.array([1.0, 0.0], np.float32), 400)
    return ColorModel().learn(colors, is_skin, 1 - is_skin, 1.0)


def bin_of(lab):
    return int(bin_colors(np.array([[lab]], np.uint8))[0, 0])


def test_colours_are_those_of_skin_of_hair_or_of_neither():
    table = learnt(SKIN, HAIR)
    assert table.skin.shape == table.hair.shape == (BINS**3,)
    assert table.skin[bin_of(SKIN)] > 0.95
    assert table.hair[bin_of(HAIR)] > 0.95
    assert table.skin[bin_of(SCARF)] + table.hair[bin_of(SCARF)] < 0.05
    assert table.overlap < 0.01


def test_hair_of_the_colour_of_skin_is_noticed():
    assert learnt(SKIN, SKIN).overlap > MAX_OVERLAP


def test_too_few_pixels_teach_nothing():
    colors = seeds(SKIN, 4.0, 10)
    assert ColorModel().learn(colors, np.ones(10, np.float32), np.zeros(10, np.float32), 1.0) is None


def test_a_changed_complexion_is_adopted_gradually():
    model, tables = ColorModel(), []
    for lab in (SKIN, (185, 140, 148), (185, 140, 148)):
        colors = seeds(lab, 2.0)
        tables.append(model.learn(colors, np.ones(400, np.float32), np.zeros(400, np.float32), 0.3))
    values = [float(table.skin[bin_of((185, 140, 148))]) for table in tables]
    assert values[0] < values[1] < values[2]


def test_a_guided_map_has_the_edges_of_the_picture():
    picture = np.full((60, 60), 0.2, np.float32)
    picture[:, 30:] = 0.8
    rough = np.zeros((60, 60), np.float32)
    rough[:, 27:] = 1.0  # three px beside the edge
    filtered = GuidedFilter(picture, 6).apply(rough)
    assert filtered[:, 31:].min() > 0.75
    assert filtered[:, :14].max() < 0.01  # beyond two windows
    assert (filtered[:, 30] - filtered[:, 29]).min() > 0.4
