"""A receiver on a real socket."""

import pytest

from tests.controls.senders.receivers import Receiver


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.socket.close()
