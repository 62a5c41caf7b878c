"""Profiles in real time: drops by place, latency and the governor's decisions are seen and add up."""

import json
from itertools import pairwise

import pytest

from arpipe.apps.profile.compare import compare
from arpipe.apps.profile.measure import measure
from arpipe.apps.profile.page import page_html
from arpipe.apps.profile.record import CAPTURE, Measurement
from arpipe.apps.profile.report import ProfileReport, quality_path
from arpipe.apps.profile.trace import LANES, trace_json
from arpipe.apps.stream.loop import PRESENT
from arpipe.config import ProfileConfig, RunConfig
from arpipe.errors import ConfigError, DeviceError
from arpipe.inference.runtime import BACKGROUND
from arpipe.pipeline import governor
from arpipe.pipeline.governor import GovernorConfig

pytestmark = [pytest.mark.weights, pytest.mark.gl]

# A rate that no machine reaches at full quality, and a clip that is never waited for.
HURRIED = GovernorConfig(target_fps=1000.0, window_s=0.4)
RATE = 240.0


@pytest.fixture(scope="module")
def live_run() -> tuple[ProfileReport, Measurement]:
    config = ProfileConfig(live=True, width=320, height=240, fps=RATE, frames=150, warm_up=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(governor, "MIN_FRAMES", 1)  # as many as a busy machine has in the window
        return measure(config, RunConfig(effects=("aviator",), governor=HURRIED))


def test_frames_are_presented_or_counted_where_they_were_lost(
    live_run: tuple[ProfileReport, Measurement],
) -> None:
    report, seen = live_run
    assert report.frame_ms.count == report.latency_ms.count == 150
    assert list(report.dropped) == ["source", "inference", "render", "encode"]
    shown = sorted(span.frame for _, span in seen.spans if span.stage == PRESENT)
    lost = sum(later - earlier - 1 for earlier, later in pairwise(shown))
    on_its_way = 5 + RATE * report.latency_ms.max / 1000.0  # at either end
    assert sum(report.dropped.values()) == pytest.approx(lost, abs=on_its_way)


def test_latency_contains_the_frame_and_its_waits(live_run: tuple[ProfileReport, Measurement]) -> None:
    report, _ = live_run
    assert report.latency_ms.p50 >= report.frame_ms.p50
    assert next(iter(report.stages)) == CAPTURE
    assert "present" in report.stages


def test_governor_decisions_are_in_the_report_and_in_order(
    live_run: tuple[ProfileReport, Measurement],
) -> None:
    report, _ = live_run
    assert report.decisions
    assert report.decisions[0]["from"] == "full"
    assert [change["to"] for change in report.decisions[:-1]] == [
        change["from"] for change in report.decisions[1:]
    ]
    assert report.run["quality"] == report.decisions[-1]["to"]
    assert report.decisions[0]["to"] in quality_path(report)
    html = page_html(report)
    assert "no supersampling" in html
    assert "dropped" in html


def test_arrows_lead_from_capture_through_the_threads_to_present(
    live_run: tuple[ProfileReport, Measurement],
) -> None:
    _, seen = live_run
    events = json.loads(trace_json(seen.spans, seen.marks))["traceEvents"]
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert set(names.values()) - {LANES[f"{BACKGROUND}_0"]} == {"capture", "perception", "main, drawing"}
    shown = {span.frame for _, span in seen.spans if span.stage == PRESENT}
    for kind, lane in (("s", "capture"), ("t", "perception"), ("f", "main, drawing")):
        arrows = [event for event in events if event["ph"] == kind and names[event["tid"]] == lane]
        assert len({event["id"] for event in arrows} & shown) >= len(shown) - 5  # the first were on their way
    assert {event["id"] for event in events if event["ph"] == "f"} == shown
    assert [event["name"] for event in events if event["ph"] == "i"]


def test_live_and_frame_by_frame_are_not_compared(live_run: tuple[ProfileReport, Measurement]) -> None:
    report, _ = live_run
    other = report.model_copy(update={"run": {**report.run, "live": False}})
    with pytest.raises(ConfigError, match="differ in live"):
        compare(other, report)


def test_camera_that_is_not_there_is_said() -> None:
    with pytest.raises(DeviceError, match="not connected|cannot be opened"):
        measure(ProfileConfig(source="97", live=True), RunConfig())
