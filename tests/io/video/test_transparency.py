"""Videos with transparency, and codecs that have none."""

import av
import numpy as np
import pytest

from arpipe.errors import OutputError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video.writer import VideoSink
from tests.io.clips import patch_colors, picture
from tests.io.written import PLAIN, result

TRANSPARENT = np.dstack([picture(0), np.full((64, 96), 255, np.uint8)])
TRANSPARENT[:32, :, 3] = 0
TRANSPARENT[32:, 48:, 3] = 100


@pytest.mark.parametrize(
    ("name", "codec", "decoder"),
    [
        ("a.mov", "prores", "prores"),
        ("a.mkv", "prores", "prores"),
        ("a.webm", "vp9", "libvpx-vp9"),
        ("a.mkv", "vp9", "libvpx-vp9"),
    ],
)
def test_transparent_videos_stay_so(tmp_path, name, codec, decoder):
    path = tmp_path / name
    with VideoSink(path, 96, 64, PLAIN, VideoSinkConfig(codec=codec, quality=100)) as sink:
        for index in range(3):
            sink.write(TRANSPARENT, result(index))
    with av.open(str(path)) as container:
        reader = av.CodecContext.create(decoder, "r")
        reader.extradata = container.streams.video[0].codec_context.extradata
        reader.codec_tag = container.streams.video[0].codec_context.codec_tag
        frames = [frame for packet in container.demux(video=0) for frame in reader.decode(packet)]
        frames = frames or list(reader.decode(None))
        seen = frames[0].to_ndarray(format="rgba").astype(int)
    assert len(frames) == 3
    assert np.abs(seen[..., 3] - TRANSPARENT[..., 3])[[5, 5, 60, 60], [5, 90, 5, 90]].max() <= 3
    assert np.abs(patch_colors(seen[..., :3]) - patch_colors(picture(0))).max() <= 6


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "h264"), ("a.mp4", "vp9"), ("a.mkv", "av1")])
def test_codecs_without_transparency_refuse_it(tmp_path, name, codec):
    with (
        pytest.raises(OutputError, match=r"no transparency there; choose vp9 in \.webm or prores in \.mov"),
        VideoSink(tmp_path / name, 96, 64, PLAIN, VideoSinkConfig(codec=codec)) as sink,
    ):
        sink.write(TRANSPARENT, result(0))
    assert not list(tmp_path.iterdir())
