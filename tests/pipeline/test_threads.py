"""Pipelines used from several threads, an event loop, other libraries' OpenGL and forked processes."""

import asyncio
import itertools
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import moderngl
import numpy as np
import pytest

from arpipe.errors import RenderError
from arpipe.io.sample import SampleConfig, SampleSource
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.pipeline.render_thread import RenderThread
from arpipe.render.config import RenderConfig
from arpipe.render.context import GlContext
from tests.patience import PATIENCE_S

STEADY = PipelineConfig(render=RenderConfig(match_sharpness=False))  # grain differs from frame to frame
EFFECTS = ["aviator", "natural"]


@pytest.fixture(scope="module")
def frames():
    with SampleSource(SampleConfig(width=640, height=360, frames=6)) as source:
        return list(source)


@pytest.fixture(scope="module")
def pictures(frames):
    """What one thread makes of the frames."""
    with Pipeline(STEADY, effects=EFFECTS) as pipeline:
        return [pipeline.process(frame).pixels for frame in frames]


def test_a_render_thread_keeps_order_and_passes_errors_on():
    thread, done = RenderThread(), []
    futures = [thread.submit(done.append, number) for number in range(20)]
    assert thread.run(threading.get_ident) != threading.get_ident()
    assert thread.run(thread.run, threading.get_ident) == thread.run(threading.get_ident)
    assert done == list(range(20))
    assert all(future.done() for future in futures)
    with pytest.raises(ZeroDivisionError):
        thread.run(lambda: 1 // 0)
    thread.close(lambda: done.append(threading.get_ident()))
    assert done[-1] != threading.get_ident()


def test_a_render_thread_that_did_nothing_is_never_started():
    before, done = threading.active_count(), []
    RenderThread().close(lambda: done.append(threading.get_ident()))
    assert threading.active_count() <= before
    assert done == [threading.get_ident()]


@pytest.mark.gl
@pytest.mark.weights
def test_any_thread_may_process_and_close(frames, pictures):
    before = threading.active_count()
    pipeline = Pipeline(STEADY, effects=EFFECTS)
    for frame, expected in zip(frames, pictures, strict=True):
        with ThreadPoolExecutor(1) as other:
            assert np.array_equal(other.submit(pipeline.process, frame).result().pixels, expected)
    with ThreadPoolExecutor(1) as other:
        other.submit(pipeline.set_effects, []).result()
        other.submit(pipeline.close).result()
    pipeline.close()
    assert threading.active_count() <= before


@pytest.mark.gl
@pytest.mark.weights
def test_a_closed_pipeline_says_so(frames):
    with Pipeline(STEADY, effects=EFFECTS) as pipeline:
        result = pipeline.detect(frames[0])
        pipeline.render(result)
    with pytest.raises(RenderError, match="closed"):
        pipeline.render(result)


@pytest.mark.gl
@pytest.mark.weights
def test_an_event_loop_gets_the_same_pictures_in_order(frames, pictures):
    ticks = itertools.count()

    async def run():
        async def tick():
            while True:
                next(ticks)
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        with Pipeline(STEADY, effects=EFFECTS) as pipeline:
            found = await asyncio.gather(*(pipeline.aprocess(frame) for frame in frames))
        ticking.cancel()
        return found

    for picture, expected in zip(asyncio.run(run()), pictures, strict=True):
        assert np.array_equal(picture.pixels, expected)
    assert next(ticks) > len(frames)  # the loop went on meanwhile


@pytest.mark.gl
@pytest.mark.weights
def test_an_event_loop_may_bring_its_own_context(frames, pictures):
    async def run(pipeline):
        return [(await pipeline.aprocess(frame)).pixels for frame in frames]

    with GlContext.headless() as context, Pipeline(STEADY, effects=EFFECTS, context=context) as pipeline:
        assert np.array_equal(asyncio.run(run(pipeline)), pictures)


@pytest.mark.gl
@pytest.mark.weights
@pytest.mark.parametrize("own_context", [False, True])
def test_another_librarys_context_does_no_harm(own_context, frames, pictures):
    context = GlContext.headless() if own_context else None
    with Pipeline(STEADY, effects=EFFECTS, context=context) as pipeline:
        for frame, expected in zip(frames, pictures, strict=True):
            result = pipeline.detect(frame)
            foreign = moderngl.create_context(standalone=True, backend="egl")
            target = foreign.simple_framebuffer((8, 8))
            target.clear(1.0, 0.0, 0.0, 1.0)
            assert np.array_equal(pipeline.render(result).pixels, expected)
            foreign.release()
    if context is not None:
        context.close()


FORK = """
import os, sys, threading
from arpipe.errors import ForkError
from arpipe.io.sample import sample_portrait
from arpipe.pipeline.pipeline import Pipeline

frame = sample_portrait(320, 180)
with Pipeline(effects="aviator") as pipeline:
    result = pipeline.process(frame).result
    child = os.fork()
    if child == 0:
        for use in (
            lambda: pipeline.process(frame), lambda: pipeline.detect(frame), lambda: pipeline.render(result),
            lambda: pipeline.set_effects(["round"]),
        ):
            try:
                use()
            except ForkError as error:
                assert "spawn" in str(error), error
            else:
                os._exit(1)
        pipeline.close()
        os._exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert pipeline.process(frame).pixels.shape == frame.pixels.shape
"""


@pytest.mark.gl
@pytest.mark.weights
@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="there is no fork on this system")
def test_a_forked_child_gets_an_error_that_names_spawn_and_the_parent_goes_on():
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORK],
        capture_output=True,
        text=True,
        cwd=root,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
