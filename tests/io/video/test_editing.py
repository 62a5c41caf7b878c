"""Edited pictures become frames that differ from the originals only where something was edited."""

from dataclasses import replace

import av
import numpy as np
import pytest

from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.traits import FULL_RANGE, LIMITED_RANGE
from arpipe.io.video import VideoFile
from arpipe.io.video.color import FromRgb, pixels_of, tags_of
from arpipe.io.video.editing import can_edit, edited
from arpipe.io.video.writer import VideoSink
from arpipe.types import Block, EditedPicture, Frame, FrameResult, Picture, find_changes
from tests.io.clips import write_clip

SIZE = (320, 192)
PTS = tuple(range(0, 30_000, 3000))


@pytest.fixture(params=[LIMITED_RANGE, FULL_RANGE], ids=["limited", "full"])
def clip(tmp_path, request):
    return write_clip(tmp_path / "in.mp4", PTS, size=SIZE, color_range=request.param)


@pytest.fixture
def decoded(clip):
    """The last frame as it is stored."""
    with VideoFile(clip) as video:
        *_, last = video
        yield last.stored


def planes(frame):
    return [pixels_of(plane).astype(int) for plane in frame.planes]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(60, 81), slice(101, 150)),
        (slice(0, 1), slice(0, 1)),
        (slice(191, 192), slice(319, 320)),
        (slice(0, 192), slice(0, 320)),
        (slice(5, 190), slice(7, 9)),
    ],
)
def test_only_what_is_edited_changes(decoded, rows, columns):
    original, after = decoded.original, decoded.pixels().copy()
    after[rows, columns] = np.random.default_rng(1).integers(0, 256, after[rows, columns].shape)
    from_rgb = FromRgb(tags_of(original), *SIZE, "yuv420p")
    frame = edited(original, find_changes(decoded.pixels(), after), lambda _: Block(after), from_rgb)
    everything = from_rgb(after)
    assert (frame.colorspace, frame.color_range) == (everything.colorspace, everything.color_range)
    for ours, stored, converted in zip(planes(frame), planes(original), planes(everything), strict=True):
        factor = SIZE[1] // len(ours)
        near = np.zeros(ours.shape, bool)
        near[
            max(0, rows.start - 8) // factor : rows.stop // factor + 8,
            max(0, columns.start - 8) // factor : columns.stop // factor + 8,
        ] = True
        assert (ours == stored)[~near].all()
        inside = (
            slice(rows.start // factor, max(1, rows.stop // factor)),
            slice(columns.start // factor, max(1, columns.stop // factor)),
        )
        assert np.abs(ours - converted)[inside].max() <= 1


@pytest.mark.parametrize("copied", [False, True])
def test_picture_that_nobody_edited_is_its_frame(decoded, copied):
    pixels = decoded.pixels().copy() if copied else decoded.pixels()
    changes = find_changes(decoded.pixels(), pixels)
    frame = edited(decoded.original, changes, decoded.block, FromRgb(decoded.tags, *SIZE, "yuv420p"))
    assert all((a == b).all() for a, b in zip(planes(frame), planes(decoded.original), strict=True))
    assert frame.format.name == "yuv420p"


def encode(clip, target, reuse, edit):
    config = VideoSinkConfig(quality=100, threads=1)
    with (
        VideoFile(clip) as video,
        VideoSink(target, video.info.width, video.info.height, video.info.traits, config) as sink,
    ):
        for frame in video:
            shown = frame if reuse else Frame(frame.pixels, frame.captured_s, frame.index)
            sink.write(edit(frame.pixels), FrameResult(shown))
    with VideoFile(target) as video:
        return [frame.pixels.astype(int) for frame in video]


def encode_pictures(clip, target, edit):
    """As `encode`, but the pictures hold nothing but the edited block."""
    config = VideoSinkConfig(quality=100, threads=1)
    with (
        VideoFile(clip) as video,
        VideoSink(target, video.info.width, video.info.height, video.info.traits, config) as sink,
    ):
        for frame in video:
            sink.write_picture(Picture(None, FrameResult(frame), stored=edit(frame)))


def marked(frame):
    block = Block(frame.part(MARKED).copy(), MARKED[1].start, MARKED[0].start)
    block.cut((slice(100, 140), slice(40, 90)))[:] = (250, 240, 20)
    return EditedPicture(frame.stored, [block])


MARKED = slice(90, 150), slice(31, 97)


def test_edited_blocks_give_the_same_video_as_edited_pictures(clip, tmp_path):
    encode(clip, tmp_path / "pixels.mp4", True, mark)
    encode_pictures(clip, tmp_path / "blocks.mp4", marked)
    assert (tmp_path / "pixels.mp4").read_bytes() == (tmp_path / "blocks.mp4").read_bytes()


def test_pixels_that_were_edited_afterwards_are_written(clip, tmp_path):
    def mark_later(frame):
        picture = EditedPicture(frame.stored, [])
        picture.pixels()[100:140, 40:90] = (250, 240, 20)
        return picture

    encode(clip, tmp_path / "pixels.mp4", True, mark)
    encode_pictures(clip, tmp_path / "later.mp4", mark_later)
    assert (tmp_path / "pixels.mp4").read_bytes() == (tmp_path / "later.mp4").read_bytes()


def mark(pixels):
    pixels = pixels.copy()
    pixels[100:140, 40:90] = (250, 240, 20)
    return pixels


def test_videos_of_edited_pictures_are_nearer_to_their_source(clip, tmp_path):
    with VideoFile(clip) as video:
        expected = [mark(frame.pixels).astype(int) for frame in video]
    ours = encode(clip, tmp_path / "ours.mp4", True, mark)
    theirs = encode(clip, tmp_path / "theirs.mp4", False, mark)
    with VideoFile(clip) as source, VideoFile(tmp_path / "ours.mp4") as video:
        assert video.info.traits.colors == source.info.traits.colors
    assert len(ours) == len(expected)
    errors = [
        np.mean([np.abs(a - b).mean() for a, b in zip(got, expected, strict=True)]) for got in (ours, theirs)
    ]
    assert errors[0] <= errors[1]
    assert np.abs(ours[-1][105:135, 45:85] - (250, 240, 20)).max() <= 8


@pytest.mark.parametrize(
    "turned", [{"rotation": (90.0, False, False)}, {"size": (322, 190), "codec": "libvpx-vp9"}]
)
def test_pictures_that_are_stored_otherwise_are_converted(tmp_path, turned):
    suffix = "webm" if "codec" in turned else "mp4"
    clip = write_clip(tmp_path / f"in.{suffix}", PTS, **{"size": SIZE, **turned})
    ours = encode(clip, tmp_path / "ours.mp4", True, mark)
    theirs = encode(clip, tmp_path / "theirs.mp4", False, mark)
    assert all(np.abs(a - b).mean() < 1 for a, b in zip(ours, theirs, strict=True))


def test_pictures_for_other_colours_are_converted(clip, tmp_path):
    with VideoFile(clip) as video:
        frames = list(video)
        ours = video.info.traits.colors
        stored = replace(ours, range=FULL_RANGE if ours.range == LIMITED_RANGE else LIMITED_RANGE)
        with VideoSink(tmp_path / "out.mp4", *SIZE, replace(video.info.traits, colors=stored)) as sink:
            for frame in frames:
                sink.write(frame.pixels, FrameResult(frame))
    with VideoFile(tmp_path / "out.mp4") as video:
        errors = [np.abs(a.pixels.astype(int) - b.pixels).mean() for a, b in zip(video, frames, strict=True)]
    assert max(errors) < 3


def test_other_formats_and_odd_sides_cannot_be_edited():
    assert can_edit(av.VideoFrame(320, 192, "yuv420p"))
    assert can_edit(av.VideoFrame(320, 192, "yuvj420p"))
    assert not can_edit(av.VideoFrame(320, 192, "yuv422p"))
    assert not can_edit(av.VideoFrame(320, 192, "yuv420p10le"))
    assert not can_edit(av.VideoFrame(321, 192, "yuv420p"))
