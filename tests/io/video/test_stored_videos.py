"""Videos in object stores, of which only the parts are read that are needed."""

import importlib.util

import av
import numpy as np
import pytest

from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.object_store import StoredBytes, write_file
from arpipe.io.video.audio_copy import AudioCopy
from arpipe.io.video.cuts import find_cuts
from arpipe.io.video.reader import VideoFile, VideoFileConfig
from tests.io.clips import audio_packets, write_clip

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("fsspec") is None, reason='needs fsspec: pip install "arpipe[s3]"'
)

LONG = tuple(range(0, 240 * 3000, 3000))  # 8 s


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    """A clip of two megabytes, stored as a file."""
    return write_clip(tmp_path_factory.mktemp("clips") / "clip.mkv", LONG, codec="rawvideo")


@pytest.fixture
def stored(request):
    """Store a file, and return its address."""

    def store(path):
        address = f"memory://{request.node.name}/{path.name}"
        write_file(address, path.read_bytes())
        return address

    return store


@pytest.fixture
def reads(monkeypatch):
    """Number of bytes of each read from a store."""
    sizes, read = [], StoredBytes.read

    def counted(self, size=-1):
        content = read(self, size)
        sizes.append(len(content))
        return content

    monkeypatch.setattr(StoredBytes, "read", counted)
    return sizes


@pytest.fixture
def break_after(monkeypatch):
    """Let the store fail after a number of reads."""

    def set_number(number):
        left, read = iter(range(number)), StoredBytes.read

        def breaking(self, size=-1):
            if next(left, None) is None:
                raise MediaError("memory://…: cannot be read (connection lost)")
            return read(self, size)

        monkeypatch.setattr(StoredBytes, "read", breaking)

    return set_number


def frames(path, **settings):
    with VideoFile(path, VideoFileConfig(threads=1, **settings)) as video:
        return [(frame.captured_s, frame.pixels) for frame in video], video


@pytest.mark.parametrize("settings", [{}, {"from_s": 4.0, "warm_up_s": 0.5, "until_s": 6.0}])
def test_stored_video_gives_the_frames_of_its_file(clip, stored, settings):
    made, video = frames(stored(clip), **settings)
    expected, file = frames(clip, **settings)
    assert [time_s for time_s, _ in made] == [time_s for time_s, _ in expected]
    assert all(np.array_equal(ours, theirs) for (_, ours), (_, theirs) in zip(made, expected, strict=True))
    assert (video.end_s, video.losses, video.info.duration_s) == (file.end_s, (), file.info.duration_s)
    assert video.info.name == stored(clip)


def test_pieces_of_a_stored_video_read_their_parts_alone(clip, stored, reads):
    address, size = stored(clip), clip.stat().st_size
    times_s = find_cuts(address, 2.0).times_s
    assert times_s == find_cuts(clip, 2.0).times_s
    assert len(times_s) == 3
    assert sum(reads) < 0.3 * size
    for from_s, until_s in ((0.0, 2.0), (4.0, 6.0), (6.0, 9.0)):
        reads.clear()
        frames(address, from_s=from_s, until_s=until_s)
        assert 0.25 * size < sum(reads) < 0.4 * size


def test_lost_connection_is_no_damage_of_the_video(clip, stored, break_after):
    address = stored(clip)
    break_after(20)
    with pytest.raises(MediaError, match="connection lost"):
        frames(address)
    with pytest.raises(MediaError, match="connection lost"):
        find_cuts(address, 2.0)


def test_lost_connection_is_no_end_of_the_audio(stored, tmp_path, break_after):
    address = stored(write_clip(tmp_path / "clip.mkv", LONG, codec="rawvideo", audio="aac"))
    break_after(20)
    with (
        av.open(str(tmp_path / "out.mkv"), "w") as output,
        pytest.raises(MediaError, match="connection lost"),
        AudioCopy.open(address, output) as audio,
    ):
        audio.copy_rest()


def test_audio_of_a_stored_video_is_copied(stored, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", audio="aac")
    with av.open(str(tmp_path / "out.mp4"), "w") as output, AudioCopy.open(stored(clip), output) as audio:
        audio.copy_rest()
    assert [packet for _, packet in audio_packets(tmp_path / "out.mp4")] == [
        packet for _, packet in audio_packets(clip)
    ]


def test_stored_files_that_are_no_videos_are_errors_with_their_address(stored, tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    address = stored(tmp_path / "clip.mp4")
    with pytest.raises(MediaError, match=f"^{address}: is not a readable video"):
        VideoFile(address)
    with pytest.raises(MediaNotFound, match=f"^{address}.missing: there is no such file or bucket"):
        VideoFile(f"{address}.missing")
