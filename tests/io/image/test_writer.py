import errno

import numpy as np
import pytest
from PIL import Image, ImageCms

from arpipe.errors import OutputError
from arpipe.io.encoding import ImageSinkConfig
from arpipe.io.image.reader import read_image
from arpipe.io.image.writer import WRITABLE, ImageSink
from arpipe.types import Frame, FrameResult

PIXELS = np.tile(np.array([[[200, 60, 40], [30, 190, 90]]], dtype=np.uint8), (16, 8, 1))
RESULT = FrameResult(Frame(PIXELS, 0.0, 0))


def write(path, like=None, pixels=PIXELS, quality=100):
    with ImageSink(path, like, ImageSinkConfig(quality=quality)) as sink:
        sink.write(pixels, RESULT)
    return path


@pytest.mark.parametrize("suffix", WRITABLE)
def test_formats_give_back_what_was_written(tmp_path, suffix):
    smooth = np.full((16, 16, 3), (200, 60, 40), dtype=np.uint8)
    path = write(tmp_path / f"a{suffix}", pixels=smooth)
    assert np.abs(read_image(path).astype(int) - smooth).max() <= 3
    with Image.open(path) as image:
        assert image.format == WRITABLE[suffix]


def test_lossless_formats_are_exact(tmp_path):
    for suffix in (".png", ".tif", ".bmp"):
        np.testing.assert_array_equal(read_image(write(tmp_path / f"a{suffix}")), PIXELS)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_exif_stays_except_for_the_orientation(tmp_path, suffix):
    exif = Image.Exif()
    exif[274], exif[271], exif[306] = 6, "Camera maker", "2024:05:06 07:08:09"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    Image.fromarray(PIXELS).save(tmp_path / "in.jpg", exif=exif)
    with Image.open(write(tmp_path / f"out{suffix}", tmp_path / "in.jpg")) as image:
        kept = image.getexif()
        assert (kept[271], kept[306]) == ("Camera maker", "2024:05:06 07:08:09")
        assert kept.get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
        assert kept.get(274, 1) == 1


def test_rgb_profile_stays_and_others_do_not(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(PIXELS).save(tmp_path / "in.png", icc_profile=profile)
    with Image.open(write(tmp_path / "out.jpg", tmp_path / "in.png")) as image:
        assert image.info["icc_profile"] == profile
    grey = bytearray(profile)
    grey[16:20] = b"GRAY"
    Image.fromarray(PIXELS[..., 0]).save(tmp_path / "grey.png", icc_profile=bytes(grey))
    with Image.open(write(tmp_path / "out.png", tmp_path / "grey.png")) as image:
        assert "icc_profile" not in image.info


def test_transparency_stays_where_nothing_was_drawn(tmp_path):
    rgba = np.zeros((4, 4, 4), dtype=np.uint8)
    rgba[:2] = (10, 20, 30, 255)
    Image.fromarray(rgba).save(tmp_path / "in.png")
    drawn = read_image(tmp_path / "in.png").copy()
    drawn[3, 3] = (200, 0, 0)
    with Image.open(write(tmp_path / "out.png", tmp_path / "in.png", drawn)) as image:
        seen = np.asarray(image)
    assert seen[0, 0].tolist() == [10, 20, 30, 255]
    assert seen[2, 0, 3] == 0
    assert seen[3, 3].tolist() == [200, 0, 0, 255]


def test_format_without_transparency_shows_white(tmp_path):
    Image.fromarray(np.zeros((16, 16, 4), dtype=np.uint8)).save(tmp_path / "in.png")
    path = write(tmp_path / "out.jpg", tmp_path / "in.png", read_image(tmp_path / "in.png"))
    assert read_image(path).min() >= 253


def test_quality_makes_files_larger(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    sizes = [
        write(tmp_path / "a.jpg", pixels=noise, quality=quality).stat().st_size for quality in (0, 60, 100)
    ]
    assert sizes == sorted(sizes)


def test_picture_appears_on_close_only(tmp_path):
    sink = ImageSink(tmp_path / "a.png")
    sink.write(PIXELS, RESULT)
    assert not (tmp_path / "a.png").exists()
    sink.close()
    sink.close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_abort_leaves_nothing(tmp_path):
    sink = ImageSink(tmp_path / "a.png")
    sink.write(PIXELS, RESULT)
    sink.abort()
    sink.close()
    assert not list(tmp_path.iterdir())


def test_second_picture_is_refused(tmp_path):
    with ImageSink(tmp_path / "a.png") as sink:
        sink.write(PIXELS, RESULT)
        with pytest.raises(ValueError, match="holds one picture"):
            sink.write(PIXELS, RESULT)


def test_unknown_suffix_names_the_known_ones(tmp_path):
    with pytest.raises(OutputError, match=r"'\.xyz'; choose one of \.jpg"):
        ImageSink(tmp_path / "a.xyz")


def test_missing_folder_and_folder_in_the_way_say_so(tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        ImageSink(tmp_path / "no" / "a.png")
    (tmp_path / "b.png").mkdir()
    with pytest.raises(OutputError, match=r"b\.png: .*a folder has this name"):
        ImageSink(tmp_path / "b.png")
    assert [path.name for path in tmp_path.iterdir()] == ["b.png"]


def test_full_disk_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_full_disk_for_real(small_disk):
    noise = np.random.default_rng(0).integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    with pytest.raises(OutputError, match="No space left on device"):
        write(small_disk / "a.png", pixels=noise)
    assert not list(small_disk.iterdir())


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_transparent_picture_on_its_side_keeps_its_transparency_upright(tmp_path, suffix):
    stored = np.zeros((8, 16, 4), dtype=np.uint8)
    stored[:, :4] = (10, 20, 30, 255)  # left as stored, top once turned clockwise
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(stored).save(tmp_path / f"in{suffix}", exif=exif)
    path = write(tmp_path / "out.png", tmp_path / f"in{suffix}", read_image(tmp_path / f"in{suffix}"))
    with Image.open(path) as image:
        seen = np.asarray(image)
    assert seen.shape == (16, 8, 4)
    assert (seen[:4, :, 3] == 255).all()
    assert (seen[4:, :, 3] == 0).all()


@pytest.mark.parametrize("suffix", [".png", ".webp", ".tif"])
def test_transparent_pictures_stay_so(tmp_path, suffix):
    alpha = np.linspace(0, 255, PIXELS.shape[1]).astype(np.uint8)
    rgba = np.dstack([PIXELS, np.broadcast_to(alpha, PIXELS.shape[:2])])
    with Image.open(write(tmp_path / f"a{suffix}", pixels=rgba)) as image:
        assert image.mode == "RGBA"
        assert (np.asarray(image)[..., 3] == rgba[..., 3]).all()


@pytest.mark.parametrize("suffix", [".jpg", ".bmp"])
def test_formats_without_transparency_refuse_it(tmp_path, suffix):
    rgba = np.dstack([PIXELS, PIXELS[..., 0]])
    with pytest.raises(OutputError, match=r"holds no transparency; choose one of \.png"):
        write(tmp_path / f"a{suffix}", pixels=rgba)
    assert not list(tmp_path.iterdir())
