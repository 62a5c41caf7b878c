"""Coverage-guided attacks with atheris."""

import math
import tempfile
from pathlib import Path

from tests.fuzz.attack import Budget, keep, problem_of
from tests.fuzz.doors import DOORS


def fuzz_guided(name: str, budget: Budget, seed: int) -> int:
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
    command = [name, str(corpus), "-rss_limit_mb=3000", f"-seed={seed % 2**32}"]
    if math.isfinite(budget.seconds):
        command.append(f"-max_total_time={max(1, round(budget.seconds))}")
    if math.isfinite(budget.inputs):
        command.append(f"-runs={budget.inputs:.0f}")
    atheris.Setup(command, feed)
    atheris.Fuzz()
    return 0
