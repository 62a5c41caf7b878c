import numpy as np
import pytest
from PIL import Image, ImageCms

from arpipe.errors import ConfigError, MediaError, MediaNotFound, MissingExtra
from arpipe.io.image.animation import Animation
from arpipe.io.image.opening import is_heif, open_picture
from arpipe.io.image.reader import ImageFiles, picture_kind, read_image

RED, GREEN = (220, 30, 40), (30, 190, 60)


def two_tone(width=40, height=24):
    """Red above, green below."""
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    pixels[: height // 2], pixels[height // 2 :] = RED, GREEN
    return pixels


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp", ".jpg", ".jp2", ".ppm", ".avif"])
def test_formats_give_the_same_rgb_pixels(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    Image.fromarray(two_tone()).save(path, quality=95)
    pixels = read_image(path)
    assert pixels.shape == (24, 40, 3)
    assert pixels.flags.c_contiguous
    assert np.abs(pixels[[4, 20], 20].astype(int) - [RED, GREEN]).max() <= 4


@pytest.mark.parametrize("mode", ["L", "1", "I;16", "I", "P", "LA"])
def test_grey_and_palette_pictures_become_rgb(tmp_path, mode):
    grey = np.repeat(np.array([[0, 255]], dtype=np.uint8), 4, axis=0)
    path = tmp_path / "a.png"
    if mode in ("I;16", "I"):
        Image.fromarray(grey.astype(np.uint16) * 257).save(path)
    else:
        Image.fromarray(grey).convert(mode).save(path)
    np.testing.assert_array_equal(read_image(path), np.repeat(grey[..., None], 3, axis=2))


def test_sixteen_bits_are_scaled_not_cut(tmp_path):
    values = np.array([[0, 128 * 257, 65535, 257]], dtype=np.uint16)
    Image.fromarray(values).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png")[0, :, 0].tolist() == [0, 128, 255, 1]


def test_sixteen_bit_colors_are_scaled(tmp_path):
    cv2 = pytest.importorskip("cv2")
    bgr = np.zeros((2, 2, 3), dtype=np.uint16)
    bgr[...] = (40 * 257, 60 * 257, 200 * 257)
    cv2.imwrite(str(tmp_path / "a.png"), bgr)
    assert read_image(tmp_path / "a.png")[0, 0].tolist() == [200, 60, 40]


def test_transparent_pictures_are_laid_on_white(tmp_path):
    rgba = np.array([[[200, 60, 40, 255], [200, 60, 40, 0], [0, 0, 0, 128]]], dtype=np.uint8)
    Image.fromarray(rgba).save(tmp_path / "a.png")
    assert read_image(tmp_path / "a.png")[0].tolist() == [[200, 60, 40], [255, 255, 255], [127, 127, 127]]


def test_cmyk_without_a_profile_follows_the_plain_formula(tmp_path):
    cmyk = np.array([[[0, 0, 0, 0], [255, 0, 0, 0], [0, 0, 0, 255]]], dtype=np.uint8)
    Image.fromarray(cmyk, mode="CMYK").save(tmp_path / "a.tif")
    assert read_image(tmp_path / "a.tif")[0].tolist() == [[255, 255, 255], [0, 255, 255], [0, 0, 0]]


def test_cmyk_jpeg_is_not_inverted(tmp_path):
    Image.fromarray(two_tone()).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    pixels = read_image(tmp_path / "a.jpg")
    assert np.abs(pixels[[4, 20], 20].astype(int) - [RED, GREEN]).max() <= 12


def test_damaged_cmyk_profile_does_not_stop_a_picture(tmp_path):
    Image.fromarray(two_tone()).convert("CMYK").save(
        tmp_path / "a.jpg", quality=95, icc_profile=b"no profile"
    )
    assert read_image(tmp_path / "a.jpg").shape == (24, 40, 3)


@pytest.mark.parametrize("tag", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_exif_orientation_is_applied_once(tmp_path, tag, suffix):
    upright = np.zeros((16, 32, 3), dtype=np.uint8)
    upright[:8, :16] = RED  # top left
    upright[8:, :16] = GREEN  # bottom left
    undo = {
        1: lambda p: p,
        2: np.fliplr,
        3: lambda p: np.rot90(p, 2),
        4: np.flipud,
        5: lambda p: p.transpose(1, 0, 2),
        6: lambda p: np.rot90(p, 1),
        7: lambda p: np.rot90(p, 2).transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }
    exif = Image.Exif()
    exif[274] = tag
    path = tmp_path / f"a{suffix}"
    stored = Image.fromarray(np.ascontiguousarray(undo[tag](upright)))
    stored.save(path, exif=exif, **({"lossless": True} if suffix == ".webp" else {"quality": 95}))
    with ImageFiles([path]) as source:
        (frame,) = source
    assert (source.info.width, source.info.height) == (32, 16) == (frame.width, frame.height)
    assert np.abs(frame.pixels[[3, 12], 6].astype(int) - [RED, GREEN]).max() <= 12


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_tiff_on_its_side_is_turned_in_every_mode(tmp_path, mode):
    stored = np.zeros((8, 16, 3), dtype=np.uint8)
    stored[:, :4] = 200  # left as stored, top once turned clockwise
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(stored).convert(mode).save(tmp_path / "a.tif", exif=exif)
    np.testing.assert_array_equal(read_image(tmp_path / "a.tif"), np.rot90(stored, -1))


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (7680, 4320)])
def test_one_pixel_and_8k(tmp_path, size):
    Image.new("RGB", size, RED).save(tmp_path / "a.png", compress_level=1)
    with ImageFiles([tmp_path / "a.png"]) as source:
        (frame,) = source
    assert (frame.width, frame.height) == size
    assert frame.pixels[-1, -1].tolist() == list(RED)


def test_cut_off_picture_says_so(tmp_path):
    path = tmp_path / "a.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:4000])
    with pytest.raises(MediaError, match="is it cut off, damaged"):
        read_image(path)


def test_picture_with_too_many_pixels_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    Image.new("RGB", (200, 200)).save(path)
    monkeypatch.setenv("ARPIPE_MAX_PICTURE_PIXELS", "39999")
    with pytest.raises(MediaError, match="200x200 px, more than the 39999.*ARPIPE_MAX_PICTURE_PIXELS"):
        read_image(path)
    monkeypatch.setenv("ARPIPE_MAX_PICTURE_PIXELS", "40000")
    assert read_image(path).shape == (200, 200, 3)


def test_limit_above_the_one_of_pillow_is_kept(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    Image.new("L", (32000, 4000)).save(path)
    with pytest.raises(MediaError, match="128000000|32000x4000"):
        read_image(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    monkeypatch.setenv("ARPIPE_MAX_PICTURE_PIXELS", "128000000")
    with open_picture(path) as picture:
        assert picture.size == (32000, 4000)


def test_long_side_is_refused(tmp_path):
    Image.new("L", (40000, 1)).save(tmp_path / "a.png")
    with pytest.raises(MediaError, match="sides of at most 32767"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("value", ["0", "-1", "many", "9" * 4400])
def test_wrong_limit_is_an_error(tmp_path, monkeypatch, value):
    Image.new("L", (2, 2)).save(tmp_path / "a.png")
    monkeypatch.setenv("ARPIPE_MAX_PICTURE_PIXELS", value)
    with pytest.raises(ConfigError, match="ARPIPE_MAX_PICTURE_PIXELS: expected a positive integer"):
        read_image(tmp_path / "a.png")


@pytest.mark.parametrize("suffix", ["gif", "webp", "png", "avif"])
def test_animation_with_too_many_frames_is_refused(tmp_path, monkeypatch, suffix):
    frames = [Image.new("L", (4, 4), shade) for shade in (0, 80, 160)]
    frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:])
    monkeypatch.setenv("ARPIPE_MAX_ANIMATION_FRAMES", "3")
    with Animation(tmp_path / f"a.{suffix}") as source:
        assert source.info.frame_count == 3
    monkeypatch.setenv("ARPIPE_MAX_ANIMATION_FRAMES", "2")
    with pytest.raises(MediaError, match="more frames than the 2.*ARPIPE_MAX_ANIMATION_FRAMES"):
        Animation(tmp_path / f"a.{suffix}")


def test_raw_motion_jpeg_is_a_video_and_a_jpeg_with_a_thumbnail_is_not(tmp_path):
    pictures = []
    for shade in (0, 128, 255):
        Image.new("L", (16, 16), shade).save(tmp_path / "one.jpg", comment=b"\xff\xd8\xff\xd9")
        pictures.append((tmp_path / "one.jpg").read_bytes())
    (tmp_path / "raw.jpg").write_bytes(b"".join(pictures))
    assert picture_kind(tmp_path / "raw.jpg") is None
    assert picture_kind(tmp_path / "one.jpg") == "images"
    (tmp_path / "tail.jpg").write_bytes(pictures[0] + b"trailing bytes" + pictures[1])
    assert picture_kind(tmp_path / "tail.jpg") == "images"


def test_further_pages_are_said(tmp_path):
    pages = [Image.new("L", (4, 4), shade) for shade in (0, 80, 160)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert ImageFiles([tmp_path / "a.tif"]).losses == ("only the first of 3 pictures in the file is read",)


def test_missing_empty_and_other_files_say_so(tmp_path):
    with pytest.raises(MediaNotFound, match="there is no such file"):
        ImageFiles([tmp_path / "a.png"])
    (tmp_path / "b.png").touch()
    with pytest.raises(MediaError, match="the file is empty"):
        ImageFiles([tmp_path / "b.png"])
    (tmp_path / "c.png").write_text("no picture")
    with pytest.raises(MediaError, match="is not a picture of a kind"):
        ImageFiles([tmp_path / "c.png"])
    with pytest.raises(MediaError, match="at least one file"):
        ImageFiles([])


def test_floating_point_picture_says_so(tmp_path):
    Image.fromarray(np.zeros((4, 4), dtype=np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(MediaError, match=r"a\.tif.*floating-point"):
        read_image(tmp_path / "a.tif")


def test_rgb_profile_leaves_pixels_alone(tmp_path):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.fromarray(two_tone()).save(tmp_path / "a.png", icc_profile=profile)
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), two_tone())


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_animation_plays_with_its_own_durations(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    frames = [Image.new("RGB", (20, 10), color) for color in (RED, GREEN, RED)]
    options = {"lossless": True} if suffix == ".webp" else {}
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 300, 200], **options)
    assert picture_kind(path) == "animation"
    with Animation(path) as source:
        shown = list(source)
    assert [round(frame.captured_s, 3) for frame in shown] == [0.0, 0.1, 0.4]
    assert [frame.pixels[5, 5].tolist() for frame in shown] == [list(RED), list(GREEN), list(RED)]
    assert source.info.frame_count == 3
    assert source.notes == ()


def test_animation_with_a_transparent_frame_says_so(tmp_path):
    frames = [Image.new("RGBA", (20, 10), (*RED, alpha)) for alpha in (255, 128)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    with Animation(tmp_path / "a.png") as source:
        opaque, half = source
    assert source.notes == ("transparency is composited over white",)
    assert opaque.pixels[5, 5].tolist() == list(RED)
    assert half.pixels[5, 5, 1] > 100  # red and half of white


def test_pages_of_a_tiff_are_no_animation(tmp_path):
    pages = [Image.new("RGB", (20, 10), color) for color in (RED, GREEN)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    assert picture_kind(tmp_path / "a.tif") == "images"
    assert read_image(tmp_path / "a.tif")[0, 0].tolist() == list(RED)


def test_cut_off_animation_gives_what_there_is(tmp_path):
    path = tmp_path / "a.gif"
    random = np.random.default_rng(0)
    frames = [Image.fromarray(random.integers(0, 256, (40, 40, 3), dtype=np.uint8)) for _ in range(6)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with Animation(path) as source:
        assert 0 < len(list(source)) < 6


def write_heic(path, size=(96, 64)):
    pillow_heif = pytest.importorskip("pillow_heif")
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:, : size[0] // 2] = RED
    picture[:, size[0] // 2 :] = GREEN
    pillow_heif.from_pillow(Image.fromarray(picture)).save(path, quality=95)


def test_heic_is_read_whole(tmp_path):
    write_heic(tmp_path / "a.heic", (640, 480))
    assert picture_kind(tmp_path / "a.heic") == "images"
    pixels = read_image(tmp_path / "a.heic").astype(int)
    assert pixels.shape == (480, 640, 3)
    assert np.abs(pixels[240, 100] - RED).max() <= 12
    assert np.abs(pixels[240, 600] - GREEN).max() <= 12


def test_heic_without_the_extra_is_refused_by_name(tmp_path, monkeypatch):
    (tmp_path / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200))
    monkeypatch.setattr("arpipe.io.image.opening.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"a\.heic: is a HEIC/HEIF picture.*arpipe\[heif\]"):
        picture_kind(tmp_path / "a.heic")
    with pytest.raises(MissingExtra):
        ImageFiles([tmp_path / "a.heic"])


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", True),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", True),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1miafavif", False),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", False),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", False),
        (b"", False),
    ],
)
def test_heif_is_told_by_its_brands(start, expected):
    assert is_heif(start) == expected


def test_damaged_heic_says_so(tmp_path):
    write_heic(tmp_path / "a.heic")
    content = (tmp_path / "a.heic").read_bytes()
    (tmp_path / "a.heic").write_bytes(content[: len(content) // 2])
    with pytest.raises(MediaError, match=r"a\.heic"):
        read_image(tmp_path / "a.heic")
