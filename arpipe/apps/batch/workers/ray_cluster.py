"""The connection to a Ray cluster."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from arpipe.apps.batch.workers.capacity import usable_cores
from arpipe.config import RayConfig
from arpipe.errors import ConfigError, MissingExtra
from arpipe.io.guard import guarded

LOCAL, AUTO = "local", "auto"
_CLIENT = "ray://"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANSWER_TIMEOUT_S = 10.0
_OBJECT_STORE_BYTES = 80 << 20  # the least that Ray allows: frames never pass through it
_EVERYTHING = "^"  # as a regular expression


@contextmanager
def connected(config: RayConfig) -> Iterator[ModuleType]:
    """Connect to a cluster for the length of the block, and give the module `ray`.

    A program that has called `ray.init` itself keeps its connection, whatever the address.

    Raises:
        ConfigError: There is no cluster at the address.
        MissingExtra: The extra `ray` is not installed.
    """
    ray = _import_ray(config)
    if ray.is_initialized():
        yield ray
        return
    address = config.address or LOCAL
    if address.startswith(_CLIENT):
        raise ConfigError(
            f"--ray {address}: Ray's client protocol is not supported; run this command on a node of the cluster, "
            "such as with: ray job submit"
        )
    new = {"num_cpus": usable_cores(), "object_store_memory": _OBJECT_STORE_BYTES, "include_dashboard": False}
    with guarded(ConfigError, f"--ray {address}: no connection", _advice(address)):
        if address not in (LOCAL, AUTO):
            _require_answer(ray, address)
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **(new if address == LOCAL else {}),
        )
    try:
        yield ray
    finally:
        ray.shutdown()


def _import_ray(config: RayConfig) -> ModuleType:
    """Import Ray with the settings that it reads from the environment at that time."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # it reports to its makers unless told otherwise
    # Ray prints what becomes of workers and nodes to standard output, where events may be read as JSON.
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", _EVERYTHING)
    if config.address == LOCAL:
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # listen on loopback alone, on any system
    try:
        import ray
    except ImportError as error:
        raise MissingExtra('--ray needs Ray; install it with: pip install "arpipe[ray]"') from error
    module: ModuleType = ray
    return module


def _require_answer(ray: ModuleType, address: str) -> None:
    """Raise an error at once if nobody listens at HOST:PORT; Ray itself waits for a quarter of an hour."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")  # of IPv6 addresses
    if host in _LOOPBACK:
        host = ray.util.get_node_ip_address()  # which Ray connects to instead
    socket.create_connection((host, int(port)), _ANSWER_TIMEOUT_S).close()


def _advice(address: str) -> str:
    if address == AUTO:
        return "start a cluster with `ray start --head`, or use --ray local"
    return "give local, auto or HOST:PORT of the head of a cluster with the same versions of Ray and Python"
