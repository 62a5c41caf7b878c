"""The session: newest frame first, everything counted, everything closed."""

import threading
from contextlib import ExitStack

import pytest

from arpipe.apps.live import run_headless, summary
from arpipe.apps.stream import setup
from arpipe.apps.stream.capture import Capture
from arpipe.apps.stream.loop import LiveLoop, Presenter
from arpipe.apps.stream.outlets import Outlet
from arpipe.apps.stream.session import LiveSession
from arpipe.apps.stream.setup import LiveParts
from arpipe.config import LiveConfig, RunConfig
from arpipe.errors import DeviceError, OutputError
from arpipe.io.sink import NullSink
from arpipe.io.video import VideoFile
from arpipe.needs import Need
from arpipe.pipeline.governor import GovernorConfig
from arpipe.pipeline.quality import DEFAULT_LEVELS
from arpipe.pipeline.schedule import Rates
from arpipe.render.config import RenderConfig
from tests.apps.stream_fakes import FakeCamera, FakeFile, FakePerception, FakeRenderer, openings
from tests.patience import PATIENCE_S, come_true


def session_of(*sources, governor=None, outlets=(), clock=None, loop=False):
    capture = Capture(openings(*sources), loop=loop, retry_s=0.0)
    more = {} if clock is None else {"clock": clock}
    return LiveSession(capture, FakePerception(), FakeRenderer(), governor, outlets, **more)


def next_picture(session):
    picture = session.next(PATIENCE_S)
    assert picture is not None
    return picture


def test_every_frame_is_given_or_counted_as_dropped():
    with session_of(FakeCamera(200, "end")) as session:
        indices = []
        while not session.has_ended:
            picture = session.next(PATIENCE_S)
            if picture is not None:
                session.count(picture)
                indices.append(picture.result.frame.index)
        report = session.report()
    assert indices == sorted(set(indices))
    assert indices[-1] == 199
    assert report.frames == len(indices)
    assert list(report.dropped) == ["source", "inference", "render", "encode"]
    assert report.frames + sum(report.dropped.values()) == 200


def test_camera_that_comes_back_is_shown_again():
    gone = DeviceError("camera 0 is gone")
    with session_of(FakeCamera(1, "fail"), gone, gone, FakeCamera(1)) as session:
        shown = {next_picture(session).result.frame.index}
        if 1 not in shown:
            shown.add(next_picture(session).result.frame.index)
        assert max(shown) == 1
        assert session.capture.state == "playing"


def test_broken_sink_is_detached_and_told_once():
    class Full(NullSink):
        def write(self, pixels, result):
            raise OutputError("disk full")

    with session_of(FakeCamera(1), outlets=[Outlet(Full(), "full"), Outlet(NullSink(), "fine")]) as session:
        picture = next_picture(session)
        assert come_true(lambda: session.offer(picture) or session.failures.messages)
        assert session.failures.messages == ("full failed: disk full",)
        assert [outlet.name for outlet in session.outlets] == ["fine"]
        session.offer(picture)


def test_busy_sink_drops_and_is_never_waited_for():
    release = threading.Event()

    class Slow(NullSink):
        def write(self, pixels, result):
            release.wait(PATIENCE_S)
            super().write(pixels, result)

    sink = Slow()
    outlet = Outlet(sink, "slow")
    with session_of(FakeCamera(1), outlets=[outlet]) as session:
        picture = next_picture(session)
        for _ in range(20):
            session.offer(picture)
        release.set()
    assert outlet.dropped >= 15
    assert sink.count == 20 - outlet.dropped


def test_governor_changes_drawing_and_perception():
    now = [0.0]
    governor = GovernorConfig(levels=DEFAULT_LEVELS)
    with session_of(FakeCamera(1), governor=governor, clock=lambda: now[0]) as session:
        picture = next_picture(session)
        for _ in range(300):
            now[0] += 0.05
            session.count(picture, presenting_ms=60.0)
        qualities, quality = session.renderer.qualities, session.perception.quality
    assert session.pacer.level.name == "every second frame"
    assert qualities[0] == RenderConfig(supersample=1)
    assert qualities[-1] == RenderConfig(supersample=1, shadow=False)
    assert (quality.attention, quality.every) == (False, Rates.all(2).slowest(Rates(occlusion=3)))


def test_opening_and_closing_twenty_times_leaves_no_thread():
    before = threading.active_count()
    for number in range(20):
        camera = FakeCamera(number % 3)
        with session_of(camera) as session:
            session.next(0.0)
        session.close()
    assert come_true(lambda: threading.active_count() <= before)


def test_session_closes_while_a_device_is_being_opened():
    opening, release = threading.Event(), threading.Event()

    def open_():
        opening.set()
        release.wait(PATIENCE_S)
        raise DeviceError("too late")

    session = LiveSession(Capture(open_), FakePerception(), FakeRenderer())
    assert opening.wait(PATIENCE_S)
    session.close()
    release.set()


def steps_of(session, **limits):
    return LiveLoop(session, Presenter(), LiveConfig(**limits))


def test_run_ends_by_frames_seconds_or_source():
    now = [0.0]
    with session_of(FakeFile(1), clock=lambda: now[0]) as session:
        assert not steps_of(session, frames=1, seconds=5.0).is_over
        now[0] = 6.0
        assert steps_of(session, seconds=5.0).is_over
        session.count(next_picture(session))
        assert steps_of(session, frames=1).is_over
        while not session.has_ended:
            session.next(0.01)
        assert steps_of(session).is_over


def test_loop_shows_swaps_and_counts_each_picture_and_ends_with_its_watch():
    class Recording(Presenter):
        def __init__(self):
            self.calls = []

        def show(self, picture):
            self.calls.append(("show", picture.result.frame.index))

        def swap(self):
            self.calls.append(("swap", session.figures.frames))

    presenter, spans = Recording(), []
    with session_of(FakeCamera(10_000, "end")) as session:
        report = LiveLoop(
            session, presenter, LiveConfig(), lambda _: session.figures.frames < 3, spans.append
        ).run()
    shown = [index for name, index in presenter.calls if name == "show"]
    assert report.frames == len(shown) == 3
    assert [count for name, count in presenter.calls if name == "swap"] == [0, 1, 2]  # counted after the swap
    assert [(span.stage, span.frame) for span in spans] == [("present", index) for index in shown]


def test_presenter_ends_the_run():
    class Leaving(Presenter):
        def poll(self):
            return False

    with session_of(FakeFile(3)) as session:
        assert not LiveLoop(session, Leaving(), LiveConfig()).step()


class Broken(NullSink):
    """Fails at one of its steps, as a full disk, an unplugged device or a defect would."""

    def __init__(self, step, error):
        super().__init__()
        self.step, self.error = step, error

    def fail(self, step):
        if step == self.step:
            raise self.error

    def write(self, pixels, result):
        super().write(pixels, result)
        self.fail("write")

    def close(self):
        self.fail("close")

    def abort(self):
        self.fail("abort")


@pytest.mark.parametrize("step", ["write", "close"])
@pytest.mark.parametrize("error", [OutputError("disk full"), KeyError("codec")])
def test_failing_outlet_is_reported_and_the_run_goes_on(step, error, capsys):
    fine = NullSink()
    outlets = [Outlet(Broken(step, error), "broken"), Outlet(fine, "fine")]
    with session_of(FakeCamera(40, "end"), outlets=outlets, loop=False) as session:
        report = LiveLoop(session, Presenter(), LiveConfig()).run()
    dropped = sum(report.dropped.values())
    assert report.frames + dropped - report.dropped["encode"] == 40
    assert fine.count > 0
    assert len(report.problems) == 1
    assert report.problems[0].startswith("broken failed: ")
    assert str(error) in report.problems[0]
    assert capsys.readouterr().err.count(report.problems[0]) == 1
    assert report.problems[0] in summary(report)


def test_outlet_that_cannot_even_be_abandoned_is_removed():
    class Sink(Broken):
        def write(self, pixels, result):
            raise OutputError("disk full")

    with session_of(FakeFile(1), outlets=[Outlet(Sink("abort", OutputError("gone")), "twice")]) as session:
        picture = next_picture(session)
        assert come_true(lambda: session.offer(picture) or not session.outlets)
        assert session.failures.messages == ("twice failed: disk full", "twice failed: gone")


def test_result_detected_before_the_effects_needed_a_mask_is_not_drawn():
    with session_of(FakeFile(2)) as session:
        session.renderer.needs = frozenset({Need.MASK})

        def is_dropped():
            assert session.next(0.01) is None
            return session.figures.dropped["render"]

        assert come_true(is_dropped)


def test_paused_source_gives_no_picture():
    with session_of(FakeFile(2)) as session:
        session.capture.paused = True
        assert session.next(0.0) is None
        session.capture.paused = False
        assert next_picture(session).result.frame.index in {0, 1}


@pytest.mark.weights
@pytest.mark.gl
def test_headless_run_shows_frames_to_callback_sinks_and_outputs(tmp_path):
    seen, sink = [], NullSink()

    def watch(picture):
        seen.append(picture)
        return len(seen) < 4

    device = {"width": 320, "height": 180}
    outputs = (str(tmp_path / "made.mp4"),)
    live = {"source": "sample", "window": False, "device": device, "outputs": outputs}
    run = RunConfig.model_validate({"effects": ("aviator",), "live": live})
    report = run_headless(run, LiveParts(watch, [sink]))
    assert report.frames == len(seen) == 4
    with VideoFile(tmp_path / "made.mp4") as video:
        written = len(list(video))
    assert sink.count + written + report.dropped["encode"] == 2 * 4
    assert seen[-1].result.faces
    assert "4 pictures" in summary(report)


@pytest.mark.weights
def test_camera_that_never_worked_is_an_error_with_advice(monkeypatch):
    gone = DeviceError("camera 7 cannot be opened")
    parts = LiveParts(capture=Capture(openings(gone, gone, gone)))
    run = RunConfig.model_validate({"live": {"source": "7", "window": False}})
    with pytest.raises(DeviceError, match="camera 7 cannot be opened\n."):
        run_headless(run, parts)


def test_a_source_that_never_worked_is_a_problem_of_the_run():
    def open_():
        raise DeviceError("camera 9 is not connected")

    with LiveSession(Capture(open_, retry_s=PATIENCE_S), FakePerception(), FakeRenderer()) as session:
        while session.capture.state != "failed":
            session.next(0.01)
        report = session.report()
    assert report.problems == ("camera 9 is not connected",)
    assert summary(report) == "nothing was shown\ncamera 9 is not connected"


@pytest.mark.parametrize(
    "live", [{"outputs": ["nowhere:x"]}, {"outputs": ["a.xyz"]}, {"record": "a.txt"}], ids=str
)
def test_wrong_outputs_are_refused_before_anything_is_opened(monkeypatch, tmp_path, live):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setup, "connect", lambda *_, **__: pytest.fail("the camera was opened"))
    run = RunConfig.model_validate({"live": live})
    with ExitStack() as stack, pytest.raises(OutputError):
        setup.open_session(stack, run, setup.LiveParts())
    assert list(tmp_path.iterdir()) == []
