"""How many workers a machine can take."""

import os
from pathlib import Path

import psutil

WORKER_BYTES = 600 << 20  # of a worker that draws on 1080p; one that only exports needs half of it
_CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def usable_cores() -> int:
    """Return the number of cores that this process may keep busy: its affinity, within the limit of its container."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _CPU_LIMIT.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return cores
    return cores if quota == "max" else max(1, min(cores, int(quota) // int(period)))


def free_memory_bytes() -> int:
    """Return the memory that new processes can use without swapping."""
    return int(psutil.virtual_memory().available)


def worker_count(wanted: int | str, inputs: int, cores: int, free_bytes: int) -> int:
    """Return the number of workers: as many as wanted, but none without an input.

    Args:
        wanted: A number, or "auto" for what keeps all cores busy without exhausting the memory.
        inputs: Number of inputs.
        cores: Number of usable cores.
        free_bytes: Free memory.
    """
    number = min(cores, free_bytes // WORKER_BYTES) if wanted == "auto" else int(wanted)
    return max(1, min(number, inputs))
