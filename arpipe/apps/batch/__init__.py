"""`arpipe batch`: draws effects on recorded videos and photos, and exports data.

`batch` is the command, which is also called `run`, and `preview` is its dry run; both take the settings of `config`.
The packages, each of which imports only those above it:

- `jobs`: one input, its outputs, and what comes of it.
- `planning`: from the settings to the jobs, before any input is read.
- `processing`: the work on one input, and `pieces` the parts of long videos.
- `history`: manifests, and what `--resume` leaves out.
- `workers`: many inputs at once, in this process, in several, or on Ray.
- `reports`: progress and summary.
"""

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.preview import preview
from arpipe.apps.batch.run import EXIT_FAILED, EXIT_INTERRUPTED, batch

run = batch

__all__ = ["EXIT_FAILED", "EXIT_INTERRUPTED", "BatchConfig", "batch", "preview", "run"]
