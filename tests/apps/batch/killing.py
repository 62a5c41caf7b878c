"""A batch that kills its own process, as `kill -9` does, at a chosen step: before a frame, a commit or a line."""

import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from arpipe.apps.batch import BatchConfig, run
from arpipe.apps.batch.history.manifest import Manifest
from arpipe.io.atomic import AtomicFile
from tests.apps.batch.fakes import FakePipeline


def run_and_die(config: BatchConfig, step: int, code: Path, kind: type[FakePipeline] = FakePipeline) -> None:
    """Run a batch, and die before a step, counted from 1; otherwise write the exit code to a file."""
    count = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            nonlocal count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments)

        return call

    AtomicFile.commit = counted(AtomicFile.commit)  # type: ignore[method-assign]
    Manifest.append = counted(Manifest.append)  # type: ignore[method-assign]
    kind.detect = counted(kind.detect)  # type: ignore[method-assign]
    result = run(config, lambda config, mode: kind(mode), Console(file=io.StringIO()))
    code.write_text(str(result))
