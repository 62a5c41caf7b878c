import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from arpipe.errors import ConfigError, DeviceError, MediaError, MediaNotFound, PluginError
from arpipe.io.image.animation import Animation
from arpipe.io.image.reader import ImageFiles
from arpipe.io.source import Source
from arpipe.io.sources import SOURCES, media_kind, open_source
from arpipe.io.video import VideoFile
from tests.io.clips import write_clip, write_sound
from tests.patience import PATIENCE_S


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
    with pytest.raises(MediaError, match="is not a readable video"):
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


def test_an_iteration_that_outlives_its_source_is_an_error(tmp_path):
    gif = tmp_path / "a.gif"
    frames = [Image.new("RGB", (6, 4), color) for color in ("red", "blue")]
    frames[0].save(gif, save_all=True, append_images=frames[1:])
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    save(pictures / "1.png")
    save(pictures / "2.png")
    for spec in (write_clip(tmp_path / "a.mp4"), gif, pictures, "sample"):
        with open_source(spec) as source:
            frames_left = iter(source)
            next(frames_left)
        with pytest.raises(ValueError, match="is closed"):
            next(frames_left)


def test_a_video_may_be_closed_while_another_thread_reads_it(tmp_path):
    source = open_source(write_clip(tmp_path / "a.mp4"))
    begun = threading.Event()

    def read():
        for _ in source:
            begun.set()

    with ThreadPoolExecutor(1) as other:
        reading = other.submit(read)
        assert begun.wait(PATIENCE_S)
        source.close()
    assert isinstance(reading.exception(), ValueError | None)  # it may have come to the end before


def test_one_picture_needs_no_list_and_a_rate_is_above_zero(tmp_path):
    picture = save(tmp_path / "a.png")
    with ImageFiles(picture) as source, ImageFiles(str(picture)) as other:
        assert source.paths == other.paths == (picture,)
    for fps in (0.0, -1.0, float("nan")):
        with pytest.raises(ValueError, match="above 0 Hz"):
            ImageFiles([picture], fps)


@pytest.mark.parametrize("spec", ["", None, [], ["a.png", "b.png"], b"a.png"])
def test_what_names_no_source_is_refused(spec):
    with pytest.raises(ConfigError, match=r"expected a file, .*ImageFiles\(paths\)"):
        open_source(spec)


def test_sources_print_in_one_line(tmp_path):
    clip = write_clip(tmp_path / "a.mp4")
    with open_source(clip) as source:
        info = source.info
        assert (
            repr(source)
            == f"VideoFile({str(clip)!r}, {info.width}x{info.height}, {info.fps:g} fps, {info.frame_count} frames)"
        )


def test_a_name_before_the_colon_chooses_the_source(tmp_path):
    moving = tmp_path / "a.gif"
    frames = [Image.new("RGB", (6, 4), color) for color in ("red", "blue")]
    frames[0].save(moving, save_all=True, append_images=frames[1:])
    for name, kind, count in (
        ("images", ImageFiles, 1),
        ("animation", Animation, 2),
        ("video", VideoFile, 2),
    ):
        with open_source(f"{name}:{moving}") as source:
            assert isinstance(source, kind)
            assert len(list(source)) == count


@pytest.mark.parametrize(
    ("spec", "error", "message"),
    [
        ("camera:no such", DeviceError, "no camera called"),
        ("/dev/v4l/by-id/no-such", DeviceError, "/dev/v4l/by-id/no-such is not connected"),
        ("sample:2", ConfigError, "sample:2: the sample takes no target"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="cameras have names on Linux only")
def test_a_target_that_makes_no_sense_is_refused(spec, error, message):
    with pytest.raises(error, match=message):
        open_source(spec)


@pytest.mark.parametrize("name", sorted(set(SOURCES) - {"sample"}))
def test_a_name_that_needs_a_target_is_a_path_when_it_stands_alone(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MediaNotFound, match=f"{name}: there is no such file"):
        open_source(name)
    (tmp_path / name).mkdir()
    save(tmp_path / name / "a.png", 10)
    with open_source(name) as source:
        assert [int(frame.pixels[0, 0, 0]) for frame in source] == [10]


LIDAR = """
from arpipe.io.source import Source, SourceInfo

class Lidar(Source):
    def __init__(self, target):
        self.info = SourceInfo(f"lidar {target}", 4, 3, 10.0, 0)
        self.closed = False

    @classmethod
    def open(cls, target):
        return cls(target)

    def __iter__(self):
        return iter(())

    def close(self):
        self.closed = True
"""


@pytest.mark.parametrize(("spec", "target"), [("lidar", ""), ("lidar:tcp://host:1", "tcp://host:1")])
def test_an_installed_source_is_opened_by_its_name(spec, target, install):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"}, LIDAR)
    with open_source(spec) as source:
        assert source.info.name == f"lidar {target}"
        assert (source.decode_errors, source.dropped) == (0, 0)
    assert source.closed


def test_an_installed_class_that_is_no_source_is_refused(install):
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"}, "class Lidar: ...")
    with pytest.raises(PluginError, match=r"subclass of arpipe\.io\.source\.Source.*acme-lidar 1\.2"):
        open_source("lidar")


def test_a_source_without_a_way_to_be_named_says_so(install):
    code = LIDAR.replace("    @classmethod\n    def open(cls, target):\n        return cls(target)\n", "")
    install("acme-lidar", {"lidar": "acme_lidar:Lidar"}, code)
    with pytest.raises(ConfigError, match="Lidar cannot be opened by name"):
        open_source("lidar")
