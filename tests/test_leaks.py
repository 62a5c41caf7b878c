"""After fifty times open and close there are no more threads, descriptors, bytes or OpenGL objects than after five."""

import ctypes
import gc
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from arpipe.effects.packs import load_pack
from arpipe.geometry.camera import CameraIntrinsics
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import ExportHeader, open_export
from arpipe.io.gltf import load_gltf
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.io.sinks import open_sink
from arpipe.io.sources import open_source
from arpipe.io.video.stream_codec import H264Decoder, H264Encoder
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.pipeline.renderer import EffectRenderer
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from arpipe.types import Frame, FrameResult
from tests.apps.stream_fakes import FakeFile
from tests.apps.test_stream_session import session_of
from tests.io.clips import write_clip
from tests.render.faces import face_at, plain_frame, pose_at, result_of

WARM_UP, REPEATS = 5, 50
ROUNDS = 4  # a leak grows in all of them
MOST_GROWTH_BYTES = 24 << 20  # caches of libraries settle; fifty pictures of a megapixel would be 150 MB
PIXELS = np.full((1024, 1024, 3), 90, np.uint8)
RESULT = FrameResult(Frame(PIXELS, 0.0, 0))
CAMERA = CameraIntrinsics.from_fov(1024, 1024)


@dataclass(frozen=True)
class Usage:
    """What this process holds."""

    threads: int
    descriptors: int
    bytes: int

    @classmethod
    def now(cls) -> "Usage":
        gc.collect()
        process = psutil.Process()
        descriptors = process.num_fds() if psutil.POSIX else process.num_handles()
        return cls(threading.active_count(), descriptors, process.memory_info().rss)


def require_no_growth(work: Callable[[], object], repeats: int = REPEATS) -> None:
    """Fail if repeating the work leaves something behind every time; caches and allocators may grow and settle."""
    for _ in range(WARM_UP):
        work()
    growths_bytes = []
    for _ in range(ROUNDS):
        before = Usage.now()
        for _ in range(repeats):
            work()
        after = Usage.now()
        assert after.threads <= before.threads
        assert after.descriptors <= before.descriptors
        growths_bytes.append(after.bytes - before.bytes)
        if growths_bytes[-1] < MOST_GROWTH_BYTES:
            return
    pytest.fail(f"memory grows in every round, by {growths_bytes} bytes")


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    write_clip(folder / "a.mp4", tuple(range(0, 18_000, 3000)), size=(512, 512), audio="aac")
    Image.fromarray(PIXELS).save(folder / "a.png")
    frames = [Image.new("RGB", (512, 512), (shade, 0, 0)) for shade in (0, 90, 180)]
    frames[0].save(folder / "a.gif", save_all=True, append_images=frames[1:])
    (folder / "bad.mp4").write_bytes((folder / "a.mp4").read_bytes()[:3000])
    (folder / "bad.png").write_bytes((folder / "a.png").read_bytes()[:1000])
    return folder


@pytest.mark.parametrize("name", ["a.mp4", "a.png", "a.gif"])
@pytest.mark.parametrize("frames", [0, 2, None])
def test_sources_leave_nothing(media, name, frames):
    def read() -> None:
        with open_source(media / name) as source:
            for _ in itertools.islice(source, frames):
                pass

    require_no_growth(read)


@pytest.mark.parametrize("name", ["bad.mp4", "bad.png", "nothing.mp4"])
def test_sources_that_cannot_be_opened_leave_nothing(media, name):
    def fail() -> None:
        with pytest.raises(ValueError, match=name), open_source(media / name) as source:
            list(source)

    require_no_growth(fail)


def test_the_sample_leaves_nothing():
    def read() -> None:
        with SampleSource(SampleConfig(width=160, height=120)) as source:
            next(iter(source))

    require_no_growth(read, 10)


@pytest.mark.parametrize("name", ["out.mp4", "out.mkv", "out.png", "out.jpg"])
@pytest.mark.parametrize("fails", [False, True])
def test_outputs_leave_nothing_but_their_file(media, tmp_path, name, fails):
    with open_source(media / ("a.png" if name.endswith(("png", "jpg")) else "a.mp4")) as source:
        info, frame = source.info, next(iter(source))

    def write() -> None:
        sink = open_sink(tmp_path / name, info, VideoSinkConfig(preset="ultrafast", threads=1))
        sink.write(frame.pixels, FrameResult(frame))
        if fails:
            sink.abort()
        else:
            sink.close()

    require_no_growth(write, 20)
    assert [path.name for path in tmp_path.iterdir()] == ([] if fails else [name])


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_exports_leave_nothing_but_their_files(tmp_path, suffix):
    def write() -> None:
        with open_export(tmp_path / f"out.{suffix}", ExportHeader(CAMERA, "a.mp4")) as export:
            export.write(RESULT)

    require_no_growth(write)


def test_codecs_of_the_page_leave_nothing():
    pixels = np.full((240, 320, 3), 90, np.uint8)

    def code() -> None:
        data, _ = H264Encoder(320, 240, 23).encode(pixels)
        H264Decoder(1 << 20).decode(data)

    require_no_growth(code)


def test_models_leave_nothing():
    path = load_pack("aviator").layers[0].params.model
    require_no_growth(lambda: load_gltf(path), 20)


def test_live_sessions_leave_nothing():
    def run() -> None:
        with session_of(FakeFile(3)) as session:
            session.next(5.0)

    require_no_growth(run)


@pytest.mark.gl
@pytest.mark.parametrize("effects", [["aviator"], ["evening"], ["wayfarer", "lipstick"]])
def test_renderers_leave_no_opengl_objects(effects):
    result = result_of(plain_frame(), face_at(pose_at()))
    with GlContext.headless() as context:

        def draw() -> None:
            with EffectRenderer(RenderConfig(), effects=effects, context=context) as renderer:
                renderer.render(result)

        for _ in range(WARM_UP):
            draw()
        before = living_objects(context)
        require_no_growth(draw, 20)
        assert living_objects(context) == before


def living_objects(context: GlContext) -> dict[str, int]:
    """Ask OpenGL itself which names belong to objects; Mesa gives the names of released ones to no other."""
    try:
        library = ctypes.CDLL("libGL.so.1")
    except OSError:
        pytest.skip("no libGL.so.1 to ask")
    context.make_current()
    kinds = ("Buffer", "Texture", "Framebuffer", "Renderbuffer", "VertexArray", "Program", "Shader")
    questions = {kind: getattr(library, f"glIs{kind}") for kind in kinds}
    return {kind: sum(is_one(name) & 1 for name in range(1, 4000)) for kind, is_one in questions.items()}


@pytest.mark.gl
@pytest.mark.parametrize("on_thread", [False, True])
def test_contexts_leave_nothing(on_thread):
    result = result_of(plain_frame(), face_at(pose_at()))

    def draw() -> None:
        with EffectRenderer(RenderConfig(), effects=["round"]) as renderer:
            renderer.render(result)

    def draw_on_a_thread() -> None:
        thread = threading.Thread(target=draw)
        thread.start()
        thread.join()

    require_no_growth(draw_on_a_thread if on_thread else draw, 20)


@pytest.mark.slow
@pytest.mark.gl
@pytest.mark.weights
def test_pipelines_leave_nothing():
    with SampleSource(SampleConfig(width=320, height=240)) as source:
        frame = next(iter(source))

    def run() -> None:
        with Pipeline(PipelineConfig(effects=("aviator",))) as pipeline:
            pipeline.process(frame)

    require_no_growth(run, 15)
