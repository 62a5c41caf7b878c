"""`arpipe dataset`: what datasets that batches have exported hold."""

from arpipe.apps.dataset.run import run
from arpipe.apps.dataset.summary import summaries

__all__ = ["run", "summaries"]
