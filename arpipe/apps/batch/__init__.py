"""`arpipe batch`: draws effects on recorded videos and photos, and exports data.

`batch` is the command, by another name `run`, and `preview` its dry run. `plan` assigns outputs to inputs, `job`
processes one input, `job_runner` runs several in this process and `pool` in several workers, which an `executor`
starts: as processes of this machine (`worker_process`) or as actors on Ray (`ray_executor`). What happens are the
values of `events`, and `report` prints them.
"""

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.preview import preview
from arpipe.apps.batch.run import EXIT_FAILED, EXIT_INTERRUPTED, batch

run = batch

__all__ = ["EXIT_FAILED", "EXIT_INTERRUPTED", "BatchConfig", "batch", "preview", "run"]
