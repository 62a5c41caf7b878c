import numpy as np
import pytest
from PIL import Image

import arpipe
from arpipe.errors import ConfigError, MediaError, MediaNotFound


@pytest.fixture
def folder(tmp_path):
    """Five pictures of different sizes, each of one grey."""
    for number in range(5):
        Image.new("RGB", (20 + 4 * number, 30), (50 * number,) * 3).save(tmp_path / f"{number}.png")
    return tmp_path


def test_batches_hold_all_frames_in_order(folder):
    batches = list(arpipe.tensors(folder, 8, batch=2, scale=(0.0, 255.0)))
    assert [batch.values.shape for batch in batches] == [(2, 3, 8, 8), (2, 3, 8, 8), (1, 3, 8, 8)]
    assert [float(row.mean()) for batch in batches for row in batch.values] == [0, 50, 100, 150, 200]
    assert [frame.index for batch in batches for frame in batch.frames] == list(range(5))


def test_earlier_batches_stay_as_they_were(folder):
    first, second, _ = arpipe.tensors(folder, 8, batch=2)
    assert not np.shares_memory(first.values, second.values)


def test_tensors_equal_the_plain_formula():
    sample = arpipe.SampleSource(arpipe.SampleConfig(frames=1))
    with sample as source:
        (batch,) = arpipe.tensors(
            source, (source.info.width, source.info.height), layout="nhwc", crop="stretch"
        )
    assert np.allclose(batch.values[0], (batch.frames[0].pixels - 127.5) / 127.5, atol=1e-6)


@pytest.mark.parametrize("heading", ["label,path\nx,", "", "Image\n"])
def test_a_csv_lists_pictures_beside_it(folder, heading):
    table = folder / "list.csv"
    table.write_text(f"{heading}3.png\n")
    (batch,) = arpipe.tensors(table, 4, scale=(0.0, 255.0))
    assert float(batch.values.mean()) == 150


def test_a_csv_names_the_line_of_a_missing_picture(folder):
    table = folder / "list.csv"
    table.write_text("path\n1.png\nnothing.png\n")
    with pytest.raises(MediaNotFound, match=r"list.csv, line 3: there is no picture 'nothing.png'"):
        list(arpipe.tensors(table))


def test_a_csv_without_pictures_is_refused(folder):
    table = folder / "list.csv"
    table.write_text("path\n")
    with pytest.raises(MediaError, match="lists no pictures"):
        list(arpipe.tensors(table))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"size": 0}, "greater than or equal to 1"),
        ({"size": (10, 20), "crop": "face"}, "give one side"),
        ({"crop": "middle"}, "crop"),
        ({"batch": 0}, "batch"),
        ({"layout": "hwc"}, "layout"),
        ({"scale": "caffe"}, "scale"),
    ],
)
def test_wrong_arguments_are_refused_at_the_call(arguments, message):
    with pytest.raises(ConfigError, match=message):
        arpipe.tensors("sample", **arguments)


@pytest.mark.weights
def test_faces_are_cropped_with_level_eyes():
    """The sample's face turns and tilts; its eyes stay level in the crop, and map back to the frame."""
    with arpipe.open_source("sample") as source:
        batch = next(arpipe.tensors(source, 96, crop="face", batch=4, layout="nhwc", scale=(0.0, 1.0)))
    assert batch.values.shape == (4, 96, 96, 3)
    with arpipe.Perception() as perception:
        for frame, image_from_tensor in zip(batch.frames, batch.image_from_tensor, strict=True):
            (face,) = perception.detect(frame).faces
            eyes = [face.landmarks[f"{side}_eye_outer"][:2] for side in ("left", "right")]
            left, right = image_from_tensor.inverse().apply(eyes)
            assert abs(left[1] - right[1]) < 2.0
            assert 20 < left[0] - right[0] < 60
