"""Execution providers: where networks can run, those of installed plug-in packages included.

Packages called `onnxruntime-ep-…` bring a provider as a library of its own, which ONNX Runtime loads when it is told
to. arpipe registers such a package when its provider is asked for by name.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias

import onnxruntime
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import InferenceError

ProviderName = Literal[
    "auto", "cpu", "cuda", "tensorrt", "openvino", "coreml", "directml", "webgpu", "rocm", "migraphx"
]

PROVIDERS: Mapping[str, str] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
    "webgpu": "WebGpuExecutionProvider",
    "rocm": "ROCMExecutionProvider",
    "migraphx": "MIGraphXExecutionProvider",
}
"""Name in arpipe → name in ONNX Runtime."""

# Providers that "auto" tries, best first. TensorRT compiles for minutes, and the others have not been measured on
# networks this small, so they must be asked for.
AUTO = ("cuda", "cpu")

INSTALL: Mapping[str, str] = {
    "cuda": 'pip install "arpipe[gpu]"',
    "tensorrt": 'pip install "arpipe[gpu]" tensorrt',
    "openvino": "pip install onnxruntime-ep-openvino",
    "webgpu": "pip install onnxruntime-ep-webgpu",
    "directml": "pip install onnxruntime-directml, instead of onnxruntime, on Windows",
    "migraphx": "pip install onnxruntime-migraphx, instead of onnxruntime",
}
PLUGIN_PREFIX = "onnxruntime_ep_"

RuntimeSession: TypeAlias = Any
"""ONNX Runtime's `InferenceSession`, which has no type information."""

# `arpipe/__init__.py` turns telemetry off before ONNX Runtime is imported. A program that imported it earlier by
# itself started telemetry; from here on it sends nothing more.
onnxruntime.disable_telemetry_events()


class SessionConfig(BaseModel):
    """How networks are run.

    Attributes:
        provider: Execution provider; "auto" uses CUDA if it works, else the CPU. Any other name is strict: if it is
            not available, that is an error.
        intra_op_threads: Threads within one operator on the CPU.
        batch_threads: Parts of a batch that run at the same time on the CPU: several faces on several cores.
        allow_spinning: Let those threads spin between operators; only faster on an idle machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: ProviderName = "auto"
    intra_op_threads: int = Field(default=1, ge=1, le=256)
    batch_threads: int = Field(default=2, ge=1, le=256)
    allow_spinning: bool = False


@dataclass(frozen=True, slots=True)
class Plugin:
    """A provider that an installed package brings.

    Attributes:
        package: Name of the package, as imported.
        provider: Its name in ONNX Runtime.
    """

    package: str
    provider: str


def open_session(
    network: Path | bytes, config: SessionConfig, name: str, profile_prefix: Path | None = None
) -> RuntimeSession:
    """Load a network into ONNX Runtime.

    Args:
        network: An ONNX file, or its content.
        config: Provider and threads.
        name: Of the network, for messages.
        profile_prefix: Record the time of every operator into a file whose name begins so; None records nothing.

    Raises:
        InferenceError: It cannot be loaded, or the provider is not available or does not start.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = config.intra_op_threads
    options.inter_op_num_threads = 1
    # An arena per network keeps what its largest run took, 4 MB on average and never shared; malloc is as fast.
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", str(int(config.allow_spinning)))
    options.log_severity_level = 3  # errors only: they are raised anyway
    if profile_prefix is not None:
        options.enable_profiling = True
        options.profile_file_prefix = str(profile_prefix)
    providers = _wanted(config.provider, options)
    try:
        session = onnxruntime.InferenceSession(network, options, providers=providers)
    except Exception as error:  # ONNX Runtime's own exceptions share no public base class
        raise InferenceError(f"{name} cannot be loaded on {config.provider}: {error}") from error
    used = provider_in_use(session)
    if config.provider not in ("auto", used):
        raise InferenceError(
            f"{name} was asked for {config.provider}, but ONNX Runtime could not start it and runs on {used}; "
            "see: arpipe doctor"
        )
    return session


def provider_in_use(session: RuntimeSession) -> str:
    """Return the name of the provider that a session runs on first."""
    first = session.get_providers()[0]
    return next((name for name, full in PROVIDERS.items() if full == first), first)


def available() -> list[str]:
    """Return the providers that can be asked for here, those of plug-in packages included."""
    full = {*onnxruntime.get_available_providers(), *(plugin.provider for plugin in plugins())}
    return [name for name, provider in PROVIDERS.items() if provider in full]


def plugins() -> list[Plugin]:
    """Find the plug-in packages that are installed; a broken one is left out, and fails when it is asked for."""
    names = [found.name for found in pkgutil.iter_modules() if found.name.startswith(PLUGIN_PREFIX)]
    return [Plugin(name, provider) for name in sorted(names) for provider in _provided_by(name)]


def _wanted(provider: ProviderName, options: RuntimeSession) -> Sequence[str] | None:
    """Return ONNX Runtime's names, best first; the CPU comes last, for operators that the first one lacks.

    A plug-in's devices are added to the options instead; there are no names then.
    """
    built_in = onnxruntime.get_available_providers()
    if provider == "auto":
        return [PROVIDERS[name] for name in AUTO if PROVIDERS[name] in built_in]
    if PROVIDERS[provider] in built_in:
        return list(dict.fromkeys([PROVIDERS[provider], PROVIDERS["cpu"]]))
    plugin = next((each for each in plugins() if each.provider == PROVIDERS[provider]), None)
    if plugin is None:
        advice = f"; install it with: {INSTALL[provider]}" if provider in INSTALL else ""
        raise InferenceError(
            f"provider {provider!r} is not in this ONNX Runtime (it has {', '.join(available())}){advice}"
        )
    _use_plugin(plugin, options)
    return None


def _use_plugin(plugin: Plugin, options: RuntimeSession) -> None:
    try:
        _register(plugin.package)
        devices = [device for device in onnxruntime.get_ep_devices() if device.ep_name == plugin.provider]
        if not devices:
            raise InferenceError(f"{plugin.package} finds no device for {plugin.provider} on this machine")
        options.add_provider_for_devices(devices[:1], {})  # the best one; the package sorts them
    except InferenceError:
        raise
    except Exception as error:  # whatever a foreign package raises
        raise InferenceError(
            f"{plugin.package} cannot be used with this ONNX Runtime ({error}); update both"
        ) from error


@cache
def _register(package: str) -> None:
    """Load a plug-in's library into ONNX Runtime, once per process."""
    path: str = importlib.import_module(package).get_library_path()
    onnxruntime.register_execution_provider_library(package, path)


@cache
def _provided_by(package: str) -> tuple[str, ...]:
    try:
        names: list[str] = importlib.import_module(package).get_ep_names()
    except Exception:  # noqa: BLE001 - a package that does not follow the convention brings no provider
        return ()
    return tuple(names)
