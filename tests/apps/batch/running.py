"""A batch with pipelines that are fakes, and what it leaves behind."""

import io

from rich.console import Console

from arpipe.apps.batch import BatchConfig, run
from tests.apps.batch.fakes import FakePipeline

STALL_S = 300.0  # of batches whose clock jumps when a worker hangs; no busy machine takes so long


class Factory:
    """Makes fake pipelines and remembers them."""

    def __init__(self, trip=lambda index: None):
        self.trip = trip
        self.made = []

    def __call__(self, config, mode):
        assert all(pipeline.closed for pipeline in self.made), "two pipelines at once"
        self.made.append(FakePipeline(mode, self.trip))
        return self.made[-1]


class Screen(io.StringIO):
    """Text on a terminal."""

    def isatty(self):
        return True


def batch(factory=None, terminal=False, **settings):
    """Exit code and what was printed."""
    text = Screen() if terminal else io.StringIO()
    settings["inputs"] = tuple(str(path) for path in settings["inputs"])
    console = Console(file=text, width=160, force_terminal=terminal)
    code = run(BatchConfig(**settings), factory or Factory(), console)
    return code, text.getvalue()


def files(folder):
    return sorted(path.name for path in folder.rglob("[!.]*") if path.is_file())
