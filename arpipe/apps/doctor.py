"""What this machine lacks to run arpipe, and the command that mends it.

Each check is a function that looks at one thing and returns one `Finding`. What a check looks at is loaded by
name and not imported above: a probe has to survive the very package that is broken.
"""

import importlib
import json
import os
import pkgutil
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from arpipe.apps.findings import Finding, Verdict, exit_code
from arpipe.assets import assets_root, configs_root
from arpipe.errors import RenderError
from arpipe.folders import can_be_written

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 14)
DEVICES = Path("/dev")
VIDEO_CLASS = Path("/sys/devices/virtual/video4linux")  # where Linux lists loopback cameras, never real ones
INSTALL_GL = "sudo apt-get install --no-install-recommends libegl1 libgl1"

# Distributions that unpack into the same package folder: of each group only one may be installed. The first is the one
# that arpipe depends on; it needs no libraries of the system.
CV2_PROVIDERS = (
    "opencv-python-headless",
    "opencv-python",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
ONNXRUNTIME_PROVIDERS = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-openvino",
    "onnxruntime-directml",
    "onnxruntime-silicon",
)


def examine() -> list[Finding]:
    """Run every check, in the order of `CHECKS`."""
    return [_survive(name, check) for name, check in CHECKS.items()]


def to_json(findings: Iterable[Finding]) -> str:
    """Return the findings and the machine's properties, for programs and for bug reports."""
    findings = list(findings)
    return json.dumps(
        {
            "arpipe": _installed().get("arpipe"),
            "python": platform.python_version(),
            "platform": platform.platform(),
            "healthy": exit_code(findings) == 0,
            "findings": [asdict(finding) for finding in findings],
        },
        indent=2,
    )


def check_python() -> Finding:
    """Check that arpipe is tested with this interpreter."""
    version = platform.python_version()
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        return Finding("Python", Verdict.OK, version)
    wanted = f"arpipe needs {'.'.join(map(str, OLDEST_PYTHON))} to {'.'.join(map(str, NEWEST_PYTHON))}"
    return Finding(
        "Python", Verdict.FAIL, f"{version}; {wanted}", "make clean && make PYTHON=python3.13 setup"
    )


def check_assets() -> Finding:
    """Check that arpipe's data files are present."""
    missing = [folder for folder in (assets_root(), configs_root()) if not folder.is_dir()]
    if missing:
        names = " and ".join(map(str, missing))
        return Finding(
            "assets", Verdict.FAIL, f"no {names}", "python -m pip install --force-reinstall arpipe"
        )
    return Finding("assets", Verdict.OK, str(assets_root()))


def check_opengl() -> Finding:
    """Check that an OpenGL 3.3 context can be created without a window."""
    try:
        context = _load("arpipe.render.context").GlContext.headless()
    except RenderError as error:
        mend = INSTALL_GL if sys.platform == "linux" else ""
        try:
            _load("arpipe.render.rasteriser.library").load_rasteriser()
        except RenderError:
            return Finding("OpenGL", Verdict.FAIL, f"{error}; nothing can be drawn", mend)
        return Finding("OpenGL", Verdict.WARN, f"{error}; the CPU draws what does not need it", mend)
    with context:
        kind = "software" if context.is_software else "GPU"
        version = context.gl.version_code
    return Finding("OpenGL", Verdict.OK, f"{version // 100}.{version // 10 % 10}, {kind}: {context.renderer}")


def check_cpu_renderer() -> Finding:
    """Check that the CPU renderer is there, which draws without OpenGL."""
    check = "CPU renderer"
    try:
        _load("arpipe.render.rasteriser.library").load_rasteriser()
    except RenderError as error:
        return Finding(
            check, Verdict.WARN, f"{error}; OpenGL draws everything, and crops and videos take longer"
        )
    try:
        with _load("arpipe.render.context").GlContext.headless() as context:
            is_gpu = not context.is_software
    except RenderError:
        return Finding(check, Verdict.OK, "draws, because there is no OpenGL")
    if is_gpu:
        return Finding(
            check, Verdict.OK, "draws with --renderer cpu only, because the GPU's OpenGL is faster"
        )
    return Finding(check, Verdict.OK, "draws, because OpenGL is computed by the CPU, too, and slower")


def check_cv2() -> Finding:
    """`cv2` comes from exactly one distribution, and loads."""
    return _only_one("OpenCV", "cv2", CV2_PROVIDERS)


def check_onnxruntime() -> Finding:
    """`onnxruntime` comes from exactly one distribution, and loads."""
    return _only_one("ONNX Runtime", "onnxruntime", ONNXRUNTIME_PROVIDERS)


def check_providers() -> Finding:
    """Report what networks run on, and warn of a GPU that is not used."""
    names = _load("onnxruntime").get_available_providers()
    plugged = [found.name for found in pkgutil.iter_modules() if found.name.startswith("onnxruntime_ep_")]
    shown = [name.removesuffix("ExecutionProvider") for name in names]
    detail = ", ".join(shown + [f"{name} (plug-in)" for name in sorted(plugged)])
    if (DEVICES / "nvidia0").exists() and "CUDAExecutionProvider" not in names:
        mend = 'python -m pip uninstall -y onnxruntime && python -m pip install "arpipe[gpu]"'
        return Finding("inference", Verdict.WARN, f"{detail}; the NVIDIA GPU is not used", mend)
    return Finding("inference", Verdict.OK, detail)


def check_weights() -> Finding:
    """Check the network weights in the cache, hashing every file."""
    store = _load("arpipe.weights.store")
    names: dict[str, list[str]] = {}
    states = [status for status in store.verify() if status.state is not store.State.NOT_ADDED]
    for status in states:
        names.setdefault(status.state, []).append(status.network.name)
    damaged, absent = names.get(store.State.DAMAGED, []), names.get(store.State.ABSENT, [])
    if damaged:
        detail = f"damaged, rebuilt on next use: {', '.join(damaged)}"
        return Finding("weights", Verdict.WARN, detail, "arpipe weights fetch")
    if absent and not can_be_written(states[0].path.parent):
        detail = f"{len(absent)} of {len(states)} networks cannot be fetched: {states[0].path.parent} cannot be written"
        return Finding(
            "weights", Verdict.FAIL, detail, "make it writable, or set ARPIPE_HOME to a folder that is"
        )
    if absent:
        detail = f"{len(absent)} of {len(states)} networks not fetched yet; the first use does it"
        return Finding("weights", Verdict.WARN, detail, "arpipe weights fetch")
    return Finding("weights", Verdict.OK, f"{len(states)} networks in {states[0].path.parent}")


def check_camera() -> Finding:
    """There is a camera, and this user may read it."""
    if sys.platform != "linux":
        return Finding(
            "camera", Verdict.OK, "the system asks for permission on first use; allow it for the terminal"
        )
    nodes = sorted(DEVICES.glob("video*"))
    if not nodes:
        return Finding("camera", Verdict.WARN, "none; files and the sample source work without")
    closed = [str(node) for node in nodes if not os.access(node, os.R_OK | os.W_OK)]
    if closed:
        detail = f"no permission for {', '.join(closed)}"
        return Finding("camera", Verdict.WARN, detail, 'sudo usermod -aG video "$USER", then log in again')
    return Finding("camera", Verdict.OK, ", ".join(map(str, nodes)))


def check_encoder() -> Finding:
    """Videos can be written as H.264; say which hardware could do it."""
    av = _load("av")
    try:
        codec = av.codec.Codec("libx264", "w")
    except av.error.FFmpegError:
        detail = f"PyAV {av.__version__} has no libx264; --codec mpeg4 works"
        return Finding(
            "H.264", Verdict.FAIL, detail, "python -m pip install --force-reinstall --only-binary av av"
        )
    hardware = _load("arpipe.io.video.hardware")
    found = hardware.describe_hardware(hardware.find_hardware("auto"))
    return Finding("H.264", Verdict.OK, f"{codec.name} in PyAV {av.__version__}; {found}")


def check_virtual_camera() -> Finding:
    """Other programs can take arpipe's picture as a camera (optional)."""
    if "pyvirtualcam" not in _installed():
        mend = 'python -m pip install "arpipe[virtualcam]"'
        return Finding("virtual camera", Verdict.WARN, "pyvirtualcam is not installed", mend)
    if sys.platform == "linux" and not any(VIDEO_CLASS.glob("video*")):
        mend = "sudo apt-get install v4l2loopback-dkms && sudo modprobe v4l2loopback"
        return Finding("virtual camera", Verdict.WARN, "the v4l2loopback module is not loaded", mend)
    return Finding("virtual camera", Verdict.OK, "ready")


CHECKS: Mapping[str, Callable[[], Finding]] = {
    "Python": check_python,
    "assets": check_assets,
    "OpenGL": check_opengl,
    "CPU renderer": check_cpu_renderer,
    "OpenCV": check_cv2,
    "ONNX Runtime": check_onnxruntime,
    "inference": check_providers,
    "weights": check_weights,
    "H.264": check_encoder,
    "camera": check_camera,
    "virtual camera": check_virtual_camera,
}


def _survive(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - a broken package may raise anything; that is the finding
        return Finding(name, Verdict.FAIL, f"{type(error).__name__}: {error}", "make clean && make setup")


def _only_one(check: str, module: str, providers: Sequence[str]) -> Finding:
    """Judge a package folder that several distributions fill; one that the user added replaces the first."""
    found = {name: version for name, version in _installed().items() if name in providers}
    listing = ", ".join(f"{name} {version}" for name, version in found.items())
    added = next((name for name in providers[1:] if name in found), providers[0])
    if len(found) <= 1:
        without_libraries = _replace(found, providers[0]) if found else _reinstall(added)
        return _loads(check, module, listing, _reinstall(added), without_libraries)
    verdict = Verdict.WARN if len(set(found.values())) == 1 else Verdict.FAIL
    detail = f"{listing} fill one folder; the last one installed wins"
    return Finding(check, verdict, detail, _replace(found, added))


def _loads(check: str, module: str, listing: str, mend: str, mend_library: str) -> Finding:
    """Judge whether a module loads.

    Args:
        check: Name of the check.
        module: The module.
        listing: The distribution that it comes from, if known.
        mend: Command for a module that is missing or damaged.
        mend_library: Command for one that needs a library of the system.
    """
    try:
        loaded = _load(module)
    except ImportError as error:
        lacks_library = ".so" in str(error)
        return Finding(
            check,
            Verdict.FAIL,
            f"{module} does not load: {error}",
            mend_library if lacks_library else mend,
        )
    if not hasattr(loaded, "__version__"):
        return Finding(check, Verdict.FAIL, f"only remains of {module} are installed", mend)
    return Finding(check, Verdict.OK, listing or f"{module} {loaded.__version__}")


def _replace(found: Iterable[str], keep: str) -> str:
    return f"python -m pip uninstall -y {' '.join(found)} && {_reinstall(keep)}"


def _reinstall(name: str) -> str:
    return f"python -m pip install --force-reinstall --no-deps {name}"


def _installed() -> dict[str, str]:
    """Version of every installed distribution, by its normalised name."""
    names = ((dist.metadata["Name"] or "", dist.version) for dist in metadata.distributions())
    return {name.lower().replace("_", "-"): version for name, version in names}


def _load(module: str) -> Any:
    return importlib.import_module(module)
