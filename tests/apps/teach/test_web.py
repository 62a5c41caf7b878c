"""The teaching page's side of the socket, against a server with real networks."""

import json
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from arpipe.apps.teach.web.site import TeachSite
from arpipe.apps.web.server import PageServer
from arpipe.config import RunConfig, WebConfig
from arpipe.io.video.stream_codec import encode_jpeg
from arpipe.recognition.recognizer import Recognizer
from tests.apps.server_thread import in_thread
from tests.patience import PATIENCE_S

RUN = RunConfig.model_validate({"teach": {"features": ["face"], "window_s": 0.0}})


@contextmanager
def serving(output, file=None):
    with in_thread(PageServer(WebConfig(port=0), TeachSite(RUN, file, output).app())) as server:
        yield server.url.rstrip("/")


class Page:
    """A page that answers the server's messages."""

    def __init__(self, socket):
        self.socket = socket

    def say(self, kind, **message):
        self.socket.send(json.dumps({"type": kind, **message}))

    def show(self, jpeg):
        self.socket.send(jpeg)
        return self.hear("seen")

    def hear(self, kind):
        while (message := json.loads(self.socket.recv(PATIENCE_S)))["type"] != kind:
            pass
        return message


@contextmanager
def page(url):
    with connect(url.replace("http", "ws", 1) + "/teach", origin=url, max_size=None, proxy=None) as socket:
        opened = Page(socket)
        opened.hear("welcome")
        yield opened


@pytest.fixture(scope="module")
def pictures(portrait):
    return {
        name: encode_jpeg(pixels, 90) for name, pixels in {"me": portrait, "grey": portrait * 0 + 90}.items()
    }


@pytest.mark.weights
def test_a_class_is_recorded_recognised_saved_and_forgotten(tmp_path, pictures):
    output = tmp_path / "mine.toml"
    with serving(output) as url, page(url) as opened:
        assert opened.hear("classes") == {
            "type": "classes",
            "classes": [{"label": "none", "frames": 0}],
            "problem": "Record a class of your own.",
        }
        seen = opened.show(pictures["me"])
        assert (seen["shows"], seen["label"], len(seen["faces"])) == (True, None, 1)

        opened.say("record", label="me")
        for _ in range(4):
            assert opened.show(pictures["me"])["recording"] == "me"
        opened.say("stop")
        taught = opened.hear("classes")
        assert taught["classes"][0] == {"label": "me", "frames": 4}
        assert taught["problem"].startswith('Now record "none"')
        opened.say("save")
        assert opened.hear("problem")["reason"].startswith('Now record "none"')

        while opened.show(pictures["grey"])["shows"]:  # a missed face stays for some frames
            pass
        opened.say("record", label="none")
        opened.show(pictures["grey"])
        opened.say("stop")
        assert opened.hear("problem")["reason"].startswith("Nothing was seen")
        assert not output.exists()

        opened.say("forget", label="me")
        opened.say("record", label="unused")
        assert [each["label"] for each in opened.hear("classes")["classes"]] == ["none"]


@pytest.mark.weights
def test_a_file_is_continued_on_the_page(tmp_path, pictures):
    known, output = tmp_path / "known.toml", tmp_path / "mine.toml"
    from tests.recognition.test_recognizer import recording

    Recognizer([recording("wave"), recording("none")], ("face",)).save(known)
    with serving(output) as url, page(url) as opened:
        opened.say("load", text=known.read_text("utf-8"))
        opened.hear("classes")
        assert opened.hear("classes")["problem"] == ""
        assert set(opened.show(pictures["me"])["scores"]) == {"wave", "none"}
        opened.say("save")
        assert str(output) in opened.hear("done")["text"]
        opened.say("load", text="[[")
        assert "not valid TOML" in opened.hear("problem")["reason"]
    assert Recognizer.load(output).classes == ("wave", "none")


@pytest.mark.weights
@pytest.mark.parametrize(
    "message", ["[", '{"type": "run"}', '{"type": "record", "label": ""}', b"no picture"]
)
def test_malformed_messages_end_the_session(tmp_path, message):
    with serving(tmp_path / "mine.toml") as url, page(url) as opened:
        opened.socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                opened.socket.recv(PATIENCE_S)
        assert closed.value.rcvd.code == 1008


@pytest.mark.weights
def test_one_person_teaches_at_a_time(tmp_path):
    with serving(tmp_path / "mine.toml") as url, page(url):
        with pytest.raises(ConnectionClosed) as closed, page(url):
            pass
        assert closed.value.rcvd.code == 1013
    with serving(tmp_path / "mine.toml") as url, page(url):
        pass
