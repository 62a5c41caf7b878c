"""One bad file never ends a batch, whatever its bytes are."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from tests.apps.batch.running import batch, files
from tests.io.clips import write_clip


def png_bomb(width: int, height: int) -> bytes:
    """A picture of one colour whose header states its true, huge size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


def encoded(kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    pixels = (np.indices((48, 64)).sum(axis=0) * 2).astype(np.uint8)
    Image.fromarray(pixels).convert("RGB").save(buffer, kind, **options)
    return buffer.getvalue()


def middle_destroyed(content: bytes) -> bytes:
    third = len(content) // 3
    return content[:third] + b"\xff" * third + content[2 * third :]


def gif_without_pixels() -> bytes:
    """A frame whose data end before they begin; with a frame outside the canvas."""
    header = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0x80, 0, 0) + bytes(6)
    frame = b"\x2c" + struct.pack("<HHHHB", 60000, 60000, 9, 9, 0) + b"\x02\x00"
    return header + frame + frame + b"\x3b"


def without_decoder(folder: Path) -> bytes:
    content = write_clip(folder / "source.mkv").read_bytes()
    (folder / "source.mkv").unlink()
    return content.replace(b"V_MPEG4/ISO/AVC", b"V_MPEG4/ISO/XYZ")


def with_cut(content: bytes, share: float) -> bytes:
    return content[: int(len(content) * share)]


def flv_with_late_streams() -> bytes:
    """A header that promises pictures, then tags of streams that it never announced."""
    tag = b"\x08\0\0\x05\0\0\0\0\0\0\0" + b"\xaf\x00\x12\x10\x00" + struct.pack(">I", 16)
    video = b"\x09\0\0\x06\0\0\0\0\0\0\0" + b"\x17\x00\0\0\0\0" + struct.pack(">I", 17)
    return b"FLV\x01\x01\0\0\0\x09\0\0\0\0" + (tag + video + b"\x12" + tag[1:]) * 20


@pytest.fixture
def bad(tmp_path: Path) -> dict[str, bytes]:
    """Name → content of files that cannot be used."""
    return {
        "a.gif": gif_without_pixels(),
        "b.avif": middle_destroyed(encoded("AVIF")),
        "c.jpg": with_cut(encoded("JPEG"), 0.2),
        "d.jpg": b"\xff\xd8\xff\xe0\x00\x02\xff\xdb\x00\x02\xff\xc0\x00\x02",
        "e.png": png_bomb(40_000, 30_000),
        "f.png": png_bomb(4_194_352, 40),
        "g.webp": with_cut(encoded("WEBP"), 0.4),
        "h.tif": with_cut(encoded("TIFF"), 0.7),
        "i.mkv": without_decoder(tmp_path),
        "j.flv": flv_with_late_streams(),
        "k.mp4": with_cut(write_clip(tmp_path / "k.mp4").read_bytes(), 0.5),
        "l.mp4": b"\0\0\0\x20ftypisom" + b"\0" * 500,
        "m.png": b"\x89PNG\r\n\x1a\n",
        "n.mp4": b"",
        "o.jpg": b"<html>not found</html>",
        "p.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 300,
        "q.bmp": b"BM"
        + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 2**31 - 1, -1, 1, 24, 0, 0, 0, 0, 0, 0),
    }


def test_one_bad_file_of_any_kind_stops_none_of_the_good_ones(bad, tmp_path):
    inputs = tmp_path / "in"
    inputs.mkdir()
    for name, content in bad.items():
        (inputs / name).write_bytes(content)
    for index in range(5):
        (inputs / f"photo{index}.png").write_bytes(encoded("PNG"))
    write_clip(inputs / "clip.mp4")
    code, text = batch(inputs=[inputs], output=tmp_path / "out")
    assert code == 1
    assert {"clip.mp4", *(f"photo{index}.png" for index in range(5))} <= set(files(tmp_path / "out"))
    assert "unexpected" not in text
    assert f"6 of {len(bad) + 6} done" in text, text
    for name in bad:
        assert name in text
    assert "o.jpg: holds no picture, but its name says a picture" in text


def test_video_that_ends_early_is_done_as_far_as_it_goes_and_fails_the_exit_code(tmp_path):
    clip = write_clip(tmp_path / "a.mkv", tuple(range(0, 900_000, 3000)))
    clip.write_bytes(with_cut(clip.read_bytes(), 0.5))
    code, text = batch(inputs=[clip], output=tmp_path / "out.mkv")
    assert code == 1
    assert "LOST: only" in text
    assert "with losses" in text
    with av.open(str(tmp_path / "out.mkv")) as container:
        assert 0 < len(list(container.decode(video=0))) < 300


def test_pages_that_are_left_out_are_lost(tmp_path):
    pages = [Image.new("RGB", (64, 48), (shade, 0, 0)) for shade in (0, 90, 180)]
    pages[0].save(tmp_path / "a.tif", save_all=True, append_images=pages[1:])
    code, text = batch(inputs=[tmp_path / "a.tif"], output=tmp_path / "out.tif")
    assert code == 1
    assert "LOST: only the first of 3 pictures in the file is read" in " ".join(text.split())


def test_transparency_and_depth_that_the_output_cannot_hold_are_said(tmp_path):
    Image.new("RGBA", (64, 48), (200, 30, 40, 128)).save(tmp_path / "clear.png")
    Image.fromarray(np.full((48, 64), 30_000, np.uint16)).save(tmp_path / "deep.png")
    cv2.imwrite(str(tmp_path / "deep-colours.png"), np.full((48, 64, 3), 30_000, np.uint16))
    cv2.imwrite(str(tmp_path / "deep-colours.tif"), np.full((48, 64, 3), 30_000, np.uint16))
    code, text = batch(inputs=[tmp_path / "clear.png"], output=tmp_path / "out.jpg")
    assert (code, "JPEG has no transparency" in " ".join(text.split())) == (0, True)
    code, text = batch(inputs=[tmp_path / "deep.png"], output=tmp_path / "out.png")
    assert (code, "16 bits per grey value became 8" in " ".join(text.split())) == (0, True)
    for name in ("deep-colours.png", "deep-colours.tif"):
        code, text = batch(inputs=[tmp_path / name], output=tmp_path / f"out-{name}")
        assert (code, "16 bits per colour became 8" in text) == (0, True)


def test_leftovers_of_a_killed_run_are_removed_and_said(tmp_path):
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded("PNG"))
    out = tmp_path / "out"
    out.mkdir()
    program = (
        "import os, signal, sys; from arpipe.io.atomic import AtomicFile\n"
        "AtomicFile(sys.argv[1]).temporary.write_bytes(bytes(99)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(out / "clip.mp4")])
    (left,) = out.iterdir()
    code, text = batch(inputs=[photo], output=out / "photo.png")
    assert code == 0
    assert f"removed {left}, left behind by a run that was killed" in text
    assert files(out) == ["photo.png"]
