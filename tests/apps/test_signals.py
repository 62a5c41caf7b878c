"""Interruptions are raised and recorded."""

import os
import signal

import pytest

from arpipe.apps.signals import interrupt_on_termination, watched_interruption


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_termination_and_a_closed_terminal_interrupt(number):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interrupt_on_termination():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interrupt_on_termination():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
