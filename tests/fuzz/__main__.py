"""Fuzz all doors: `python -m tests.fuzz [DOOR …] --seconds 600`, or `--inputs 100000` at each; `make fuzz SECONDS=…`.

Each door is attacked in a process of its own. With atheris (`pip install atheris`) inputs are guided by coverage,
otherwise they are mutations of valid files. `attack.py` has the law that an input must keep; one that breaks it is
kept in `tests/fuzz/crashes/<door>/`, where `test_fuzz.py` finds it.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.attack import BROKEN, LAST_INPUT, Budget, fuzz, keep
from tests.fuzz.doors import DOORS
from tests.fuzz.guided import fuzz_guided

DEFAULT_S = 600.0


def main() -> int:
    """Fuzz; returns 1 if a door broke."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz the doors of arpipe.")
    parser.add_argument("doors", nargs="*", default=list(DOORS), help=", ".join(DOORS))
    parser.add_argument("--seconds", type=float, help=f"in all; {DEFAULT_S:.0f} unless --inputs is given")
    parser.add_argument("--inputs", type=int, help="at each door")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--plain", action="store_true", help="without atheris, the same inputs for a seed")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    default_s = DEFAULT_S if options.inputs is None else math.inf
    budget = Budget(
        (default_s if options.seconds is None else options.seconds) / len(options.doors),
        math.inf if options.inputs is None else options.inputs,
    )
    if options.child:
        is_guided = find_spec("atheris") is not None and not options.plain
        return (fuzz_guided if is_guided else fuzz)(options.doors[0], budget, options.seed)
    return max([run_child(name, budget, options.seed, options.plain) for name in options.doors])


def run_child(name: str, budget: Budget, seed: int, plain: bool) -> int:
    """Fuzz one door in a process of its own, so that a crash of the interpreter is seen; returns 1 if it broke."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-X", "faulthandler", "-m", "tests.fuzz", name, "--child"]
        command += ["--seed", str(seed), *(["--plain"] if plain else [])]
        command += ["--seconds", str(budget.seconds)]
        if math.isfinite(budget.inputs):
            command += ["--inputs", str(budget.inputs)]
        done = subprocess.run(command, env={**os.environ, "TMPDIR": folder}, check=False)
        if done.returncode not in (0, BROKEN):
            kept = keep(name, (Path(folder) / LAST_INPUT).read_bytes())
            sys.stdout.write(f"{name}: the interpreter ended with {done.returncode}: {kept}\n")
        return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
