"""Videos that are read, cut and joined in pieces are those that are read and written as a whole."""

import math
import wave
from itertools import pairwise

import av
import numpy as np
import pytest

from arpipe.errors import MediaError, OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video import VideoFile, VideoFileConfig
from arpipe.io.video.cuts import find_cuts
from arpipe.io.video.join import VideoJoin
from arpipe.io.video.writer import VideoSink
from arpipe.types import FrameResult
from tests.io.clips import audio_packets, damage, damage_frames, write_clip

FRAMES = 60
PTS = tuple(3000 * index + 700 * (index % 3) for index in range(FRAMES))  # 2 s at a variable rate
GOP = 8
CUTS_S = (24_000 / 90_000, 1.0, 1.2)  # a key frame, another frame, and a time within the last one's GOP


def read(path, from_s=-math.inf, until_s=math.inf):
    with VideoFile(path, VideoFileConfig(from_s=from_s, until_s=until_s)) as video:
        return list(video), video.end_s, video.decode_errors


def ranges(cuts_s=CUTS_S):
    return pairwise((-math.inf, *cuts_s, math.inf))


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.ts", "libx264"),
        ("a.mkv", "libx264"),
        ("a.webm", "libvpx-vp9"),
        ("a.avi", "mpeg4"),
    ],
)
def test_ranges_hold_every_frame_once(tmp_path, name, codec):
    pts = tuple(range(0, 3000 * FRAMES, 3000)) if codec == "mpeg4" else PTS
    path = write_clip(tmp_path / name, pts, codec=codec, gop=GOP)
    whole, end_s, _ = read(path)
    parts = [read(path, *span) for span in ranges()]
    frames = [frame for part, _, _ in parts for frame in part]
    assert [frame.captured_s for frame in frames] == [frame.captured_s for frame in whole]
    assert all((a.pixels == b.pixels).all() for a, b in zip(frames, whole, strict=True))
    ends_s = [part_end_s for _, part_end_s, _ in parts]
    assert ends_s == [*(part[0].captured_s for part, _, _ in parts[1:]), end_s]


def test_damage_counts_in_the_range_where_it_is(tmp_path):
    path = damage(write_clip(tmp_path / "a.mp4", tuple(range(0, 360_000, 3000)), gop=20), 0.45, 0.55)
    whole = read(path)[2]
    errors = [read(path, *span)[2] for span in ranges((0.6, 3.4))]
    assert errors[0] == errors[2] == 0
    assert 0 < errors[1] <= whole


def test_frames_that_warm_a_range_up_are_read_and_their_damage_is_not_counted(tmp_path):
    path = write_clip(tmp_path / "a.mp4", PTS, gop=6)
    config = VideoFileConfig(threads=1, from_s=1.0, until_s=1.4, warm_up_s=0.5)
    with VideoFile(path, config) as video:
        times = [frame.captured_s for frame in video]
    assert 0.5 <= times[0] < 0.53
    damage_frames(path, 0.5, 1.0)
    with VideoFile(path, config) as video:
        assert [frame.captured_s for frame in video] == [each for each in times if each >= 1.0]
        assert video.decode_errors == 0


def test_range_of_a_file_that_cannot_be_searched_is_an_error(tmp_path):
    path = write_clip(tmp_path / "a.h264", PTS, gop=GOP)
    with (
        VideoFile(path, VideoFileConfig(from_s=1.0)) as video,
        pytest.raises(MediaError, match="no key frame"),
    ):
        list(video)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_cuts_are_key_frames_at_about_equal_distances(tmp_path, suffix):
    path = write_clip(tmp_path / f"a{suffix}", PTS, gop=GOP)
    whole, _, _ = read(path)
    keys = {whole[index].captured_s for index in range(0, FRAMES, GOP)}
    begun_s = whole[0].captured_s
    cuts = find_cuts(path, 0.7)
    assert not cuts.note
    assert set(cuts.times_s) <= keys
    if suffix == ".ts":  # has no index, and such a short one is searched from its beginning
        assert cuts.times_s
        return
    assert len(cuts.times_s) == 2
    assert all(
        0.2 < after - before < 1.0 for before, after in pairwise((begun_s, *cuts.times_s, begun_s + 2.0))
    )


def test_short_videos_stay_whole_without_a_word(tmp_path):
    path = write_clip(tmp_path / "a.mp4", PTS, gop=GOP)
    assert find_cuts(path, 2.1).times_s == ()
    assert find_cuts(path, 2.1).note == ""


@pytest.mark.parametrize(
    ("name", "gop", "said"),
    [
        ("a.mp4", 1000, "no key frame after the first"),
        ("a.h264", GOP, "states no duration"),
        ("a.avi", GOP, "no key frame after the first"),
    ],
)
def test_videos_that_cannot_be_cut_stay_whole_and_say_why(tmp_path, name, gop, said):
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    pts = tuple(range(0, 3000 * FRAMES, 3000)) if codec == "mpeg4" else PTS
    path = write_clip(tmp_path / name, pts, codec=codec, gop=gop)
    cuts = find_cuts(path, 0.5)
    assert cuts.times_s == ()
    assert said in cuts.note


def write(source, path, config, span=(-math.inf, math.inf), alpha=False):
    """Writes a range of a clip; returns its traits and its end."""
    with VideoFile(source, VideoFileConfig(from_s=span[0], until_s=span[1])) as video:
        with VideoSink(path, video.info.width, video.info.height, video.info.traits, config) as sink:
            for frame in video:
                layers = (
                    (frame.pixels, np.full(frame.pixels.shape[:2], 128, np.uint8))
                    if alpha
                    else (frame.pixels,)
                )
                sink.write(np.dstack(layers), FrameResult(frame))
            sink.end_s = video.end_s
        return video.info.traits, video.end_s


def facts(path):
    """What a container says about its pictures."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        context = video.codec_context
        # Durations in an MP4 are differences in the order of decoding.
        is_mp4 = "mp4" in container.format.name
        times = [(each.pts, 0 if is_mp4 else each.duration) for each in container.demux(video) if each.size]
        properties = (video.time_base, video.duration, video.average_rate, context.name, context.codec_tag)
        return sorted(times), properties, dict(container.metadata)


@pytest.mark.parametrize(
    ("codec", "piece_suffix", "suffix", "alpha"),
    [
        ("h264", ".mp4", ".mp4", False),
        ("h264", ".mp4", ".mkv", False),
        ("hevc", ".mp4", ".mov", False),
        ("vp9", ".webm", ".webm", True),
        ("av1", ".mp4", ".mp4", False),
        ("mpeg4", ".mp4", ".mp4", False),
        ("prores", ".mov", ".mov", True),
    ],
)
def test_joined_pieces_are_the_whole_video(tmp_path, codec, piece_suffix, suffix, alpha):
    source = write_clip(tmp_path / "in.mp4", PTS, audio="aac", gop=GOP, metadata={"title": "a walk"})
    config = VideoSinkConfig(codec=codec, threads=1)
    whole, joined = tmp_path / f"whole{suffix}", tmp_path / f"joined{suffix}"
    write(source, whole, config, alpha=alpha)
    with VideoJoin(
        joined, write(source, tmp_path / f"all{piece_suffix}", config, alpha=alpha)[0], config
    ) as join:
        for number, span in enumerate(ranges()):
            piece = tmp_path / f"{number}{piece_suffix}"
            silent = config.model_copy(update={"audio": False})
            count = sum(1 for _ in join.add(piece, write(source, piece, silent, span, alpha)[1]))
            assert count == len(read(source, *span)[0])
    assert facts(joined) == facts(whole)
    assert audio_packets(joined) == audio_packets(whole)
    frames, expected_frames = read(joined)[0], read(whole)[0]
    assert all(
        np.abs(a.pixels.astype(int) - b.pixels).mean() < 2
        for a, b in zip(frames, expected_frames, strict=True)
    )


def test_pieces_of_different_encoders_are_refused_and_nothing_is_left(tmp_path):
    source = write_clip(tmp_path / "in.mp4", PTS, gop=GOP)
    traits, _ = write(source, tmp_path / "0.mp4", VideoSinkConfig(preset="ultrafast"))
    write(source, tmp_path / "1.mp4", VideoSinkConfig(preset="slow"))
    with (
        pytest.raises(OutputError, match="different versions of an encoder"),
        VideoJoin(tmp_path / "out.mp4", traits, VideoSinkConfig()) as join,
    ):
        list(join.add(tmp_path / "0.mp4", 2.0))
        list(join.add(tmp_path / "1.mp4", 4.0))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.mp4", "1.mp4", "in.mp4"]


def test_piece_without_pictures_is_refused_by_its_name(tmp_path):
    traits, _ = write(write_clip(tmp_path / "in.mp4"), tmp_path / "0.mp4", VideoSinkConfig())
    with wave.open(str(tmp_path / "1.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", "not compressed"))
        sound.writeframes(bytes(1600))
    with (
        pytest.raises(MediaError, match=r"1\.wav: cannot be copied"),
        VideoJoin(tmp_path / "out.mp4", traits, VideoSinkConfig()) as join,
    ):
        list(join.add(tmp_path / "0.mp4", 1.0))
        list(join.add(tmp_path / "1.wav", 2.0))
    assert not (tmp_path / "out.mp4").exists()


def test_join_of_nothing_is_an_error(tmp_path):
    traits, _ = write(write_clip(tmp_path / "in.mp4"), tmp_path / "0.mp4", VideoSinkConfig())
    with pytest.raises(OutputError, match="there was no frame"):
        VideoJoin(tmp_path / "out.mp4", traits, VideoSinkConfig()).close()
    assert not (tmp_path / "out.mp4").exists()
