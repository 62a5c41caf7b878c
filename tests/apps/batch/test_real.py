"""Batches with the real networks and the real renderer."""

import io
import json
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from arpipe.apps.batch import BatchConfig, run
from arpipe.assets import asset_path
from arpipe.io.image.reader import read_image
from arpipe.io.traits import ColorTags, VideoTraits
from arpipe.io.video import VideoFile
from arpipe.io.video.container import FINE_TIME_BASE
from arpipe.io.video.writer import VideoSink
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.types import Frame, FrameResult

pytestmark = [pytest.mark.gl, pytest.mark.weights]

EYES = (slice(92, 122), slice(200, 250))  # of the portrait: rows, columns


def batch(**settings):
    text = io.StringIO()
    pipeline = PipelineConfig(effects=("wayfarer",))
    code = run(BatchConfig(pipeline=pipeline, **settings), console=Console(file=text, width=120))
    return code, text.getvalue()


def write_video(path, pictures):
    height, width = pictures[0].shape[:2]
    traits = VideoTraits(FINE_TIME_BASE, Fraction(25), ColorTags.for_size(width, height))
    with VideoSink(path, width, height, traits) as sink:
        for index, pixels in enumerate(pictures):
            sink.write(pixels, FrameResult(Frame(pixels, index / 25, index)))


def test_photo_wears_glasses_and_nothing_else_changes(portrait, tmp_path):
    source = asset_path("samples/astronaut.png")
    code, text = batch(inputs=(str(source),), output=tmp_path / "a.png", export=tmp_path / "a.jsonl")
    assert code == 0, text
    change = np.abs(read_image(tmp_path / "a.png").astype(int) - portrait).max(axis=2)
    assert (change[EYES] > 30).mean() > 0.5  # dark glasses
    assert change[200:].max() == 0  # the suit
    (face,) = json.loads((tmp_path / "a.jsonl").read_text("utf-8").splitlines()[1])["faces"]
    assert np.shape(face["landmarks"]) == (478, 3)
    assert abs(face["pose"]["yaw_deg"]) < 20
    assert 0.2 < face["pose"]["translation_m"][2] < 5.0


def test_video_wears_glasses_in_every_frame(portrait, tmp_path):
    pictures = [np.ascontiguousarray(portrait[:256, 90 + shift : 346 + shift]) for shift in range(6)]
    write_video(tmp_path / "in.mp4", pictures)
    code, text = batch(
        inputs=(str(tmp_path / "in.mp4"),), output=tmp_path / "out.mp4", export=tmp_path / "out.jsonl"
    )
    assert code == 0, text
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()[1:]]
    assert [[face["id"] for face in line["faces"]] for line in lines] == [[1]] * 6
    with VideoFile(tmp_path / "in.mp4") as before, VideoFile(tmp_path / "out.mp4") as after:
        for shift, (one, other) in enumerate(zip(before, after, strict=True)):
            columns = slice(200 - 90 - shift, 250 - 90 - shift)
            change = np.abs(one.pixels[EYES[0], columns].astype(int) - other.pixels[EYES[0], columns])
            assert (change.max(axis=2) > 30).mean() > 0.5


@pytest.mark.parametrize(
    ("name", "size"), [("one.png", (1, 1)), ("thin.png", (3, 700)), ("large.jpg", (7680, 4320))]
)
def test_pictures_without_a_face_come_out_as_they_went_in(tmp_path, name, size):
    Image.new("RGB", size, (30, 60, 90)).save(tmp_path / name)
    code, text = batch(
        inputs=(str(tmp_path / name),), output=tmp_path / "out.bmp", export=tmp_path / "out.csv"
    )
    assert code == 0, text
    np.testing.assert_array_equal(read_image(tmp_path / "out.bmp"), read_image(tmp_path / name))


def test_photos_of_every_kind_wear_glasses(portrait, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    image = Image.fromarray(portrait)
    image.convert("L").save(folder / "grey.png")
    image.convert("CMYK").save(folder / "cmyk.jpg", quality=95)
    image.convert("RGBA").save(folder / "rgba.png")
    Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257).save(folder / "deep.png")
    exif = Image.Exif()
    exif[274] = 6
    image.rotate(90, expand=True).save(folder / "turned.jpg", exif=exif, quality=95)
    code, text = batch(inputs=(str(folder),), output=tmp_path / "out")
    assert code == 0, text
    for path in folder.iterdir():
        change = read_image(path).astype(int) - read_image(tmp_path / "out" / path.name)
        assert (np.abs(change[EYES]).max(axis=2) > 30).mean() > 0.4, path.name
