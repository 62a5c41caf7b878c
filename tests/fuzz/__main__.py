"""Fuzz all doors: `python -m tests.fuzz SECONDS [DOOR …]`, or `make fuzz SECONDS=…`.

Each door gets its share of the time in a process of its own. With atheris (`pip install atheris`) inputs are guided
by coverage, otherwise they are mutations of valid files. An input that raises anything but an `ArpipeError`, takes
longer than `MOST_S`, needs more than `MOST_BYTES` or ends the interpreter is kept in `tests/fuzz/crashes/<door>/`,
where `test_fuzz.py` finds it.
"""

import argparse
import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from arpipe.errors import ArpipeError
from tests.fuzz.doors import DOORS, Door
from tests.fuzz.mutate import mutate

MOST_S = 5.0
MOST_BYTES = 1 << 30
CRASHES = Path(__file__).parent / "crashes"
LAST_INPUT = "last-input"


def main() -> int:
    """Fuzz; returns 1 if a door broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the doors of arpipe.")
    parser.add_argument("seconds", type=float, help="in all")
    parser.add_argument("doors", nargs="*", default=list(DOORS), help=", ".join(DOORS))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--plain", action="store_true", help="without atheris, the same inputs for a seed")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    is_guided = find_spec("atheris") is not None and not options.plain
    if options.child:
        return (fuzz_guided if is_guided else fuzz)(options.doors[0], options.seconds, options.seed)
    share = options.seconds / len(options.doors)
    return max([run_child(name, share, options.seed, options.plain) for name in options.doors])


def run_child(name: str, seconds: float, seed: int, plain: bool) -> int:
    """Fuzz one door in a process of its own, so that a crash of the interpreter is seen."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.fuzz", str(seconds), name]
        environment = {**os.environ, "TMPDIR": folder}
        command += ["--seed", str(seed), "--child", *(["--plain"] if plain else [])]
        done = subprocess.run(command, env=environment, check=False)
        if done.returncode not in (0, 1):
            kept = keep(name, (Path(folder) / LAST_INPUT).read_bytes())
            sys.stdout.write(f"{name}: the interpreter ended with {done.returncode}: {kept}\n")
        return int(done.returncode != 0)


def fuzz(name: str, seconds: float, seed: int) -> int:
    """Fuzz one door for some time; returns 1 if an input broke it."""
    door, rng = DOORS[name], random.Random(seed)
    folder = Path(tempfile.gettempdir())
    limit_memory()
    seeds = list(door.seeds(folder))
    count = broken = 0
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        content = mutate(rng, seeds, door.tokens)
        (folder / LAST_INPUT).write_bytes(content)
        problem = problem_of(door, content, folder)
        count += 1
        if problem:
            broken += 1
            sys.stdout.write(f"{name}: {problem}: {keep(name, content)}\n")
    sys.stdout.write(f"{name}: {count} inputs in {seconds:.0f} s, {broken} broke it\n")
    return int(broken > 0)


def fuzz_guided(name: str, seconds: float, seed: int) -> int:
    """Fuzz one door with atheris; it ends the process."""
    import atheris

    door, folder = DOORS[name], Path(tempfile.gettempdir())
    corpus = Path(tempfile.mkdtemp())
    for index, content in enumerate(door.seeds(folder)):
        (corpus / str(index)).write_bytes(content)

    def feed(content: bytes) -> None:
        problem = problem_of(door, content, folder)
        if problem:
            raise RuntimeError(f"{problem}: {keep(name, content)}")

    atheris.instrument_all()
    atheris.Setup(
        [name, str(corpus), f"-max_total_time={max(1, round(seconds))}", "-rss_limit_mb=3000"], feed
    )
    atheris.Fuzz()
    return 0


def problem_of(door: Door, content: bytes, folder: Path) -> str:
    """What an input did that it must not; empty if it kept the law."""
    begun_s = time.monotonic()
    try:
        door.feed(content, folder)
    except ArpipeError:
        pass
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        return f"{type(error).__name__}: {str(error)[:120]}"
    took_s = time.monotonic() - begun_s
    return f"took {took_s:.1f} s" if took_s > MOST_S else ""


def keep(name: str, content: bytes) -> Path:
    """Keep an input as a test."""
    folder = CRASHES / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(content).hexdigest()[:16]
    path.write_bytes(content)
    return path


def limit_memory() -> None:
    """Let allocations beyond the budget fail with MemoryError, where the system can limit them."""
    if find_spec("resource") is None:
        return
    import resource

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 2 * MOST_BYTES, used + 2 * MOST_BYTES))


if __name__ == "__main__":
    sys.exit(main())
