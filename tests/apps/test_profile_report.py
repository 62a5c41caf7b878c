"""Reports, comparison, trace and page on made-up measurements."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from arpipe.apps.profile.compare import compare, has_regressed
from arpipe.apps.profile.page import page_html
from arpipe.apps.profile.report import Distribution, Intervals, ProfileReport, load_report
from arpipe.apps.profile.sweep import parse_size, parse_sweep
from arpipe.apps.profile.trace import trace_json
from arpipe.errors import ConfigError, OutputError
from arpipe.io.atomic import write_text
from arpipe.timing import Span


def made_up(infer_ms: float = 3.0, draw_ms: float = 6.0, seed: int = 0, **run: object) -> ProfileReport:
    rng = np.random.default_rng(seed)
    samples = {
        "infer": list(infer_ms * rng.lognormal(0, 0.1, 200)),
        "draw": list(draw_ms * rng.lognormal(0, 0.1, 200)),
    }
    samples["frame"] = [a + b for a, b in zip(samples["infer"], samples["draw"], strict=True)]
    facts = {"source": "sample", "width": 1280, "height": 720, "faces": 1, "effects": ["aviator"]}
    return ProfileReport(
        machine={"cpu": "<a & b>", "versions": {"numpy": "2"}},
        run={**facts, "mesh": "attention", **run},
        frame_ms=Distribution.of(samples["frame"]),
        stages={name: Distribution.of(samples[name]) for name in ("infer", "draw")},
        intervals=Intervals.of([0.04 * n for n in range(200)]),
        latency_ms=Distribution.of(samples["frame"]),
        dropped={"source": 0},
        cpu_percent=120.0,
        rss_mb=200.0,
        samples=samples,
        run_medians_ms=[9.0],
    )


def test_intervals_of_an_even_and_a_stuttering_run() -> None:
    even = Intervals.of([0.04 * n for n in range(100)])
    assert even.fps == pytest.approx(25.0)
    assert even.jitter_ms == pytest.approx(0.0, abs=1e-6)
    assert even.jank == 0
    stamps = [0.04 * n + (0.06 if n >= 50 else 0.0) for n in range(100)]
    assert Intervals.of(stamps).jank == 1
    assert Intervals.of(stamps).low_1_percent_fps < 25.0


def test_report_survives_its_file(tmp_path: Path) -> None:
    write_text(tmp_path / "p.json", made_up().to_json())
    again = load_report(tmp_path / "p.json")
    assert again.frame_ms.p50 == pytest.approx(made_up().frame_ms.p50, abs=1e-3)
    table = json.loads((tmp_path / "p.json").read_text())
    assert table["schema_version"] == 1
    assert set(table["frame_ms"]) >= {"p50", "p90", "p95", "p99", "max"}


def test_same_code_measured_twice_is_no_regression() -> None:
    verdicts = compare(made_up(seed=1), made_up(seed=2))
    assert {verdict.verdict for verdict in verdicts} == {"same"}
    assert not has_regressed(verdicts)


def test_slower_and_faster_stages_are_told_apart() -> None:
    verdicts = {v.stage: v for v in compare(made_up(seed=1), made_up(4.0, 4.0, seed=2))}
    assert verdicts["infer"].verdict == "slower"
    assert verdicts["draw"].verdict == "faster"
    assert verdicts["infer"].low < 4.0 / 3.0 < verdicts["infer"].high
    assert list(verdicts)[-1] == "frame"
    assert has_regressed(list(verdicts.values()))


def test_stages_too_short_for_the_clock_are_not_judged() -> None:
    verdicts = {v.stage: v.verdict for v in compare(made_up(0.01), made_up(0.03))}
    assert verdicts["infer"] == "too short to judge"


def test_runs_of_different_things_are_not_compared() -> None:
    with pytest.raises(ConfigError, match="differ in width"):
        compare(made_up(), made_up(width=640))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("[]", "schema 1"),
        ('{"schema_version": 2}', "schema 1"),
        ('{"schema_version": 1}', "machine"),
    ],
)
def test_what_is_no_report_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "p.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_report(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_report(tmp_path / "absent.json")


def test_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        write_text(tmp_path / "absent" / "p.json", "{}")


def test_trace_has_a_lane_a_thread_and_an_arrow_a_frame() -> None:
    spans = [
        ("perception", Span("infer", 1.000, 5.0, 0)),
        ("MainThread", Span("draw", 1.005, 8.0, 0)),
        ("perception", Span("infer", 1.006, 5.0, 1)),
        ("MainThread", Span("draw", 1.014, 8.0, 1)),
    ]
    events = json.loads(trace_json(spans))["traceEvents"]
    boxes = [event for event in events if event["ph"] == "X"]
    assert {event["tid"] for event in boxes} == {1, 2}
    assert [(box["name"], box["ts"], box["dur"]) for box in boxes[:2]] == [
        ("infer", 0.0, 5000.0),
        ("draw", 5000.0, 8000.0),
    ]
    starts = {event["id"]: event for event in events if event["ph"] == "s"}
    ends = {event["id"]: event for event in events if event["ph"] == "f"}
    assert set(starts) == set(ends) == {0, 1}
    assert all(starts[frame]["tid"] == 1 and ends[frame]["tid"] == 2 for frame in starts)


def test_empty_trace_is_still_a_trace() -> None:
    assert json.loads(trace_json([]))["traceEvents"][0]["name"] == "process_name"


def test_page_is_self_contained_and_escapes_what_it_shows() -> None:
    html = page_html(made_up())
    assert "&lt;a &amp; b&gt;" in html
    for forbidden in ("<script", "http:", "https:", "src="):
        assert forbidden not in html
    for svg in html.split("<svg")[1:]:
        ET.fromstring("<svg" + svg.split("</svg>")[0] + "</svg>")  # noqa: S314 - our own text


@pytest.mark.parametrize(
    "text", ["size", "size=", "size=0x5", "size=wide", "colour=red", "faces=5", "faces=a", "provider=gpu"]
)
def test_wrong_sweeps_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_sweep([text])


def test_sweep_axes_come_in_the_given_order() -> None:
    assert parse_sweep(["faces=1,2", "size=640x480,1280x720"]) == {
        "faces": ["1", "2"],
        "size": ["640x480", "1280x720"],
    }
    assert parse_sweep(["provider=cpu,openvino"]) == {"provider": ["cpu", "openvino"]}
    assert parse_size("1920X1080") == (1920, 1080)
