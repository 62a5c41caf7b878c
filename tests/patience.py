"""How long tests wait for threads, processes and browsers: it costs nothing where these are quick."""

import time
from collections.abc import Callable

PATIENCE_S = 300.0  # for what takes milliseconds on a quiet machine; shared ones stand still for a minute
POLL_S = 0.01


def come_true(holds: Callable[[], object]) -> bool:
    """Wait until something holds, such as that a session that is just ending has released its memory."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(POLL_S)
    return True
