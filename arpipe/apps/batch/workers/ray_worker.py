"""A worker of a batch on Ray: an actor, which keeps its networks loaded from one video to the next."""

import os
import platform
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

import cv2

from arpipe import __version__
from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.processing.job_runner import JobRunner
from arpipe.apps.batch.processing.pipelines import OpenPipeline
from arpipe.apps.batch.workers.executor import Block, Hopeless, Idle, Message
from arpipe.apps.batch.workers.local_executor import THREAD_VARIABLES
from arpipe.errors import ArpipeError, ConfigError
from arpipe.io.atomic import remove_abandoned

ADVANCE_EVERY_S = 2.0  # so that 1,000 workers send 500 messages per second


@dataclass(frozen=True, slots=True)
class Home:
    """What a worker has to find again on its node.

    Attributes:
        arpipe: Version of arpipe.
        folder: Working folder, which relative paths start from.
    """

    arpipe: str
    folder: str


class RayWorker:
    """The class of the actors; the methods are called from several threads.

    Args:
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode.
        threads: Number of threads that it may keep busy.
        home: Of the main process.
    """

    def __init__(self, config: BatchConfig, make_pipeline: OpenPipeline, threads: int, home: Home) -> None:
        os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
        cv2.setNumThreads(threads)
        with suppress(OSError):  # nodes that share no folder read and write addresses
            os.chdir(home.folder)
        self._messages: SimpleQueue[Message | BaseException] = SimpleQueue()
        self._is_interrupted = False
        self._make_runner = partial(
            JobRunner, config, make_pipeline, self._emit, threads, advance_every_s=ADVANCE_EVERY_S
        )
        self._runner: JobRunner | None = None
        self._cleaned: set[Path] = set()
        self._messages.put(Idle() if home.arpipe == __version__ else _other_version(home.arpipe))

    def run(self, block: Block) -> None:
        """Run jobs, and report what happens through `messages`."""
        try:
            runner = self._runner = self._runner or self._make_runner()
            for job in block:
                self._clean_folders(job)
                runner.run(job)
            self._messages.put(Idle())
        except ArpipeError as error:
            self._messages.put(Hopeless(error))
        except KeyboardInterrupt:
            return
        except BaseException as error:  # noqa: BLE001 - the main process reports it and starts another worker
            self._messages.put(error)

    def messages(self) -> list[Message]:
        """Wait for messages and return all that are there.

        Raises:
            BaseException: `run` raised it; the worker is of no use any more.
        """
        found: list[Message] = []
        while not found or not self._messages.empty():
            message = self._messages.get()
            if not isinstance(message, BaseException):
                found.append(message)
            elif found:
                self._messages.put(message)  # for the next call: those before it must arrive
                break
            else:
                raise message
        return found

    def interrupt(self) -> None:
        """Let `run` discard what is in progress and return."""
        self._is_interrupted = True

    def _clean_folders(self, job: Job) -> None:
        """Remove the temporary files of workers that were killed on this node."""
        for folder in job.temporary_folders() - self._cleaned:
            remove_abandoned(folder)
            self._cleaned.add(folder)

    def _emit(self, message: Message) -> None:
        if self._is_interrupted:
            raise KeyboardInterrupt
        self._messages.put(message)


def _other_version(wanted: str) -> Hopeless:
    node = platform.node()
    return Hopeless(
        ConfigError(
            f"--ray: {node} has arpipe {__version__}, and this machine {wanted}; install the same version"
        )
    )
