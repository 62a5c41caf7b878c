"""What a webhook receives."""

import pytest

from arpipe.controls.config import TriggerConfig
from arpipe.controls.senders.webhook import post_event
from arpipe.errors import OutputError
from tests.controls.senders.receivers import event, webhook


@pytest.fixture
def hook():
    with webhook() as server:
        yield server


def test_a_webhook_posts_the_event(hook):
    url = f"http://127.0.0.1:{hook.server_port}/event"
    assert TriggerConfig(when="smile", webhook=url).webhook == url
    post_event(url, event())
    assert hook.received == [("/event", event().to_dict())]


@pytest.mark.parametrize("status", [301, 404, 500])
def test_a_webhook_that_is_not_accepted_is_an_error_and_never_redirected(hook, status):
    hook.status = status
    with pytest.raises(OutputError, match=f"HTTP status {status}"):
        post_event(f"http://127.0.0.1:{hook.server_port}/event", event())
    assert len(hook.received) == 1


def test_a_webhook_without_a_receiver_is_an_error(receiver):
    with pytest.raises(OutputError, match="is the program that receives webhooks running"):
        post_event(f"http://127.0.0.1:{receiver.port}/event", event())
