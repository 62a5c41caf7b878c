"""`arpipe batch`: recorded videos and photos in, the same with effects and data out.

`plan` settles which input becomes which file, `job` runs one input, `report` prints progress and results, `run` is
the command.
"""

from arpipe.apps.batch.run import EXIT_FAILED, EXIT_INTERRUPTED, BatchConfig, run

__all__ = ["EXIT_FAILED", "EXIT_INTERRUPTED", "BatchConfig", "run"]
