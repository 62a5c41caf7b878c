"""Videos with odd clocks, streams, containers or names."""

import io
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.animation import Animation
from arpipe.io.sinks import open_sink
from arpipe.io.sources import media_kind, open_source
from arpipe.io.video import VideoFile
from arpipe.io.video.audio_copy import AudioCopy
from arpipe.types import FrameResult
from tests.io.clips import audio_packets, copy_video, damage, frame_times, frames_of, write_clip


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
    copy_video(late, tmp_path / "out.mp4")
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
    source, _ = copy_video(tmp_path / "a.gif", tmp_path / name, codec)
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
    source, _ = copy_video(first, tmp_path / "b.mkv")
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
    source, sink = copy_video(path, tmp_path / "out.mp4")
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
    copy_video(path, tmp_path / "out.mp4")
    assert frame_times(tmp_path / "out.mp4")
    assert AudioCopy.open(write_clip(tmp_path / "silent.mp4"), None) is None


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
