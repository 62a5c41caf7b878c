"""A small JPEG that would keep a decoder busy for minutes is refused before it is decoded."""

import io
import struct

import numpy as np
import pytest
from PIL import Image

from arpipe.errors import MediaError
from arpipe.io.image.jpeg_scans import MAX_SCANS, count_scans
from arpipe.io.image.reader import read_image
from arpipe.io.video.stream_codec import decode_jpeg

SCAN = b"\xff\xda"
EXIF_WITH_THUMBNAIL = (
    b"\xff\xe1" + struct.pack(">H", 2 + 40) + b"Exif\0\0" + b"\xff\xda\0\x02\xff\xd9" + bytes(29)
)


def jpeg(**options) -> bytes:
    pixels = (np.indices((40, 60)).sum(axis=0) * 2).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.dstack([pixels, pixels.T[:40, :1].repeat(60, 1), pixels])).save(
        buffer, "JPEG", **options
    )
    return buffer.getvalue()


def with_scans_again(content: bytes, times: int) -> bytes:
    """Repeat the last scan of a picture, which then refines what is finished."""
    last, end = content.rfind(SCAN), content.rfind(b"\xff\xd9")
    return content[:end] + times * content[last:end] + content[end:]


@pytest.mark.parametrize("options", [{}, {"restart_marker_blocks": 1}, {"comment": b"\xff\xd9\xff\xda"}])
def test_baseline_jpeg_has_one_scan(options):
    assert count_scans(io.BytesIO(jpeg(**options)), MAX_SCANS) == 1


def test_scans_of_a_progressive_jpeg_are_counted_without_its_thumbnail():
    progressive = jpeg(progressive=True)
    counted = count_scans(io.BytesIO(progressive), MAX_SCANS)
    assert counted == progressive.count(SCAN) > 5
    assert (
        count_scans(io.BytesIO(progressive[:2] + EXIF_WITH_THUMBNAIL + progressive[2:]), MAX_SCANS) == counted
    )
    assert count_scans(io.BytesIO(with_scans_again(progressive, 30)), MAX_SCANS) == counted + 30
    assert count_scans(io.BytesIO(progressive + progressive), MAX_SCANS) == counted  # of the first picture


def test_counting_stops_at_the_limit_and_at_the_end_of_the_file():
    bomb = with_scans_again(jpeg(progressive=True), 1000)
    file = io.BytesIO(bomb)
    assert count_scans(file, 20) == 21
    assert file.tell() < len(bomb) / 2
    assert count_scans(io.BytesIO(bomb[:300]), 20) <= 1
    assert count_scans(io.BytesIO(b""), 20) == 0


def test_jpeg_with_too_many_scans_is_refused_at_every_door(tmp_path):
    bomb = with_scans_again(jpeg(progressive=True), MAX_SCANS)
    path = tmp_path / "bomb.jpg"
    path.write_bytes(bomb)
    with pytest.raises(MediaError, match=f"bomb.jpg: the JPEG has more than {MAX_SCANS} scans"):
        read_image(path)
    with pytest.raises(MediaError, match="scans"):
        decode_jpeg(bomb, 1 << 20)
    path.write_bytes(with_scans_again(jpeg(progressive=True), 20))
    assert read_image(path).shape == (40, 60, 3)
