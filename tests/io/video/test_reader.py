import av
import numpy as np
import pytest

from arpipe.errors import MediaError
from arpipe.io.orientation import Orientation, orientation_from_exif, orientation_from_matrix
from arpipe.io.traits import ColorTags
from arpipe.io.video import VideoFile, VideoFileConfig
from arpipe.io.video.color import FromRgb
from tests.io.clips import (
    PATCHES,
    TIME_BASE,
    VARIABLE_PTS,
    audio_packets,
    damage,
    patch_colors,
    picture,
    write_clip,
)

STORED = PATCHES.reshape(2, 2, 3).astype(float)


def colors(path, index=0):
    with VideoFile(path) as video:
        frames = [frame.pixels for frame in video]
    return patch_colors(frames[index])


def test_times_of_a_variable_rate_are_exact(tmp_path):
    with VideoFile(write_clip(tmp_path / "a.mp4")) as video:
        frames = list(video)
    assert [frame.captured_s for frame in frames] == [float(pts * TIME_BASE) for pts in VARIABLE_PTS]
    assert [frame.index for frame in frames] == list(range(len(VARIABLE_PTS)))


def test_info_is_right_before_the_first_frame(tmp_path):
    path = write_clip(tmp_path / "a.mp4", tuple(range(0, 90000, 3000)), rotation=(90, False, False))
    with VideoFile(path) as video:
        info = video.info
    assert (info.width, info.height, info.frame_count) == (64, 96, 30)
    assert info.fps == pytest.approx(30)
    assert info.duration_s == pytest.approx(1.0)
    assert (info.live, info.path) == (False, path)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi"])
def test_containers_give_all_frames_with_rising_times(tmp_path, suffix):
    codec = "mpeg4" if suffix == ".avi" else "libx264"
    path = write_clip(tmp_path / f"a{suffix}", tuple(range(0, 36000, 3000)), codec=codec)
    with VideoFile(path) as video:
        frames = list(video)
    assert len(frames) == 12
    assert np.all(np.diff([frame.captured_s for frame in frames]) > 0)


def test_avi_has_no_times_of_its_own_and_still_plays_evenly(tmp_path):
    path = write_clip(tmp_path / "a.avi", tuple(range(0, 72000, 3000)), codec="libx264")  # with B-frames
    with VideoFile(path) as video:
        frames = list(video)
    assert len(frames) == 24
    steps = np.diff([frame.captured_s for frame in frames])
    np.testing.assert_allclose(steps, 1 / 30, atol=0.02)


@pytest.mark.parametrize(
    ("matrix", "color_range", "tagged"),
    [
        (1, 1, True),
        (5, 1, True),
        (1, 2, True),
        (5, 2, True),
        (5, 1, False),
    ],  # the last is what small ones mean
)
def test_color_tags_are_honoured(tmp_path, matrix, color_range, tagged):
    path = write_clip(tmp_path / "a.mp4", matrix=matrix, color_range=color_range, tagged=tagged)
    assert np.abs(colors(path) - STORED).max() <= 2


def test_large_video_without_tags_is_read_as_bt709(tmp_path):
    path = write_clip(tmp_path / "a.mp4", (0, 3000), size=(1280, 720), matrix=1, tagged=False)
    assert np.abs(colors(path) - STORED).max() <= 2


def test_colors_are_not_darker_or_lighter_on_the_whole(tmp_path):
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, axis=2).repeat(32, axis=0)
    ramp[..., 0], ramp[..., 2] = 200, 60
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=30)
        stream.width, stream.height, stream.pix_fmt = 256, 32, "yuv444p"
        stream.codec_context.colorspace = stream.codec_context.color_range = 1
        container.mux(stream.encode(FromRgb(ColorTags(1, 1, 1, 1), 256, 32, "yuv444p")(ramp)))
        container.mux(stream.encode(None))
    with VideoFile(path) as video:
        error = next(iter(video)).pixels.astype(int) - ramp
    assert np.abs(error.mean(axis=(0, 1))).max() < 0.2
    assert np.abs(error).max() <= 2


@pytest.mark.parametrize(("codec", "pixel_format"), [("png", "rgb24"), ("ffv1", "bgr0"), ("ffv1", "gray")])
def test_videos_of_rgb_and_grey_pixels(tmp_path, codec, pixel_format):
    pixels = picture(0)
    path = tmp_path / ("a.mov" if codec == "png" else "a.mkv")
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 96, 64, pixel_format
        container.mux(
            stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=pixel_format))
        )
        container.mux(stream.encode(None))
    with VideoFile(path) as video:
        seen = next(iter(video)).pixels.astype(int)
    if pixel_format == "gray":
        expected = pixels @ np.array([0.299, 0.587, 0.114])
        assert np.abs(seen - expected[..., None]).max() <= 3
    else:
        np.testing.assert_array_equal(seen, pixels)


@pytest.mark.parametrize(
    ("rotation", "upright"),
    [
        (None, lambda p: p),
        ((0, False, False), lambda p: p),
        ((90, False, False), lambda p: np.rot90(p, 1)),
        ((180, False, False), lambda p: np.rot90(p, 2)),
        ((-90, False, False), lambda p: np.rot90(p, 3)),
        ((0, True, False), np.fliplr),
        ((0, False, True), np.flipud),
        ((90, True, False), lambda p: np.fliplr(np.rot90(p, 1))),
    ],
)
def test_rotation_and_flips_are_applied(tmp_path, rotation, upright):
    path = write_clip(tmp_path / "a.mp4", rotation=rotation)
    expected = patch_colors(np.ascontiguousarray(upright(picture(0))))
    assert np.abs(colors(path) - expected).max() <= 4


def test_damage_in_the_middle_is_skipped_and_counted(tmp_path):
    path = damage(write_clip(tmp_path / "a.mp4", tuple(range(0, 360000, 3000)), gop=20), 0.45, 0.55)
    with VideoFile(path) as video:
        frames = list(video)
        assert video.decode_errors > 0
    assert 60 < len(frames) <= 120
    assert frames[-1].captured_s == pytest.approx(119 / 30)  # it went on to the end
    assert np.abs(patch_colors(frames[-1].pixels) - STORED).max() <= 4


def test_cut_off_matroska_gives_what_there_is(tmp_path):
    path = write_clip(tmp_path / "a.mkv", tuple(range(0, 180000, 3000)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with VideoFile(path) as video:
        count = len(list(video))
    assert 10 < count < 60


def test_cut_off_mp4_has_lost_its_index_and_says_so(tmp_path):
    path = write_clip(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(MediaError, match="is it cut off"):
        VideoFile(path)


def test_falling_and_missing_times_are_repaired(tmp_path, monkeypatch):
    path = write_clip(tmp_path / "a.mp4", tuple(range(0, 15000, 3000)))
    with VideoFile(path) as video:
        decoded = [video._first, *video._frames]
        for frame, pts in zip(decoded, (0, 3000, 1000, None, 12000), strict=True):
            frame.pts = pts
        video._first, video._frames = decoded[0], iter(decoded[1:])
        times = [round(frame.captured_s / float(TIME_BASE)) for frame in video]
    assert times == [0, 3000, 6000, 9000, 12000]


def test_traits_say_what_a_copy_takes_over(tmp_path):
    path = write_clip(tmp_path / "a.mp4", rotation=(90, False, False))
    with VideoFile(path) as video:
        traits = video.info.traits
    assert traits.time_base == TIME_BASE
    assert (traits.colors.matrix, traits.colors.range) == (1, 1)
    assert traits.path == path


def test_cover_picture_of_a_song_is_no_video(tmp_path):
    path = tmp_path / "song.mkv"
    with av.open(str(path), "w", format="matroska") as container:
        sound = container.add_stream("aac", rate=48000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, 0
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    assert audio_packets(path)
    with pytest.raises(MediaError, match="only audio"):
        VideoFile(path)


def test_opening_and_closing_leaves_no_handles(tmp_path):
    psutil = pytest.importorskip("psutil")
    path = write_clip(tmp_path / "a.mp4")
    process = psutil.Process()
    counts = []
    for _ in range(5):
        with VideoFile(path, VideoFileConfig(threads=1)) as video:
            next(iter(video))
        counts.append((process.num_fds(), process.num_threads()))
    assert counts[-1] <= counts[0]


def test_eight_orientations_undo_what_exif_says():
    stored = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    by_tag = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.transpose(1, 0, 2),
        6: np.rot90(stored, -1),
        7: stored.transpose(1, 0, 2)[::-1, ::-1],
        8: np.rot90(stored, 1),
    }
    for tag, expected in by_tag.items():
        orientation = orientation_from_exif(tag)
        np.testing.assert_array_equal(orientation.apply(stored), expected)
        assert orientation.size(3, 2) == (expected.shape[1], expected.shape[0])


def test_display_matrix_of_a_small_tilt_is_upright():
    assert orientation_from_matrix([65000, 3000, 0, -3000, 65000, 0, 0, 0, 1 << 30]) == Orientation()
