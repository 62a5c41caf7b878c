"""Counting pictures costs no more than the limit allows."""

import io
import struct

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from arpipe.errors import MediaError
from arpipe.io.image.animation import Animation
from arpipe.io.image.counting import count_pictures
from arpipe.io.image.reader import ImageFiles

MOST = 50


class CountedBytes(io.BytesIO):
    """Remembers the farthest byte that was reached."""

    farthest = 0

    def read(self, size=-1):
        content = super().read(size)
        self.farthest = max(self.farthest, self.tell())
        return content


def huge_gif(frames: int) -> bytes:
    """A GIF of many frames of one pixel."""
    frame = b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    control = b"!\xf9\x04\x00\x01\x00\x00\x00"
    start = b"GIF89a" + struct.pack("<2H3B", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return start + (control + frame) * frames + b";"


def huge_tiff(pages: int) -> bytes:
    """A TIFF whose pages are all the same pixel."""
    tags = [(256, 1), (257, 1), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 1), (279, 1)]
    content = b"II*\0" + struct.pack("<I", 10) + b"\x7f\0"
    for page in range(pages):
        following = 0 if page == pages - 1 else len(content) + 2 + 12 * len(tags) + 4
        entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        content += struct.pack("<H", len(tags)) + entries + struct.pack("<I", following)
    return content


@pytest.mark.parametrize("make", [huge_gif, huge_tiff])
def test_counting_stops_behind_the_limit(make):
    file = CountedBytes(make(3000))
    with Image.open(file) as image:
        file.farthest = 0
        assert count_pictures(image, MOST) == MOST + 1
        assert file.farthest < len(file.getvalue()) / 20
        image.load()
        assert image.size == (1, 1)


@pytest.mark.parametrize("make", [huge_gif, huge_tiff])
@pytest.mark.parametrize("pictures", [1, 2, MOST])
def test_count_is_pillows(make, pictures):
    with Image.open(io.BytesIO(make(pictures))) as image:
        assert count_pictures(image, MOST) == pictures == image.n_frames


def test_count_is_pillows_with_palettes_and_comments():
    random = np.random.default_rng(0)
    frames = [Image.fromarray(random.integers(0, 255, (40, 50, 3), np.uint8)).quantize() for _ in range(4)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], comment=b"x" * 700, loop=0)
    for end in (len(file.getvalue()), len(file.getvalue()) - 1):
        with Image.open(io.BytesIO(file.getvalue()[:end])) as image:
            assert count_pictures(image, MOST) == image.n_frames == 4


def test_huge_animation_is_refused_without_walking_through_it(tmp_path):
    (tmp_path / "a.gif").write_bytes(huge_gif(20_000))
    with pytest.raises(MediaError, match="more frames than the 10000"):
        Animation(tmp_path / "a.gif")


def test_huge_number_of_pages_is_said(tmp_path, monkeypatch):
    def seek(image, frame, _seek=TiffImagePlugin.TiffImageFile.seek):
        assert frame <= MOST
        _seek(image, frame)

    (tmp_path / "a.tif").write_bytes(huge_tiff(500))
    monkeypatch.setenv("ARPIPE_MAX_ANIMATION_FRAMES", str(MOST))
    monkeypatch.setattr(TiffImagePlugin.TiffImageFile, "seek", seek)
    assert ImageFiles([tmp_path / "a.tif"]).losses == (
        f"only the first of more than {MOST} pictures in the file is read",
    )
