"""Streams from addresses and from the standard input."""

import http.server
import io
import subprocess
import sys
import threading

import av
import numpy as np
import pytest
from PIL import Image

from arpipe.errors import ArpipeError, ConfigError, DeviceError
from arpipe.io.source import SourceInfo
from arpipe.io.sources import open_source
from arpipe.io.video import stream as module
from tests.io.clips import write_clip
from tests.patience import PATIENCE_S

BOUNDARY = b"frame"
COLORS = [(200, 40, 40), (40, 200, 40), (40, 40, 200), (200, 200, 40)]


def jpeg(color):
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), color).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


@pytest.fixture
def serve(tmp_path):
    """Serves a folder on loopback, and an endless stream of JPEG pictures that breaks off, as /camera."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            pass

        def do_GET(self):
            if self.path != "/camera":
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Type", f"multipart/x-mixed-replace; boundary={BOUNDARY.decode()}")
            self.end_headers()
            for color in COLORS:
                data = jpeg(color)
                head = b"--%s\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
                self.wfile.write(head % (BOUNDARY, len(data)) + data + b"\r\n")
            return None

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_camera_of_jpeg_pictures_is_live_and_says_when_it_breaks_off(serve):
    seen, times = [], []
    with open_source(f"{serve}/camera") as source:
        assert source.info.live
        assert (source.info.width, source.info.height) == (64, 48)
        with pytest.raises(DeviceError, match="broke off"):
            for frame in source:
                seen.append(frame.pixels[24, 32].astype(int))
                times.append(frame.captured_s)
    np.testing.assert_allclose(seen, COLORS[: len(seen)], atol=8)
    assert len(seen) >= len(COLORS) - 1  # the demuxer learns the end of a picture from the next one
    assert times == sorted(set(times))


def test_a_file_behind_an_address_ends_like_a_file(serve, tmp_path):
    write_clip(tmp_path / "clip.mp4")
    with open_source(str(tmp_path / "clip.mp4")) as local, open_source(f"{serve}/clip.mp4") as remote:
        ours, theirs = list(remote), list(local)
        assert not remote.info.live
    assert [frame.captured_s for frame in ours] == pytest.approx([frame.captured_s for frame in theirs])
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(ours, theirs, strict=True))


def test_hls_is_played_from_its_first_piece_to_its_last(serve, tmp_path):
    options = {"hls_time": "0.5", "hls_list_size": "0", "hls_playlist_type": "vod"}
    with av.open(str(tmp_path / "clip.m3u8"), "w", format="hls", options=options) as output:
        stream = output.add_stream("libx264", rate=10, options={"g": "5"})
        stream.width, stream.height = 64, 48
        for index in range(20):
            color = COLORS[index // 5]
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.full((48, 64, 3), color, np.uint8))))
        output.mux(stream.encode(None))
    assert len(list(tmp_path.glob("*.ts"))) > 2
    with open_source(f"{serve}/clip.m3u8") as source:
        assert not source.info.live  # it states its duration
        frames = list(source)
    assert len(frames) == 20
    np.testing.assert_allclose(np.diff([frame.captured_s for frame in frames]), 0.1, atol=1e-3)
    np.testing.assert_allclose([frames[at].pixels[24, 32] for at in (2, 7, 12, 17)], COLORS, atol=12)


def test_a_playlist_behind_an_address_opens_no_file_of_ours(serve, tmp_path):
    secret = tmp_path / "secret.ts"
    write_clip(tmp_path / "secret.mp4")
    secret.write_bytes((tmp_path / "secret.mp4").read_bytes())
    (tmp_path / "list.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n"
    )
    with pytest.raises(DeviceError), open_source(f"{serve}/list.m3u8") as source:
        list(source)


def test_what_cannot_be_reached_is_said_without_the_password():
    with pytest.raises(DeviceError, match="rtsp://127.0.0.1:9/door: cannot be opened") as caught:
        open_source("rtsp://me:hunter2@127.0.0.1:9/door")
    assert "hunter2" not in str(caught.value)


def test_a_page_is_no_video(serve, tmp_path):
    (tmp_path / "page.html").write_text("<p>hello</p>" * 50)
    with pytest.raises(DeviceError, match="cannot be opened"):
        open_source(f"{serve}/page.html")


@pytest.mark.parametrize("target", ["clip.mp4", "ftp://host/a", "file:///etc/passwd", ""])
def test_only_addresses_are_streams(target):
    with pytest.raises(ConfigError, match="expected rtsp://"):
        open_source(f"stream:{target}")


def test_a_stream_may_be_closed_twice_and_not_be_read_afterwards(serve):
    source = open_source(f"{serve}/camera")
    source.close()
    source.close()
    with pytest.raises(ValueError, match="is closed"):
        next(iter(source))


def test_a_stream_closed_by_another_thread_ends(serve, tmp_path):
    write_clip(tmp_path / "clip.mp4")
    source = open_source(f"{serve}/clip.mp4")
    frames = iter(source)
    next(frames)
    closer = threading.Thread(target=source.close)
    closer.start()
    closer.join()
    assert list(frames) == []


PROGRAM = """
from arpipe import open_source
with open_source("-") as source:
    print(source.info.live, [frame.index for frame in source])
"""


def test_the_standard_input_is_a_source(tmp_path):
    write_clip(tmp_path / "clip.mkv")
    with (tmp_path / "clip.mkv").open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], stdin=file, capture_output=True, text=True, timeout=PATIENCE_S
        )
    assert done.returncode == 0, done.stderr
    with open_source(str(tmp_path / "clip.mkv")) as source:
        expected = [frame.index for frame in source]
    assert done.stdout.strip() == f"False {expected}"


def test_an_empty_standard_input_is_an_error(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode != 0
    assert "the standard input: cannot be opened" in done.stderr


def test_times_follow_the_stream_and_its_clock_is_set_anew_after_a_jump():
    class Shown:
        def __init__(self, time):
            self.time = time
            self.pts = None if time is None else round(1000 * time)

    now = [100.0]
    source = object.__new__(module.VideoStream)
    source.info = SourceInfo("camera", 64, 48, 30.0, None, live=True)
    source._clock, source._origin_s = lambda: now[0], None
    assert source._time_of(Shown(5.0)) == 100.0
    now[0] = 100.3  # arrives late, and is still shown when it was taken
    assert source._time_of(Shown(5.1)) == pytest.approx(100.1)
    now[0] = 101.0
    assert source._time_of(Shown(900.0)) == 101.0  # the camera was restarted
    assert source._time_of(Shown(None)) == 101.0


def test_errors_are_those_of_arpipe():
    assert issubclass(DeviceError, ArpipeError)
