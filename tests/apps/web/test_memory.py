"""Complete sessions of the page leave nothing behind; `tests/perf/sessions.py` runs hundreds."""

import pytest

from tests.apps.server_process import server_process, visit
from tests.patience import come_true

pytestmark = [pytest.mark.gl, pytest.mark.weights]
WARM_UP, SESSIONS = 6, 12
LIMIT_MB = 30.0  # the networks of sessions that stayed would be 12 times 20 MB


def test_complete_sessions_leave_nothing(jpeg):
    with server_process() as (url, process):
        for _ in range(WARM_UP):
            visit(url, jpeg)
        before_bytes, descriptors = process.memory_info().rss, process.num_fds()
        for _ in range(SESSIONS):
            visit(url, jpeg)
        assert come_true(lambda: process.num_fds() <= descriptors)
        assert come_true(lambda: (process.memory_info().rss - before_bytes) / 1e6 < LIMIT_MB)
