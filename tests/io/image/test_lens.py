"""Intrinsics from the EXIF data of photos, written by Pillow as cameras write them."""

import numpy as np
import pytest
from PIL import ExifTags, Image

from arpipe.errors import MediaError
from arpipe.io.image.reader import ImageFiles, read_photo

TAGS = ExifTags.Base
SENSOR = {  # of a full-frame camera with 5.97 µm pixels
    TAGS.FocalLength: 35.0,
    TAGS.FocalPlaneXResolution: 1675.26,
    TAGS.FocalPlaneResolutionUnit: 3,
    TAGS.ExifImageWidth: 6000,
    TAGS.ExifImageHeight: 4000,
}


def photo(folder, tags, size=(600, 400), orientation=1):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.Exif).update(tags)
    path = folder / "photo.jpg"
    Image.new("RGB", size, (90, 120, 140)).save(path, exif=exif)
    return path


def test_equivalent_focal_length_refers_to_the_diagonal(tmp_path):
    camera = read_photo(photo(tmp_path, {TAGS.FocalLengthIn35mmFilm: 50})).camera
    assert camera.origin == "exif"
    assert camera.fx == camera.fy == pytest.approx(50.0 / 43.27 * np.hypot(600, 400))
    assert (camera.cx, camera.cy, camera.width, camera.height) == (299.5, 199.5, 600, 400)


def test_turned_photo_has_the_intrinsics_of_the_upright_picture(tmp_path):
    path = photo(tmp_path, {TAGS.FocalLengthIn35mmFilm: 50}, orientation=6)
    frame = read_photo(path)
    assert (frame.width, frame.height) == (frame.camera.width, frame.camera.height) == (400, 600)
    with ImageFiles([path]) as source:
        assert source.info.camera.fx == next(iter(source)).camera.fx == frame.camera.fx


def test_size_of_the_sensor_gives_the_equivalent_focal_length(tmp_path):
    camera = read_photo(photo(tmp_path, SENSOR)).camera
    assert camera.fx == pytest.approx(35.0 / 35.8 * 600, rel=0.01)  # a sensor 35.8 mm wide


@pytest.mark.parametrize(
    "changes",
    [
        {TAGS.ExifImageWidth: 970, TAGS.ExifImageHeight: 2204},  # cropped, and perhaps made smaller
        {TAGS.FocalPlaneXResolution: 0.0},
        {TAGS.FocalPlaneResolutionUnit: 1},
        {TAGS.FocalPlaneXResolution: 10.0},  # a sensor of 6 m
        {TAGS.FocalLength: 0.0},
    ],
)
def test_doubtful_sensor_says_nothing(tmp_path, changes):
    assert read_photo(photo(tmp_path, SENSOR | changes)).camera is None


@pytest.mark.parametrize("value", [0, 2, 65535])
def test_impossible_focal_length_says_nothing(tmp_path, value):
    assert read_photo(photo(tmp_path, {TAGS.FocalLengthIn35mmFilm: value})).camera is None


def test_text_in_place_of_a_number_says_nothing(tmp_path):
    try:
        assert read_photo(photo(tmp_path, {TAGS.FocalLengthIn35mmFilm: "wide"})).camera is None
    except MediaError as error:
        pytest.fail(f"metadata must not prevent reading: {error}")
