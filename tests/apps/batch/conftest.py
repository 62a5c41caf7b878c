"""Inputs of batches, and accidents of their workers."""

import secrets
import time
from functools import partial
from importlib import import_module

import pytest
from PIL import Image

from arpipe.apps.batch.workers.pool import Pool
from arpipe.io.object_store import write_file
from tests.apps.batch.fakes import TRIP_VARIABLE, trips
from tests.apps.batch.running import STALL_S
from tests.apps.batch.s3 import endpoint
from tests.io.clips import write_clip


@pytest.fixture
def footage(tmp_path):
    """A folder of two clips and a photo."""
    folder = tmp_path / "footage"
    folder.mkdir()
    write_clip(folder / "a.mp4")
    write_clip(folder / "b.mp4", tuple(range(0, 90_000, 3000)))
    Image.new("RGB", (64, 48), (30, 60, 90)).save(folder / "photo.png")
    return folder


@pytest.fixture
def trip(tmp_path, monkeypatch):
    """Lets the first workers that reach a certain frame do something, one action each; returns the last one's mark."""

    def set_actions(*actions):
        monkeypatch.setenv(TRIP_VARIABLE, trips(tmp_path, *actions))
        return tmp_path / f"tripped-{len(actions) - 1}"

    return set_actions


@pytest.fixture
def jump_at(monkeypatch):
    """Lets the clock of a batch jump once a file exists, so that a worker that hangs need not be waited for."""

    def set_mark(mark):
        def clock():
            return time.monotonic() + (2.0 * STALL_S if mark.exists() else 0.0)

        monkeypatch.setattr(
            import_module("arpipe.apps.batch.workers.dispatch"), "Pool", partial(Pool, clock=clock)
        )

    return set_mark


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", audio="aac")


@pytest.fixture
def photo(tmp_path):
    Image.new("RGB", (64, 48), (30, 60, 90)).save(tmp_path / "photo.png")
    return tmp_path / "photo.png"


@pytest.fixture
def bucket(monkeypatch, footage):
    """An S3 server with a bucket that holds the footage."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    name = f"footage-{secrets.token_hex(4)}"  # servers of one process share their buckets
    with endpoint(monkeypatch, f"http://{host}:{port}"):
        import s3fs

        s3fs.S3FileSystem().mkdir(name)
        for path in footage.iterdir():
            write_file(f"s3://{name}/in/{path.name}", path.read_bytes())
        yield f"s3://{name}"
    server.stop()
