from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.image.animation import Animation
from arpipe.io.image.reader import ImageFiles
from arpipe.io.source import SOURCES, Source, media_kind, open_source
from arpipe.io.video import VideoFile
from tests.io.clips import write_clip, write_sound


def save(path: Path, shade: int = 0) -> Path:
    Image.fromarray(np.full((4, 6, 3), shade, dtype=np.uint8)).save(path)
    return path


def test_open_source_tells_files_by_content_not_by_name(tmp_path):
    picture = save(tmp_path / "a.png").rename(tmp_path / "a.mp4")
    clip = write_clip(tmp_path / "b.mp4").rename(tmp_path / "b.jpg")
    moving = tmp_path / "c.dat"
    frames = [Image.new("RGB", (6, 4), color) for color in ("red", "blue")]
    frames[0].save(moving, format="GIF", save_all=True, append_images=frames[1:])
    for path, kind in ((picture, ImageFiles), (clip, VideoFile), (moving, Animation)):
        with open_source(path) as source:
            assert isinstance(source, kind)
            assert isinstance(source, Source)


@pytest.mark.parametrize("spec", ["", "*.png"])
def test_folder_and_pattern_are_played_in_the_order_of_names(tmp_path, spec):
    for name, shade in (("b.png", 20), ("a.png", 10), ("c.png", 30)):
        save(tmp_path / name, shade)
    (tmp_path / "notes.txt").write_text("no picture")
    with open_source(tmp_path / spec) as source:
        frames = list(source)
    assert [int(frame.pixels[0, 0, 0]) for frame in frames] == [10, 20, 30]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert source.info.frame_count == 3


def test_missing_file_says_so(tmp_path):
    with pytest.raises(MediaNotFound, match=r"nope\.mp4: there is no such file"):
        open_source(tmp_path / "nope.mp4")


def test_empty_folder_and_pattern_say_so(tmp_path):
    for spec in (tmp_path, tmp_path / "*.jpg"):
        with pytest.raises(MediaNotFound, match="there are no pictures"):
            open_source(spec)


def test_empty_file_says_so(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    with pytest.raises(MediaError, match="the file is empty"):
        open_source(path)


def test_file_that_is_no_media_says_so(tmp_path):
    path = tmp_path / "letter.mp4"
    path.write_text("Dear Sir or Madam, " * 200)
    with pytest.raises(MediaError, match="no video that can be read"):
        open_source(path)


def test_audio_only_says_so(tmp_path):
    with pytest.raises(MediaError, match="no video in the file, only audio"):
        open_source(write_sound(tmp_path / "sound.mp4"))


def test_media_kind_of_a_folder_is_an_error(tmp_path):
    with pytest.raises(MediaError, match="is a folder"):
        media_kind(tmp_path)


def test_every_file_source_refuses_to_be_read_after_close(tmp_path):
    clip = write_clip(tmp_path / "a.mp4")
    gif = tmp_path / "a.gif"
    frames = [Image.new("RGB", (6, 4), color) for color in ("red", "blue")]
    frames[0].save(gif, save_all=True, append_images=frames[1:])
    for spec in (clip, gif, save(tmp_path / "a.png")):
        source = open_source(spec)
        source.close()
        source.close()
        with pytest.raises(ValueError, match="is closed"):
            next(iter(source))


def test_table_names_every_kind():
    assert set(SOURCES) == {"sample", "camera", "video", "animation", "images"}
