"""Fixtures and rules for all tests.

The markers `gl`, `cpu`, `weights`, `browser` and `cluster` state what a test needs. Where that is missing the test is
skipped, with the reason and the command that installs it. With ARPIPE_TEST_REQUIRE="gl weights" in the environment, as
in CI, the test fails instead.
"""

import functools
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

import arpipe  # noqa: F401 - turns ONNX Runtime's telemetry off before a test module imports it
from arpipe import plugins
from arpipe.subjects import SUBJECTS, Subject

if TYPE_CHECKING:
    from arpipe.inference.runtime import Runtime
    from arpipe.render.context import GlContext
    from arpipe.types import Pixels

REPOSITORY = Path(__file__).resolve().parents[1]

# The same examples in every run, and no deadline: a busy machine is not a failure.
settings.register_profile("arpipe", deadline=None, derandomize=True, database=None)
settings.load_profile("arpipe")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of photos and clips that cannot be part of the repository; skips the test when it is missing."""
    default = REPOSITORY.parent / "shared" / "data"
    root = Path(os.environ.get("ARPIPE_TEST_DATA", default))
    if not root.is_dir():
        pytest.skip(f"no test media in {root}; set ARPIPE_TEST_DATA to their folder")
    return root


@pytest.fixture
def install(tmp_path, monkeypatch) -> Iterator[Callable[..., None]]:
    """Installs a distribution with entry points: its metadata and one module, as pip would lay them out."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    plugins._installed.cache_clear()

    def add(name: str, entries: dict[str, str], code: str = "", group: str = "arpipe.sources") -> None:
        module = name.replace("-", "_")
        info = folder / f"{module}-1.2.dist-info"
        info.mkdir()
        lines = "".join(f"{key} = {value}\n" for key, value in entries.items())
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{lines}")
        (folder / f"{module}.py").write_text(code)
        monkeypatch.delitem(sys.modules, module, raising=False)

    yield add
    plugins._installed.cache_clear()


@pytest.fixture
def subjects() -> Iterator[dict[str, Subject]]:
    """The table of subjects, to change; afterwards it is as before, in its order, which is that of exports."""
    before = dict(SUBJECTS)
    yield SUBJECTS
    SUBJECTS.clear()
    SUBJECTS.update(before)


@pytest.fixture(scope="module")
def runtime() -> Iterator["Runtime"]:
    """A runtime with the defaults, closed at the end of the module."""
    from arpipe.inference.runtime import Runtime

    with Runtime() as opened:
        yield opened


@pytest.fixture(scope="session")
def classifier() -> Path:
    """EfficientNet-Lite0 as an ONNX file; skips the test where it cannot be fetched."""
    from arpipe.errors import WeightsError
    from arpipe.weights.classifier import classifier_path, imagenet_labels

    try:
        imagenet_labels()
        return classifier_path()
    except WeightsError as error:
        outcome = (
            pytest.fail if "weights" in os.environ.get("ARPIPE_TEST_REQUIRE", "").split() else pytest.skip
        )
        outcome(f"needs the example classifier: {error}")


@pytest.fixture(scope="session")
def portrait() -> "Pixels":
    """The astronaut, (512, 512, 3) RGB, read-only."""
    from arpipe.assets import asset_path
    from arpipe.io.image.reader import read_image

    pixels = read_image(asset_path("samples/astronaut.png"))
    pixels.setflags(write=False)
    return pixels


@pytest.fixture
def context() -> Iterator["GlContext"]:
    """A headless OpenGL context whose error state is checked before and after the test."""
    from arpipe.render.context import GlContext

    with GlContext.headless() as made:
        assert made.gl.error == "GL_NO_ERROR"
        yield made
        if not made.is_closed:
            assert made.gl.error == "GL_NO_ERROR"


@pytest.fixture
def stamp_and_blur(monkeypatch, tmp_path) -> None:
    """Two kinds of effects for tests, and only the test's own folder to search for packs."""
    from tests.effects.kinds import install

    install(monkeypatch, tmp_path)


@pytest.fixture
def look(tmp_path, stamp_and_blur) -> Callable[[str], Path]:
    """Writes the pack `look` with a given text and returns its folder."""
    from tests.effects.kinds import write_look

    return functools.partial(write_look, tmp_path)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip tests that this machine cannot run, or fail those that are required."""
    required = os.environ.get("ARPIPE_TEST_REQUIRE", "").split()
    for marker, problem in _PROBLEMS.items():
        if item.get_closest_marker(marker) and (reason := problem()):
            outcome = pytest.fail if marker in required else pytest.skip
            outcome(f"needs {marker}: {reason}", **({"pytrace": False} if outcome is pytest.fail else {}))


@functools.cache
def _gl_problem() -> str | None:
    import moderngl

    try:
        moderngl.create_context(standalone=True, require=330, backend="egl").release()
    except Exception as error:  # noqa: BLE001 - glcontext raises bare Exception; the text is the verdict
        return f"no OpenGL context through EGL ({error}); on Debian: apt-get install libegl1 libgl1"
    return None


@functools.cache
def _cpu_problem() -> str | None:
    from arpipe.errors import RenderError
    from arpipe.render.rasteriser.library import load_rasteriser

    try:
        load_rasteriser()
    except RenderError as error:
        return str(error)
    return None


@functools.cache
def _weights_problem() -> str | None:
    from arpipe.weights import store

    usable = (store.State.READY, store.State.SOURCE, store.State.NOT_ADDED)
    missing = [status.network.name for status in store.status() if status.state not in usable]
    return f"no weights of {', '.join(missing)}; run: arpipe weights fetch" if missing else None


@functools.cache
def _browser_problem() -> str | None:
    if shutil.which("chromium") or shutil.which("google-chrome"):
        return None
    return "no chromium on PATH; on Debian: apt-get install chromium"


@functools.cache
def _cluster_problem() -> str | None:
    packages = ("ray", "s3fs", "moto", "flask", "flask_cors")
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return f"no {', '.join(missing)}; run: make test-cluster" if missing else None


_PROBLEMS = {
    "gl": _gl_problem,
    "cpu": _cpu_problem,
    "weights": _weights_problem,
    "browser": _browser_problem,
    "cluster": _cluster_problem,
}
