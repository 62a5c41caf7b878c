"""Each check is shown a healthy machine, then one with one thing broken."""

import io
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from arpipe.apps import doctor
from arpipe.apps.findings import Finding, Verdict, exit_code, show
from arpipe.errors import RenderError
from arpipe.weights import store


@pytest.fixture
def installed(monkeypatch):
    """The distributions that the doctor sees; tests change it."""
    names = {"opencv-python-headless": "5.0.0", "onnxruntime": "1.31.1", "pyvirtualcam": "0.15.0"}
    monkeypatch.setattr(doctor, "_installed", lambda: names)
    return names


@pytest.fixture
def modules(monkeypatch):
    """The packages that the doctor can load, as stand-ins; an exception stands for a failing import."""
    stand_ins = {
        "cv2": SimpleNamespace(__version__="5.0.0"),
        "onnxruntime": _onnxruntime("CPUExecutionProvider"),
    }

    def load(name):
        if isinstance(stand_ins[name], Exception):
            raise stand_ins[name]
        return stand_ins[name]

    monkeypatch.setattr(doctor, "_load", load)
    return stand_ins


@pytest.fixture
def devices(monkeypatch, tmp_path):
    """A pretended /dev on Linux."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "DEVICES", tmp_path)
    return tmp_path


def _onnxruntime(*providers):
    return SimpleNamespace(__version__="1.31.1", get_available_providers=lambda: list(providers))


@pytest.mark.parametrize(
    ("version", "verdict"),
    [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 14, 2), "ok"), ((3, 15, 0), "fail")],
)
def test_python_outside_the_supported_range_fails(monkeypatch, version, verdict):
    monkeypatch.setattr(sys, "version_info", version)
    finding = doctor.check_python()
    assert finding.verdict == verdict
    assert bool(finding.mend) == (verdict == "fail")


def test_missing_data_folder_is_named(monkeypatch, tmp_path):
    assert doctor.check_assets().verdict is Verdict.OK
    monkeypatch.setattr(doctor, "configs_root", lambda: tmp_path / "configs")
    finding = doctor.check_assets()
    assert finding.verdict is Verdict.FAIL
    assert str(tmp_path / "configs") in finding.detail


@pytest.mark.gl
def test_opengl_names_the_renderer():
    finding = doctor.check_opengl()
    assert finding.verdict is Verdict.OK
    assert finding.detail.split(", ")[1].startswith(("software: ", "GPU: "))


def test_no_opengl_names_the_packages(monkeypatch, modules):
    def refuse():
        raise RenderError("libEGL.so not found")

    monkeypatch.setattr(sys, "platform", "linux")
    modules["arpipe.render.context"] = SimpleNamespace(GlContext=SimpleNamespace(headless=refuse))
    modules["arpipe.render.rasteriser.library"] = SimpleNamespace(load_rasteriser=refuse)
    finding = doctor.check_opengl()
    assert finding.verdict is Verdict.FAIL
    assert "libEGL.so not found" in finding.detail
    assert "libegl1 libgl1" in finding.mend
    assert doctor.check_cpu_renderer().verdict is Verdict.WARN
    modules["arpipe.render.rasteriser.library"] = SimpleNamespace(load_rasteriser=object)
    finding = doctor.check_opengl()
    assert finding.verdict is Verdict.WARN
    assert "the CPU draws what does not need it" in finding.detail
    assert "no OpenGL" in doctor.check_cpu_renderer().detail


@pytest.mark.parametrize(
    ("is_software", "why"), [(True, "computed by the CPU"), (False, "GPU's OpenGL is faster")]
)
def test_the_cpu_renderer_says_when_it_draws(modules, is_software, why):
    def headless():
        return nullcontext(SimpleNamespace(is_software=is_software))

    modules["arpipe.render.context"] = SimpleNamespace(GlContext=SimpleNamespace(headless=headless))
    modules["arpipe.render.rasteriser.library"] = SimpleNamespace(load_rasteriser=object)
    finding = doctor.check_cpu_renderer()
    assert finding.verdict is Verdict.OK
    assert why in finding.detail


def test_one_opencv_is_fine(installed, modules):
    assert doctor.check_cv2() == Finding("OpenCV", Verdict.OK, "opencv-python-headless 5.0.0")


def test_two_opencvs_of_one_version_warn_and_of_two_versions_fail(installed, modules):
    installed["opencv-contrib-python"] = "5.0.0"
    finding = doctor.check_cv2()
    assert finding.verdict is Verdict.WARN
    installed["opencv-contrib-python"] = "4.14.0"
    finding = doctor.check_cv2()
    assert finding.verdict is Verdict.FAIL
    assert "uninstall -y opencv-python-headless opencv-contrib-python &&" in finding.mend
    assert finding.mend.endswith("--no-deps opencv-contrib-python")


def test_remains_of_an_uninstalled_opencv_fail(installed, modules):
    modules["cv2"] = SimpleNamespace()
    assert "remains" in doctor.check_cv2().detail


def test_opencv_that_lacks_a_system_library_is_replaced_by_the_variant_without_windows(installed, modules):
    installed["opencv-python"] = installed.pop("opencv-python-headless")
    modules["cv2"] = ImportError("libGL.so.1: cannot open shared object file")
    finding = doctor.check_cv2()
    assert finding.verdict is Verdict.FAIL
    assert "libGL.so.1" in finding.detail
    assert "uninstall -y opencv-python &&" in finding.mend
    assert finding.mend.endswith("--no-deps opencv-python-headless")


def test_opencv_that_is_not_installed_is_to_be_installed(installed, modules):
    del installed["opencv-python-headless"]
    modules["cv2"] = ImportError("No module named 'cv2'")
    assert (
        doctor.check_cv2().mend == "python -m pip install --force-reinstall --no-deps opencv-python-headless"
    )


def test_two_onnxruntimes_keep_the_special_one(installed, modules):
    installed["onnxruntime-gpu"] = "1.30.0"
    finding = doctor.check_onnxruntime()
    assert finding.verdict is Verdict.FAIL
    assert finding.mend.endswith("--no-deps onnxruntime-gpu")


def test_an_unused_nvidia_gpu_warns(modules, devices):
    assert doctor.check_providers() == Finding("inference", Verdict.OK, "CPU")
    (devices / "nvidia0").touch()
    assert doctor.check_providers().verdict is Verdict.WARN
    modules["onnxruntime"] = _onnxruntime("CUDAExecutionProvider", "CPUExecutionProvider")
    assert doctor.check_providers() == Finding("inference", Verdict.OK, "CUDA, CPU")


@pytest.mark.parametrize(
    ("states", "verdict", "word"),
    [
        (["READY", "SOURCE"], "ok", "2 networks"),
        (["READY", "NOT_ADDED"], "ok", "1 networks"),
        (["READY", "ABSENT"], "warn", "1 of 2 networks not fetched"),
        (["DAMAGED", "ABSENT"], "warn", "damaged, rebuilt on next use: network0"),
    ],
)
def test_weights_are_judged_by_their_worst_state(monkeypatch, states, verdict, word):
    def verify():
        return [
            SimpleNamespace(
                network=SimpleNamespace(name=f"network{index}"),
                state=store.State[state],
                path=Path("cache/onnx/network.onnx"),
            )
            for index, state in enumerate(states)
        ]

    monkeypatch.setattr(store, "verify", verify)
    finding = doctor.check_weights()
    assert finding.verdict == verdict
    assert word in finding.detail
    assert finding.mend == ("" if verdict == "ok" else "arpipe weights fetch")


def test_a_cache_that_cannot_be_written_is_a_failure_where_networks_are_missing(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ARPIPE_HOME", str(tmp_path / "file"))
    finding = doctor.check_weights()
    assert finding.verdict is Verdict.FAIL
    assert "cannot be fetched" in finding.detail
    assert "ARPIPE_HOME" in finding.mend


def test_camera_without_permission_names_the_group(monkeypatch, devices):
    assert "none" in doctor.check_camera().detail
    (devices / "video0").touch()
    assert doctor.check_camera().verdict is Verdict.OK
    monkeypatch.setattr("os.access", lambda path, mode: False)
    finding = doctor.check_camera()
    assert finding.verdict is Verdict.WARN
    assert "-aG video" in finding.mend


def test_h264_encoder_is_there():
    assert doctor.check_encoder().verdict is Verdict.OK


def test_pyav_without_x264_fails(modules):
    class FFmpegError(Exception):
        pass

    def refuse(name, mode):
        raise FFmpegError(name)

    modules["av"] = SimpleNamespace(
        __version__="0",
        codec=SimpleNamespace(Codec=refuse),
        error=SimpleNamespace(FFmpegError=FFmpegError),
    )
    assert doctor.check_encoder().verdict is Verdict.FAIL


def test_virtual_camera_needs_package_and_kernel_module(monkeypatch, installed, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(doctor, "VIDEO_CLASS", tmp_path)
    assert "modprobe v4l2loopback" in doctor.check_virtual_camera().mend
    (tmp_path / "video0").mkdir()
    assert doctor.check_virtual_camera().verdict is Verdict.OK
    del installed["pyvirtualcam"]
    assert "arpipe[virtualcam]" in doctor.check_virtual_camera().mend


def test_a_check_that_breaks_is_a_finding_and_the_others_still_run(monkeypatch):
    def broken():
        raise SystemError("bad call flags")

    fine = Finding("fine", Verdict.OK, "yes")
    monkeypatch.setattr(doctor, "CHECKS", {"broken": broken, "fine": lambda: fine})
    findings = doctor.examine()
    assert findings[0].verdict is Verdict.FAIL
    assert findings[0].detail == "SystemError: bad call flags"
    assert findings[1] is fine


def test_only_failures_set_the_exit_code():
    warning, failure = Finding("a", Verdict.WARN, ""), Finding("b", Verdict.FAIL, "")
    assert exit_code([warning]) == 0
    assert exit_code([warning, failure]) == 1


def test_json_holds_every_field():
    findings = [Finding("camera", Verdict.FAIL, "gone", "plug it in")]
    document = json.loads(doctor.to_json(findings))
    assert document["healthy"] is False
    assert document["findings"] == [
        {"check": "camera", "verdict": "fail", "detail": "gone", "mend": "plug it in"}
    ]


def test_table_shows_the_mending_command_under_its_finding():
    console = Console(file=io.StringIO(), width=80)
    show([Finding("OpenGL", Verdict.FAIL, "no [EGL]", "apt-get install")], console)
    lines = console.file.getvalue().splitlines()
    assert [line.split() for line in lines] == [
        ["fail", "OpenGL", "no", "[EGL]"],
        ["→", "apt-get", "install"],
    ]
