import sys

import onnxruntime
import pytest

from arpipe.errors import InferenceError
from arpipe.inference import providers


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Installs a package that follows the convention of plug-in providers, with a given body."""
    providers._register.cache_clear()
    providers._provided_by.cache_clear()

    def install(code: str) -> None:
        (tmp_path / "onnxruntime_ep_mirror.py").write_text(code)
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "onnxruntime_ep_mirror", raising=False)

    yield install
    providers._register.cache_clear()
    providers._provided_by.cache_clear()


PLUGIN = """
def get_ep_names(): return ["OpenVINOExecutionProvider"]
def get_library_path(): return "/nowhere/mirror.so"
"""


def test_the_cpu_is_always_available():
    assert "cpu" in providers.available()


def test_an_installed_plug_in_is_available(plugin):
    plugin(PLUGIN)
    assert providers.Plugin("onnxruntime_ep_mirror", "OpenVINOExecutionProvider") in providers.plugins()
    assert "openvino" in providers.available()


def test_a_broken_plug_in_disturbs_nobody(plugin):
    plugin("raise RuntimeError('broken')")
    assert all(each.package != "onnxruntime_ep_mirror" for each in providers.plugins())


def test_a_plug_in_that_does_not_load_is_an_error(plugin, double):
    plugin(PLUGIN)
    config = providers.SessionConfig(provider="openvino")
    with pytest.raises(InferenceError, match="onnxruntime_ep_mirror cannot be used .* update both"):
        providers.open_session(double, config, "double")


def test_a_plug_in_without_a_device_is_an_error(plugin, double, monkeypatch):
    plugin(PLUGIN)
    monkeypatch.setattr(onnxruntime, "register_execution_provider_library", lambda name, path: None)
    config = providers.SessionConfig(provider="openvino")
    with pytest.raises(InferenceError, match="finds no device for OpenVINOExecutionProvider"):
        providers.open_session(double, config, "double")


@pytest.mark.parametrize("provider", sorted(set(providers.PROVIDERS) - set(providers.available())))
def test_an_absent_provider_says_what_is_there(double, provider):
    with pytest.raises(InferenceError, match=r"is not in this ONNX Runtime \(it has .*cpu"):
        providers.open_session(double, providers.SessionConfig(provider=provider), "double")
