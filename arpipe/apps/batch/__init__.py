"""`arpipe batch`: draws effects on recorded videos and photos, and exports data.

`plan` assigns outputs to inputs, `job` processes one input, `report` prints progress and results, `run` is
the command.
"""

from arpipe.apps.batch.run import EXIT_FAILED, EXIT_INTERRUPTED, BatchConfig, run

__all__ = ["EXIT_FAILED", "EXIT_INTERRUPTED", "BatchConfig", "run"]
