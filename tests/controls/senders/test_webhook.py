"""What a webhook receives."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from arpipe.controls.config import TriggerConfig
from arpipe.controls.senders.webhook import post_event
from arpipe.errors import OutputError
from tests.controls.senders.receivers import event


class Hook(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Location", "http://example.com/")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.received, server.status = [], 204
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


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
