"""`arpipe batch`: draws effects on recorded videos and photos, and exports data.

`batch` is the command, which is also called `run`, and `preview` is its dry run. The modules, in the order in which a
batch uses them:

- Before any input is read: `planning` goes from the settings (`config`) to the jobs of this run. `inputs` finds the
  inputs, `targets` and `naming` say where their outputs go, `plan` refuses what cannot work, and `existing` leaves out
  what earlier runs have done.
- One input: `job` processes it, with the source and the sinks of `media`, and returns its `outcome`.
- Many inputs: `execution` chooses between `job_runner`, which runs jobs in this process, and `pool`, which shares them
  among workers. An `executor` starts these: as processes of this machine (`worker_process`) or as actors on Ray
  (`ray_executor`).
- Long videos: `dividing` makes each `piece` a job, `divisions` follows which pieces are left, and `joining` makes one
  output of them. A `piece_summary` is the file that keeps the outcome of a piece.
- What happens are the values of `events`. `recorder` writes them into a `manifest`, or a `stored_manifest` in object
  stores. `reports` tells them to programs, or tells only problems; `report` tells people everything, with the numbers
  of `progress`, the lines of `results` and the `bars` of a terminal.
"""

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.preview import preview
from arpipe.apps.batch.run import EXIT_FAILED, EXIT_INTERRUPTED, batch

run = batch

__all__ = ["EXIT_FAILED", "EXIT_INTERRUPTED", "BatchConfig", "batch", "preview", "run"]
