"""Videos whose metadata matter, that change on the way, or that are no plain video at all."""

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.animation import Animation
from arpipe.io.sinks import open_sink
from arpipe.io.source import Source
from arpipe.io.sources import media_kind, open_source
from arpipe.io.video import VideoFile
from arpipe.io.video.audio_copy import AudioCopy
from arpipe.types import FrameResult
from tests.io.clips import audio_packets, damage, frame_times, write_clip

BT2020, HLG, PQ, BT709 = 9, 18, 16, 1


def frames_of(source: Source) -> list[np.ndarray]:
    return [frame.pixels for frame in source]


def copy(path: Path, target: Path, codec: str = "h264") -> tuple[Source, object]:
    """Copy a file as a batch does."""
    with open_source(path) as source, open_sink(target, source.info, VideoSinkConfig(codec=codec)) as sink:
        for frame in source:
            sink.write(frame.pixels, FrameResult(frame))
        sink.end_s = source.end_s
    return source, sink


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
    source, _ = copy(path, tmp_path / "out.mp4")
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
    source, _ = copy(both, tmp_path / "out.mp4")
    assert len(frame_times(tmp_path / "out.mp4")) == len(pictures)
    assert source.losses == ()


def test_running_clock_of_a_broadcast_begins_at_zero_with_its_audio(tmp_path):
    clip = write_clip(tmp_path / "a.mp4", audio="aac")
    late = tmp_path / "late.ts"
    with av.open(str(clip)) as container, av.open(str(late), "w") as output:
        streams = {
            each.index: output.add_stream_from_template(each, opaque=True) for each in container.streams
        }
        for packet in container.demux():
            if packet.size and packet.pts is not None:
                shift = round(Fraction(40_000) / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    with VideoFile(late) as video:
        times = [frame.captured_s for frame in video]
    assert 0.0 <= times[0] < 0.2
    copy(late, tmp_path / "out.mp4")
    assert 0.0 <= audio_packets(tmp_path / "out.mp4")[0][0] < Fraction(1, 5)
    apart = audio_packets(clip)[0][0] - frame_times(clip)[0]
    now = audio_packets(tmp_path / "out.mp4")[0][0] - frame_times(tmp_path / "out.mp4")[0]
    assert abs(apart - now) < Fraction(1, 40)


@pytest.mark.parametrize("name", ["a.mjpeg", "a.jpg", "no-suffix"])
def test_raw_motion_jpeg_is_read_whole(tmp_path, name):
    content = b""
    for index in range(20):
        buffer = io.BytesIO()
        Image.fromarray(np.full((48, 64, 3), 10 * index, np.uint8)).save(buffer, "JPEG")
        content += buffer.getvalue()
    (tmp_path / name).write_bytes(content)
    assert media_kind(tmp_path / name) == "video"
    with open_source(tmp_path / name) as source:
        levels = [int(pixels.mean().round()) for pixels in frames_of(source)]
    assert levels == pytest.approx([10 * index for index in range(20)], abs=2)


@pytest.mark.parametrize("durations", [(100, 100, 100, 100, 100, 2100), (50, 1500, 200), (900, 40, 40)])
@pytest.mark.parametrize(
    ("name", "codec"),
    [("o.mp4", "h264"), ("p.mp4", "hevc"), ("o.mkv", "h264"), ("o.mov", "prores"), ("o.webm", "vp9")],
)
def test_animation_lasts_as_long_in_every_container(tmp_path, durations, name, codec):
    frames = [Image.new("RGB", (64, 48), (40 * index, 0, 0)) for index in range(len(durations))]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=list(durations))
    source, _ = copy(tmp_path / "a.gif", tmp_path / name, codec)
    assert isinstance(source, Animation)
    seconds = sum(durations) / 1000.0
    assert source.end_s == pytest.approx(seconds)
    with av.open(str(tmp_path / name)) as container:
        assert container.duration / av.time_base == pytest.approx(seconds, abs=0.011)
    with VideoFile(tmp_path / name) as video:
        assert len(frames_of(video)) == len(durations)
        assert video.end_s == pytest.approx(seconds, abs=0.011)


def test_recording_with_a_long_last_frame_keeps_its_length(tmp_path):
    pts = (0, 3000, 6000, 9000, 12000, 200_000)
    first = write_clip(tmp_path / "a.mkv", pts)
    source, _ = copy(first, tmp_path / "b.mkv")
    with VideoFile(tmp_path / "b.mkv") as again:
        assert len(frames_of(again)) == len(pts)
    assert again.end_s == pytest.approx(source.end_s, abs=0.002)


def test_cut_off_video_says_how_much_is_missing(tmp_path):
    path = write_clip(tmp_path / "a.mkv", tuple(range(0, 900_000, 3000)))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with VideoFile(path) as video:
        read = len(frames_of(video))
    assert 0 < read < 300
    assert len(video.losses) == 1
    assert "of the 10.0 s that the file states" in video.losses[0]


def test_further_streams_are_said(tmp_path):
    path = tmp_path / "two.mkv"
    with av.open(str(path), "w") as container:
        streams = [container.add_stream("libx264", rate=25) for _ in range(2)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for stream in streams:
            for index in range(3):
                pixels = np.full((48, 64, 3), 40 * index, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        for stream in streams:
            container.mux(stream.encode(None))
    with VideoFile(path) as video:
        frames_of(video)
    assert "1 further video track left out" in video.notes


@pytest.mark.parametrize(
    ("rate", "codec"), [(22050, "wmav2"), (44100, "wmav2"), (32000, "mp2"), (11025, "adpcm_ms")]
)
def test_odd_clocks_and_audio_of_old_cameras_are_written(tmp_path, rate, codec):
    """OpenFace's sample videos: WMV with times in ms, and audio that MP4 cannot hold."""
    path = tmp_path / ("a.wmv" if codec == "wmav2" else "a.avi")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("wmv2" if codec == "wmav2" else "mpeg4", rate=Fraction(30000, 1001))
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        sound = container.add_stream(codec, rate=rate)
        sound.codec_context.layout = "stereo"
        if codec == "wmav2":
            sound.codec_context.bit_rate = 64_000
        for index in range(30):
            pixels = np.full((64, 96, 3), 8 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        resampler = av.AudioResampler(sound.codec_context.format, "stereo", rate)
        silence = av.AudioFrame.from_ndarray(np.zeros((2, rate), np.float32), format="fltp", layout="stereo")
        silence.rate, silence.pts = rate, 0
        for frame in resampler.resample(silence):
            container.mux(sound.encode(frame))
        container.mux(stream.encode(None))
        container.mux(sound.encode(None))
    source, sink = copy(path, tmp_path / "out.mp4")
    assert len(frame_times(tmp_path / "out.mp4")) == 30
    packets = audio_packets(tmp_path / "out.mp4")
    assert float(packets[-1][0] - packets[0][0]) > 0.8
    assert any("compressed anew" in note for note in sink.notes) == (codec != "mp2")  # MP4 holds that
    assert (source.losses, sink.losses) == ((), ())


@pytest.mark.parametrize(
    "time_base", [Fraction(1001, 30000), Fraction(7, 1000), Fraction(1, 3), Fraction(1, 10**9)]
)
@pytest.mark.parametrize("codec", ["h264", "mpeg4"])
def test_every_time_base_can_be_written(tmp_path, time_base, codec):
    from dataclasses import replace

    with VideoFile(write_clip(tmp_path / "a.mp4")) as video:
        info = replace(video.info, traits=replace(video.info.traits, time_base=time_base))
        with open_sink(tmp_path / "out.mp4", info, VideoSinkConfig(codec=codec)) as sink:
            for frame in video:
                sink.write(frame.pixels, FrameResult(frame))
    assert len(frame_times(tmp_path / "out.mp4")) == 24


def test_damaged_audio_ends_neither_the_pictures_nor_unsaid(tmp_path):
    path = damage(write_clip(tmp_path / "a.mkv", tuple(range(0, 180_000, 3000)), audio="aac"), 0.4, 0.6)
    copy(path, tmp_path / "out.mp4")
    assert frame_times(tmp_path / "out.mp4")
    assert AudioCopy.open(write_clip(tmp_path / "silent.mp4"), None) is None


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


def test_playlist_opens_neither_other_files_nor_addresses(tmp_path):
    write_clip(tmp_path / "clip.ts")
    for text in (
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile clip.ts\n",
    ):
        (tmp_path / "list.mp4").write_text(text)
        with pytest.raises(MediaError):
            frames_of(open_source(tmp_path / "list.mp4"))


def test_name_that_looks_like_a_protocol_is_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_clip(tmp_path / "a.mp4").rename(tmp_path / "concat:a|b.mp4")
    with open_source("concat:a|b.mp4") as source:
        assert len(frames_of(source)) == 24
