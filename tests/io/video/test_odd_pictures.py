"""Videos whose pixels are not square, whole, opaque, of one shape or of standard colours."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from arpipe.errors import MediaError
from arpipe.io.video import VideoFile
from tests.io.clips import copy_video, frame_times, frames_of

BT2020, HLG, PQ, BT709 = 9, 18, 16, 1


def disc(width: int, height: int, radius_x: float, radius_y: float) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    inside = ((x - width / 2) / radius_x) ** 2 + ((y - height / 2) / radius_y) ** 2 < 1
    return np.repeat((inside * 255).astype(np.uint8)[..., None], 3, axis=2)


def write_frames(path: Path, pictures: list[np.ndarray], **context: object) -> Path:
    """Write RGB pictures losslessly enough, with attributes of the codec's context."""
    options = dict(context)
    codec, pixel_format = options.pop("codec", "libx264"), options.pop("pixel_format", "yuv420p")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = pixel_format
        if codec == "libx264":
            stream.codec_context.options = {"crf": "4", **options.pop("options", {})}
        for name, value in options.items():
            setattr(stream.codec_context, name, value)
        for pixels in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("aspect", [Fraction(4, 3), Fraction(16, 11), Fraction(3, 4)])
def test_anamorphic_frames_have_square_pixels(tmp_path, aspect):
    radius = 20.0
    stored = disc(120, 100, radius / float(max(aspect, 1)), radius * float(min(aspect, 1)))
    path = write_frames(tmp_path / "a.mp4", [stored] * 3, sample_aspect_ratio=aspect)
    with VideoFile(path) as video:
        pixels = frames_of(video)[0]
        assert pixels.shape[1::-1] == (video.info.width, video.info.height)
    rows, columns = np.nonzero(pixels[..., 0] > 128)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1.0, abs=0.06)
    assert any("square" in note for note in video.notes)


@pytest.mark.parametrize("aspect", [Fraction(1, 200), Fraction(1000, 1)])
def test_impossible_aspect_is_ignored(tmp_path, aspect):
    path = write_frames(tmp_path / "a.mkv", [disc(64, 48, 9, 9)] * 2, sample_aspect_ratio=aspect)
    with VideoFile(path) as video:
        assert (video.info.width, video.info.height) == (64, 48)


@pytest.mark.parametrize(("transfer", "white", "grey"), [(HLG, 0.75, 0.38), (PQ, 0.58, 0.38)])
def test_hdr_becomes_bt709_and_is_tagged_so(tmp_path, transfer, white, grey):
    """Diffuse white of 203 cd/m² is 75 % in HLG and 58 % in PQ (ITU-R BT.2408); neutral stays neutral."""
    levels = np.zeros((48, 96), np.uint16)
    levels[:, :32], levels[:, 32:64], levels[:, 64:] = (64 + round(876 * part) for part in (0.0, grey, white))
    path = tmp_path / "hdr.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 48, "yuv420p10le"
        context = stream.codec_context
        context.options = {"x265-params": "log-level=none:crf=4"}
        context.colorspace, context.color_range, context.color_primaries = BT2020, 1, BT2020
        context.color_trc = transfer
        frame = av.VideoFrame(96, 48, "yuv420p10le")
        for plane, values in zip(frame.planes, (levels, None, None), strict=True):
            rows = np.full((plane.height, plane.line_size // 2), 512, np.uint16)
            if values is not None:
                rows[:, :96] = values
            plane.update(rows.tobytes())
        frame.colorspace, frame.color_range = BT2020, 1
        for _ in range(3):
            frame.pts = None
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    source, _ = copy_video(path, tmp_path / "out.mp4")
    with VideoFile(path) as video:
        pixels = frames_of(video)[0].astype(int)
    black, middle, bright = (pixels[24, x] for x in (16, 48, 80))
    assert black.max() <= 3
    assert bright.min() >= 245
    assert 80 <= middle.min() <= middle.max() <= 140
    assert np.ptp(middle) <= 2
    assert any("became BT.709" in note for note in source.notes)
    assert any("10 bits" in note for note in source.notes)
    with av.open(str(tmp_path / "out.mp4")) as container:
        context = container.streams.video[0].codec_context
        assert (context.color_trc, context.color_primaries, context.colorspace) == (BT709, BT709, BT709)


def test_transparency_of_vp9_is_said_to_be_left_out(tmp_path):
    with av.open(str(tmp_path / "a.webm"), "w") as container:
        stream = container.add_stream("libvpx-vp9", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuva420p"
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 4), 90, np.uint8), format="rgba")
        container.mux(stream.encode(frame.reformat(format="yuva420p")))
        container.mux(stream.encode(None))
    with VideoFile(tmp_path / "a.webm") as video:
        assert len(frames_of(video)) == 1
        assert video.notes == ("transparency is not read",)


def test_interlaced_frames_become_whole(tmp_path):
    """A bar that moves 8 px between two fields leaves a comb in a frame; afterwards there is none."""
    pictures = []
    for index in range(8):
        pixels = np.zeros((64, 128, 3), np.uint8)
        for field in (0, 1):
            x = 16 * index + 8 * field
            pixels[field::2, x : x + 12] = 255
        pictures.append(pixels)
    path = write_frames(
        tmp_path / "a.ts",
        pictures,
        options={"x264-params": "tff=1:bframes=0", "preset": "medium"},
    )
    with av.open(str(path)) as container:
        stored = next(container.decode(video=0))
        assert stored.interlaced_frame
    with VideoFile(path) as video:
        whole = frames_of(video)
    assert len(whole) == len(pictures)
    assert "interlaced frames became whole ones" in video.notes

    def combing(pixels: np.ndarray) -> float:
        rows = pixels[..., 1].astype(int)
        return float(np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean())

    assert combing(whole[4]) < 0.35 * combing(pictures[4])


def test_shape_that_changes_is_fitted_and_not_stretched(tmp_path):
    first = write_frames(tmp_path / "1.ts", [disc(128, 72, 20, 20)] * 6)
    second = write_frames(tmp_path / "2.ts", [disc(72, 128, 20, 20)] * 6)
    both = tmp_path / "both.ts"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    with VideoFile(both) as video:
        pictures = frames_of(video)
    assert {pixels.shape for pixels in pictures} == {(72, 128, 3)}
    rows, columns = np.nonzero(pictures[-1][..., 0] > 128)
    assert np.ptp(columns) / np.ptp(rows) == pytest.approx(1.0, abs=0.12)
    assert pictures[-1][:, :30].max() < 30
    assert any("72x128 are fitted into 128x72" in note for note in video.notes)
    source, _ = copy_video(both, tmp_path / "out.mp4")
    assert len(frame_times(tmp_path / "out.mp4")) == len(pictures)
    assert source.losses == ()


def test_huge_first_frame_is_refused_and_does_not_scale_the_others(tmp_path, monkeypatch):
    clips = [
        write_frames(tmp_path / "big.ts", [disc(640, 480, 50, 50)] * 3),
        write_frames(tmp_path / "small.ts", [disc(64, 48, 9, 9)] * 5),
    ]
    both = tmp_path / "both.ts"
    both.write_bytes(b"".join(clip.read_bytes() for clip in clips))
    monkeypatch.setenv("ARPIPE_MAX_FRAME_PIXELS", "20000")
    with pytest.raises(MediaError, match="no frame can be decoded"):
        VideoFile(clips[0])
    if int(av.__version__.split(".")[0]) >= 19:  # its decoder stays closed after a size that it refused
        with pytest.raises(MediaError, match="no frame can be decoded"):
            VideoFile(both)
        return
    with VideoFile(both) as video:
        pictures = frames_of(video)
        assert (video.info.width, video.info.height) == (64, 48)
    assert len(pictures) >= 3
    assert video.decode_errors > 0
