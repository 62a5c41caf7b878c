"""Photos and videos of every kind go through a batch."""

import pytest
from PIL import Image

from arpipe.io.video import VideoFile
from tests.apps.batch.fakes import MARK
from tests.apps.batch.running import batch
from tests.io.clips import frame_times, write_clip


def test_rotated_and_animated_inputs(tmp_path):
    rotated = write_clip(tmp_path / "rotated.mp4", rotation=(-90, False, False))
    frames = [Image.new("RGB", (64, 48), color) for color in ("red", "blue", "green")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:], duration=[100, 300, 100])
    code, _ = batch(inputs=[rotated, tmp_path / "moving.gif"], output=tmp_path / "out")
    assert code == 0
    with VideoFile(tmp_path / "out" / "rotated.mp4") as video:
        assert (video.info.width, video.info.height) == (64, 96)
    assert [float(time) for time in frame_times(tmp_path / "out" / "moving.mp4")] == pytest.approx(
        [0, 0.1, 0.4]
    )


@pytest.mark.parametrize("size", [(1, 1), (7680, 4320)])
def test_smallest_and_largest_photos(tmp_path, size):
    Image.new("RGB", size, (30, 60, 90)).save(tmp_path / "a.png", compress_level=1)
    code, _ = batch(inputs=[tmp_path / "a.png"], output=tmp_path / "b.jpg")
    assert code == 0
    with Image.open(tmp_path / "b.jpg") as image:
        assert image.size == size


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "CMYK", "P"])
def test_photos_of_every_kind(tmp_path, mode):
    suffix = "tif" if mode == "CMYK" else "png"
    source = (
        Image.new("I;16", (64, 48), 30000) if mode == "I;16" else Image.new("RGB", (64, 48)).convert(mode)
    )
    source.save(tmp_path / f"a.{suffix}")
    code, _ = batch(inputs=[tmp_path / f"a.{suffix}"], output=tmp_path / "out")
    assert code == 0
    with Image.open(tmp_path / "out" / f"a.{suffix}") as image:
        assert image.convert("RGB").getpixel((63, 47)) == MARK


def test_photo_on_its_side_comes_out_upright(tmp_path):
    exif = Image.Exif()
    exif[274] = 6
    Image.new("RGB", (64, 48)).save(tmp_path / "a.jpg", exif=exif)
    code, _ = batch(inputs=[tmp_path / "a.jpg"], output=tmp_path / "out")
    assert code == 0
    with Image.open(tmp_path / "out" / "a.jpg") as image:
        assert image.size == (48, 64)
        assert image.getexif().get(274, 1) == 1
