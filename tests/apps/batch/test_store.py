"""Batches whose inputs and outputs are in an object store: one in memory, and S3 on a server of loopback."""

import importlib.util
import io
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from rich.console import Console

from arpipe.apps.batch import EXIT_FAILED, BatchConfig, run
from arpipe.apps.batch.history import stored_manifest as stored_manifests
from arpipe.apps.batch.history.attempt import Attempt
from arpipe.apps.batch.history.stored_manifest import StoredManifest, read_stored_attempts
from arpipe.config import JobsConfig
from arpipe.errors import ConfigError, MissingExtra, OutputError
from arpipe.io.object_store import files_below, read_files, write_file
from tests.apps.batch.fakes import TRIP_VARIABLE, make_fake, trips
from tests.apps.batch.s3 import endpoint
from tests.apps.batch.test_jobs import batch as local_batch
from tests.apps.batch.test_jobs import contents
from tests.io.clips import write_clip


@pytest.fixture
def forbidding(monkeypatch):
    """An S3 server that denies everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            content = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
            self.send_response(403)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def do_PUT(self):
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        do_HEAD = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        with endpoint(monkeypatch, f"http://127.0.0.1:{server.server_port}"):
            yield
        server.shutdown()
        thread.join()


def batch(inputs, out, **settings):
    text = io.StringIO()
    config = BatchConfig(
        inputs=tuple(map(str, inputs)), output=f"{out}/drawn", export=f"{out}/data", **settings
    )
    return run(config, make_fake, Console(file=text, width=200)), text.getvalue()


def stored(address):
    """Name → content of all objects but the manifests."""
    names = [name for name in files_below(address, recursive=True) if not name.split("/")[-1].startswith(".")]
    return read_files(address, names)


@pytest.mark.cluster
def test_batch_from_bucket_to_bucket_equals_one_of_files(bucket, footage, tmp_path, monkeypatch):
    local_batch(footage, tmp_path / "here", jobs=2)
    monkeypatch.setenv(TRIP_VARIABLE, trips(tmp_path, "kill"))
    code, text = batch([f"{bucket}/in/"], f"{bucket}/out", workers=JobsConfig(jobs=2))
    assert (code, "3 of 3 done, 0 failed" in text) == (0, True), text
    assert "is tried again" in text
    assert f"{bucket}/in/a.mp4: " in text
    assert f"-> {bucket}/out/drawn/a.mp4, {bucket}/out/data/a.jsonl" in text
    made, expected = stored(f"{bucket}/out"), contents(tmp_path / "here")
    assert set(made) == {path.as_posix() for path in expected}
    for path, content in expected.items():
        if path.suffix == ".jsonl":
            header, *frames = made[path.as_posix()].splitlines()
            assert json.loads(header)["source"] == f"{bucket}/in/{path.stem}" + (
                ".png" if path.stem == "photo" else ".mp4"
            )
            assert frames == content.splitlines()[1:]
        elif path.suffix == ".png":
            assert made[path.as_posix()] == content
    assert not list(tmp_path.rglob(".*.arpipe*"))


@pytest.mark.cluster
def test_resume_in_a_bucket_skips_what_is_done_and_whole(bucket, tmp_path):
    assert batch([f"{bucket}/in"], f"{bucket}/out")[0] == 0
    with pytest.raises(OutputError, match=f"{bucket}/out/drawn/a.mp4: 6 outputs would be replaced"):
        batch([f"{bucket}/in"], f"{bucket}/out")
    code, text = batch([f"{bucket}/in"], f"{bucket}/out", existing="resume")
    assert (code, "nothing to do; 3 were done already" in text) == (0, True)
    write_file(f"{bucket}/out/drawn/a.mp4", b"damaged")
    clip = write_clip(tmp_path / "other.mp4", (0, 3000, 6000))
    write_file(f"{bucket}/in/b.mp4", clip.read_bytes())
    code, text = batch([f"{bucket}/in/*"], f"{bucket}/out", existing="resume")
    assert (code, "2 of 2 done, 0 failed, 1 was done already" in text) == (0, True), text
    code, text = batch([f"{bucket}/in/a.mp4"], f"{bucket}/other", existing="skip")
    assert (code, "1 of 1 done" in text) == (0, True), text


@pytest.mark.cluster
def test_damaged_input_in_a_bucket_fails_by_its_address(bucket):
    write_file(f"{bucket}/in/c.mp4", b"no video")
    code, text = batch([f"{bucket}/in", f"{bucket}/in/missing.mp4"], f"{bucket}/out")
    assert code == EXIT_FAILED
    assert "3 of 5 done, 2 failed" in text
    assert f"failed: {bucket}/in/c.mp4: " in text
    assert f"failed: {bucket}/in/missing.mp4: there is no such file or bucket" in text
    assert ".arpipe" not in text


@pytest.mark.cluster
def test_bucket_without_rights_is_said_before_anything_is_read(forbidding, footage, tmp_path):
    config = BatchConfig(inputs=(str(footage),), export="s3://footage/out")
    with pytest.raises(
        OutputError, match="s3://footage/out: cannot be written .*(Denied|Forbidden).*permissions"
    ):
        run(config, make_fake, Console(file=io.StringIO()))
    code, text = local_batch("s3://footage/in/", tmp_path / "out")
    assert code == EXIT_FAILED
    assert "failed: s3://footage/in/: cannot be read" in text
    assert "credentials and their permissions" in text


needs_fsspec = pytest.mark.skipif(
    importlib.util.find_spec("fsspec") is None, reason='needs fsspec: pip install "arpipe[s3]"'
)


@pytest.fixture
def memory(request):
    """A folder in the store that fsspec keeps in memory."""
    return f"memory://{request.node.name}"


@needs_fsspec
def test_folder_of_a_store_is_searched_like_one_of_files(footage, memory):
    for name in (
        "a.mp4",
        "b.png",
        ".hidden.mp4",
        "notes.txt",
        "inside/a.mp4",
        ".secret/c.mp4",
        "out/drawn/d.mp4",
    ):
        content = (footage / ("photo.png" if name == "b.png" else "a.mp4")).read_bytes()
        write_file(f"{memory}/{name}", content)
    code, text = batch([memory], f"{memory}/out", recursive=True)
    assert (code, "3 of 3 done, 0 failed" in text) == (0, True), text
    assert sorted(name for name in stored(f"{memory}/out/drawn")) == [
        "a.mp4",
        "b.png",
        "d.mp4",
        "inside/a.mp4",
    ]
    code, text = batch([f"{memory}"], f"{memory}/flat")
    assert (code, "2 of 2 done, 0 failed" in text) == (0, True), text


@needs_fsspec
def test_lines_of_a_manifest_are_divided_among_objects(memory, monkeypatch):
    monkeypatch.setattr(stored_manifests, "SEGMENT_LINES", 3)
    manifest = StoredManifest(memory, "1-of-2")
    for number in range(7):
        manifest.append(Attempt("1", "s", f"input {number % 5}", "begun" if number < 5 else "done"))
    assert len(files_below(memory, recursive=False)) == 3
    states = {name: attempt.state for name, attempt in read_stored_attempts(memory).items()}
    assert states == {f"input {number}": "done" if number < 2 else "begun" for number in range(5)}
    StoredManifest(memory).append(Attempt("1", "s", "input 4", "done"))
    assert StoredManifest(memory).attempts["input 4"].state == "done"
    write_file(f"{memory}/.arpipe-batch.mine.jsonl", b"a file of mine\n")
    with pytest.raises(ConfigError, match="mine.jsonl: .* is not a line of a manifest"):
        StoredManifest(memory)


def test_store_whose_package_is_missing_names_the_extra(footage, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtra, match=r"s3://b/out/.*arpipe\[s3\]"):
        batch([footage], "s3://b/out")
    with pytest.raises(MissingExtra, match=r"arpipe\[s3\]"):
        batch(["s3://b/in"], footage / "out")
