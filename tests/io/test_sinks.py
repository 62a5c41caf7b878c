import numpy as np
import pytest

from arpipe.errors import ConfigError, OutputError, PluginError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.reader import read_image
from arpipe.io.image.writer import ImageSink
from arpipe.io.sink import NullSink, Sink
from arpipe.io.sinks import SINKS, LiveSink, names_sink, open_sink
from arpipe.io.source import SourceInfo
from arpipe.io.sources import open_source
from arpipe.io.video import VideoFile
from arpipe.io.video.writer import VideoSink
from arpipe.types import Frame, FrameResult
from tests.io.clips import write_clip

INFO = SourceInfo("test", 64, 48, 25.0, 3)


def result(index=0, captured_s=0.0):
    return FrameResult(Frame(np.full((48, 64, 3), 40 * index, np.uint8), captured_s, index))


def write(sink, *times_s):
    for index, captured_s in enumerate(times_s):
        each = result(index, captured_s)
        sink.write(each.frame.pixels, each)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.PNG", ImageSink), ("a.jpg", ImageSink), ("a.mp4", VideoSink), ("a.mkv", VideoSink)]
)
def test_a_path_is_opened_by_its_suffix(tmp_path, name, kind):
    with open_sink(tmp_path / name, INFO) as sink:
        assert isinstance(sink, kind)
        write(sink, 0.0)
    assert (tmp_path / name).is_file()


def test_a_name_before_the_colon_chooses_the_output(tmp_path):
    with open_sink(f"video:{tmp_path / 'a.mkv'}", INFO) as sink:
        write(sink, 0.0, 0.04)
    with open_sink("null:", INFO) as null:
        write(null, 0.0, 0.04)
    assert isinstance(null, NullSink)
    assert null.count == 2
    with open_source(tmp_path / "a.mkv") as source:
        assert len(list(source)) == 2


def test_a_video_inherits_the_traits_of_its_source(tmp_path):
    clip = write_clip(tmp_path / "in.mp4")
    with open_source(clip) as source, open_sink(tmp_path / "out.mp4", source.info) as sink:
        for frame in source:
            sink.write(frame.pixels, FrameResult(frame))
    with VideoFile(clip) as before, VideoFile(tmp_path / "out.mp4") as after:
        assert after.info.traits.colors == before.info.traits.colors
        assert [f.captured_s for f in after] == [f.captured_s for f in before]


def test_a_picture_inherits_the_metadata_of_a_still_picture_only(tmp_path):
    from PIL import Image

    exif = Image.Exif()
    exif[0x013B] = "the artist"
    Image.fromarray(np.zeros((48, 64, 3), np.uint8)).save(tmp_path / "in.jpg", exif=exif)
    clip = write_clip(tmp_path / "in.mp4")
    artists = []
    for path in (tmp_path / "in.jpg", clip):
        with open_source(path) as source, open_sink(tmp_path / "out.jpg", source.info) as sink:
            write(sink, 0.0)
        with Image.open(tmp_path / "out.jpg") as image:
            artists.append(image.getexif().get(0x013B))
    assert artists == ["the artist", None]


def test_quality_reaches_pictures(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    sizes = []
    for quality in (10, 95):
        path = tmp_path / f"{quality}.jpg"
        with open_sink(path, INFO, VideoSinkConfig(quality=quality)) as sink:
            sink.write(noise, result())
        sizes.append(path.stat().st_size)
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nul:x", "there is no output called 'nul'; did you mean 'null'"),
        ("a.xyz", "no videos called '.xyz'"),
        ("video:a.png", "no videos called '.png'"),
    ],
)
def test_an_output_that_is_not_there_is_refused(tmp_path, monkeypatch, spec, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match=message):
        open_sink(spec, INFO)
    assert list(tmp_path.iterdir()) == []


NDI = """
from arpipe.io.sink import Sink

class Ndi(Sink):
    def __init__(self, target, info, quality):
        self.opened, self.pictures = (target, info.width, info.live, quality), 0

    @classmethod
    def open(cls, target, info, config):
        return cls(target, info, config.quality)

    def write(self, pixels, result):
        self.pictures += 1
"""


def test_an_installed_output_is_opened_by_its_name(install):
    install("acme-ndi", {"ndi": "acme_ndi:Ndi"}, NDI, group="arpipe.sinks")
    assert names_sink("ndi:rtsp://studio")
    with open_sink("ndi:rtsp://studio", INFO, VideoSinkConfig(quality=70)) as sink:
        write(sink, 0.0, 0.1)
    assert sink.opened == ("rtsp://studio", 64, False, 70)
    assert sink.pictures == 2


def test_an_installed_class_that_is_no_output_is_refused(install):
    install("acme-ndi", {"ndi": "acme_ndi:Ndi"}, "class Ndi: ...", group="arpipe.sinks")
    with pytest.raises(PluginError, match=r"subclass of arpipe\.io\.sink\.Sink.*acme-ndi 1\.2"):
        LiveSink("ndi:studio")


def test_an_output_without_a_way_to_be_named_says_so(install):
    code = "from arpipe.io.sink import Sink\nclass Ndi(Sink):\n    def write(self, pixels, result): ...\n"
    install("acme-ndi", {"ndi": "acme_ndi:Ndi"}, code, group="arpipe.sinks")
    with pytest.raises(ConfigError, match="Ndi cannot be opened by name"):
        open_sink("ndi:", INFO)


@pytest.mark.parametrize("text", ["a.mp4", "sub/a.mp4", "C:/a.mp4", "null", "ndi:studio"])
def test_paths_and_unknown_names_name_no_output(text):
    assert not names_sink(text)


def test_every_line_of_the_table_names_a_sink():
    assert all(names_sink(f"{name}:") for name in SINKS)


def test_a_live_output_is_opened_by_its_first_picture_and_begins_at_zero(tmp_path):
    path = tmp_path / "live.mp4"
    sink = LiveSink(f"video:{path}")
    assert not path.exists()
    with sink:
        write(sink, 812.0, 812.033, 812.4)
    with VideoFile(path) as video:
        assert (video.info.width, video.info.height) == (64, 48)
        assert [frame.captured_s for frame in video] == pytest.approx([0.0, 0.033, 0.4], abs=1e-4)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.xyz", "no videos called '.xyz'"),
        ("a.webm", "'.webm' does not hold h264"),
        ("image:a.gif", "no pictures called '.gif'"),
    ],
)
def test_a_live_output_with_a_wrong_name_is_refused_before_there_are_pictures(name, message):
    with pytest.raises(OutputError, match=message):
        LiveSink(name)


def test_a_live_output_without_a_picture_leaves_nothing(tmp_path):
    with LiveSink(tmp_path / "none.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_sink_of_ones_own_needs_only_to_write():
    class Count(Sink):
        count = 0

        def write(self, pixels, result):
            self.count += 1

    with Count() as sink:
        write(sink, 0.0, 0.1)
    sink.abort()
    assert sink.count == 2


def test_pixels_arrive_as_they_are(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    with open_sink(tmp_path / "a.png", INFO) as sink:
        sink.write(noise, result())
    np.testing.assert_array_equal(read_image(tmp_path / "a.png"), noise)
