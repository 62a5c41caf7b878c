"""The law of a door, and the attack on one with mutations of valid inputs.

Law: any bytes give a result or an `ArpipeError`, within `MAX_S` seconds and `MAX_BYTES` of memory.
"""

import faulthandler
import hashlib
import random
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from arpipe.errors import ArpipeError
from tests.fuzz.doors import DOORS, Door
from tests.fuzz.memory import PeakMemory
from tests.fuzz.mutate import mutate

MAX_S = 5.0
HANG_S = 60.0  # after which the process ends with a traceback of where it hangs
MAX_BYTES = 1 << 30
CRASHES = Path(__file__).parent / "crashes"
LAST_INPUT = "last-input"
BROKEN = 3  # exit code of a child that has kept inputs; any other says that the interpreter ended early


@dataclass(frozen=True)
class Budget:
    """How long a door is attacked: until the first of the two is spent."""

    seconds: float
    inputs: float


class Stopwatch:
    """Measures the time since its creation, without that in which other programs kept the processor."""

    def __init__(self) -> None:
        self._begun_s, self._begun_cpu_s = time.monotonic(), time.process_time()

    @property
    def elapsed_s(self) -> float:
        """Seconds: the shorter of the time that passed and of the processor time of all threads."""
        return min(time.monotonic() - self._begun_s, time.process_time() - self._begun_cpu_s)


@dataclass
class Figures:
    """What an attack has measured so far."""

    count: int = 0
    broken: int = 0
    slowest_s: float = 0.0
    peak_bytes: int = 0
    begun_s: float = field(default_factory=time.monotonic)

    def __str__(self) -> str:
        """Give one line."""
        return (
            f"{self.count} inputs in {time.monotonic() - self.begun_s:.0f} s, slowest {self.slowest_s:.2f} s, "
            f"peak memory {self.peak_bytes / 1e6:.0f} MB, {self.broken} broke it"
        )


def fuzz(name: str, budget: Budget, seed: int) -> int:
    """Fuzz one door; returns `BROKEN` if an input broke it."""
    door, rng = DOORS[name], random.Random(seed)
    folder = Path(tempfile.gettempdir())
    seeds = list(door.seeds(folder))
    peak = PeakMemory()
    limit_memory(2 * MAX_BYTES)
    figures = Figures()
    while figures.count < budget.inputs and time.monotonic() - figures.begun_s < budget.seconds:
        content = mutate(rng, seeds, door.tokens)
        (folder / LAST_INPUT).write_bytes(content)
        faulthandler.dump_traceback_later(HANG_S, exit=True)
        watch = Stopwatch()
        problem = problem_of(door, content, folder) or excess_of(peak)
        figures.count += 1
        figures.slowest_s = max(figures.slowest_s, watch.elapsed_s)
        figures.peak_bytes = max(figures.peak_bytes, peak.added_bytes)
        if problem:
            figures.broken += 1
            peak.reset()
            sys.stdout.write(f"{name}: {problem}: {keep(name, content)}\n")
    faulthandler.cancel_dump_traceback_later()
    sys.stdout.write(f"{name}: {figures}\n")
    return BROKEN if figures.broken else 0


def problem_of(door: Door, content: bytes, folder: Path) -> str:
    """What an input did that it must not; empty if it kept the law."""
    watch = Stopwatch()
    try:
        door.feed(content, folder)
    except ArpipeError:
        pass
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        return f"{type(error).__name__}: {str(error)[:120]}"
    took_s = watch.elapsed_s
    return f"took {took_s:.1f} s" if took_s > MAX_S else ""


def excess_of(peak: PeakMemory) -> str:
    """How much memory was needed beyond the budget; empty if none."""
    return f"needed {peak.added_bytes / 1e6:.0f} MB" if peak.added_bytes > MAX_BYTES else ""


def keep(name: str, content: bytes) -> Path:
    """Keep an input as a test."""
    folder = CRASHES / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(content).hexdigest()[:16]
    path.write_bytes(content)
    return path


def limit_memory(size: int) -> None:
    """Let allocations of more than `size` bytes beyond what is in use fail, so that the machine survives."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + size, used + size))
