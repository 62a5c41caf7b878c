"""Interruptions are raised and recorded."""

import os
import signal

import pytest

from arpipe.apps.signals import watched_interruption


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interruption_is_recorded_although_its_exception_is_dropped(number):
    before = signal.getsignal(number)

    class Dropping:
        def __del__(self):
            try:
                os.kill(os.getpid(), number)
            except KeyboardInterrupt:
                return

    with watched_interruption() as interruption:
        assert not interruption.is_requested
        dropping = Dropping()
        del dropping
        assert interruption.is_requested
    assert signal.getsignal(number) is before
