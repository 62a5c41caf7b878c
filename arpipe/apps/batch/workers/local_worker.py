"""A worker process of a batch: runs the jobs that it is sent and reports what happens."""

import gc
import signal
from multiprocessing.connection import Connection

import cv2

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.processing.job_runner import JobRunner
from arpipe.apps.batch.processing.pipelines import OpenPipeline
from arpipe.apps.batch.workers.executor import Hopeless, Idle
from arpipe.apps.malloc import limit_malloc_arenas
from arpipe.apps.signals import interrupt_on_termination
from arpipe.errors import RenderError, WeightsError


def work(connection: Connection, config: BatchConfig, make_pipeline: OpenPipeline, threads: int) -> None:
    """Run blocks until an empty one comes, or until the main process is gone.

    Ctrl-C is left to the main process, which ends its workers with SIGTERM: then the outputs in progress are
    discarded.

    Args:
        connection: Sends messages and receives blocks.
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode.
        threads: Number of threads that this process may keep busy.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(threads)
    limit_malloc_arenas()
    try:
        with interrupt_on_termination(), JobRunner(config, make_pipeline, connection.send, threads) as runner:
            connection.send(Idle())
            while block := connection.recv():
                for job in block:
                    runner.run(job)
                connection.send(Idle())
    except (RenderError, WeightsError) as error:
        connection.send(Hopeless(error))
    except (EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        return  # the main process is gone, or has asked for the end
    finally:
        gc.freeze()  # the process ends here: no need to look for garbage in it, as Python would
