import threading
from pathlib import Path

import moderngl
import numpy as np
import pytest

from arpipe.errors import RenderError
from arpipe.render.context import GlContext
from arpipe.timing import StageTimer
from tests.render.faces import CAMERA, noisy_frame, result_of
from tests.render.test_compositor import Square

pytestmark = pytest.mark.gl


def test_context_knows_its_renderer(context):
    assert context.renderer
    assert context.is_software == ("llvmpipe" in context.renderer.lower())
    assert context.max_samples >= 1


def test_closing_twice_is_harmless_and_later_use_is_an_error():
    context = GlContext.headless()
    context.close()
    context.close()
    assert context.is_closed
    with pytest.raises(RenderError, match="closed"):
        _ = context.gl
    with pytest.raises(RenderError, match="closed"):
        _ = context.resources


def test_another_thread_is_refused(context):
    caught = []

    def call():
        try:
            _ = context.gl
        except RenderError as error:
            caught.append(str(error))

    thread = threading.Thread(target=call, name="worker")
    thread.start()
    thread.join()
    assert "'worker'" in caught[0]


def _let_creation_fail(monkeypatch, message):
    def fail(**_):
        raise Exception(message)

    monkeypatch.setattr(moderngl, "create_context", fail)


def test_without_egl_the_message_has_the_command(monkeypatch):
    _let_creation_fail(monkeypatch, "libEGL.so not found")
    with pytest.raises(RenderError, match="apt-get install --no-install-recommends libegl1 libgl1"):
        GlContext.headless()


def test_opening_and_closing_leaves_no_handles_or_threads():
    def handles():
        return len(list(Path("/proc/self/fd").iterdir())), len(list(Path("/proc/self/task").iterdir()))

    for _ in range(2):
        GlContext.headless().close()
    first = handles()
    for _ in range(5):
        GlContext.headless().close()
    assert handles() <= first


def test_without_a_current_context_there_is_nothing_to_attach_to(monkeypatch):
    _let_creation_fail(monkeypatch, "cannot detect OpenGL context")
    with pytest.raises(RenderError, match="make the window's context current"):
        GlContext.attached()


def test_another_librarys_context_does_not_spoil_the_next_picture(context, compositor):
    frame, square = noisy_frame(), Square(context, (200, 100, 240, 130))

    def draw():
        return compositor.draw(result_of(frame), CAMERA, [square], StageTimer())

    before = draw()
    foreign = moderngl.create_context(standalone=True, backend="egl")
    foreign.clear(1.0, 0.0, 0.0)
    np.testing.assert_array_equal(draw(), before)
    foreign.release()
    np.testing.assert_array_equal(draw(), before)
