"""Plots of datasets: what is drawn has the size of what it stands for."""

from xml.etree import ElementTree as ET

import pytest

from arpipe.apps.dataset.plots import MOST_CLIPS, clips_svg, gaps_svg, yaw_svg
from arpipe.apps.dataset.summary import ClipSummary, Gap

SVG = "{http://www.w3.org/2000/svg}"


def clip(source, duration_s, *gaps, found=50):
    return ClipSummary(source, 100, duration_s, found, 1, tuple(Gap(*gap) for gap in gaps))


def parsed(svg):
    root = ET.fromstring(svg)  # noqa: S314 - of our own making
    bars = [
        {name: float(rect.get(name)) for name in ("x", "y", "width", "height")}
        for rect in root.iter(f"{SVG}rect")
        if rect.get("x") is not None
    ]
    return bars, [element.text for element in root.iter(f"{SVG}text")]


def test_lines_of_clips_are_as_long_as_the_clips_and_their_gaps():
    bars, texts = parsed(clips_svg([clip("<a> & b.mp4", 10.0, (2.0, 5.0)), clip("b.mp4", 5.0)]))
    long, gap, short = bars
    assert short["width"] == pytest.approx(long["width"] / 2, abs=0.01)
    assert gap["width"] == pytest.approx(long["width"] / 2, abs=0.01)
    assert gap["x"] - long["x"] == pytest.approx(long["width"] / 5, abs=0.02)
    assert (gap["y"], short["y"] > long["y"]) == (long["y"], True)
    assert {"<a> & b.mp4", "b.mp4", "10.0 s", "50 %"} <= set(texts)


def test_any_name_of_a_clip_is_valid_in_a_drawing():
    assert r"a\x1b<&>\n.mp4" in clips_svg([clip("a\x1b<&>\n.mp4", 1.0)]).replace("&lt;&amp;&gt;", "<&>")
    assert parsed(clips_svg([clip("a\x1b<&>\n.mp4", 1.0)]))


def test_of_many_clips_those_with_the_fewest_faces_are_drawn():
    clips = [clip(f"{number}.mp4", 1.0, found=number % 100) for number in range(MOST_CLIPS + 30)]
    bars, texts = parsed(clips_svg(clips))
    assert len(bars) == MOST_CLIPS
    assert "0.mp4" in texts
    assert f"{MOST_CLIPS}.mp4" not in texts
    assert f"the {MOST_CLIPS} of {len(clips)} clips" in texts[0]


def test_yaws_are_counted_in_steps_and_the_outer_ones_at_the_edges():
    bars, texts = parsed(yaw_svg([[-200.0, -90.0, 0.0], [1.0, 4.9, 5.0, 89.9, 300.0]]))
    assert len(bars) == 36
    heights = {index: bar["height"] for index, bar in enumerate(bars) if bar["height"]}
    assert set(heights) == {0, 18, 19, 35}
    tallest = max(heights.values())
    shares = {index: height / tallest for index, height in heights.items()}
    assert shares == pytest.approx({0: 2 / 3, 18: 1.0, 19: 1 / 3, 35: 2 / 3}, abs=0.01)
    assert [text for text in texts if text in ("-90", "-30", "60")] == ["-90", "-30", "60"]


def test_gaps_are_counted_by_their_duration():
    bars, texts = parsed(gaps_svg([clip("a", 9.0, (0.0, 0.5), (1.0, 0.9)), clip("b", 99.0, (3.0, 61.0))]))
    assert [bar["height"] > 0 for bar in bars] == [True, *[False] * 5, True]
    assert bars[0]["height"] == pytest.approx(2 * bars[-1]["height"], abs=0.01)
    assert texts[0] == "3 gaps: times without a face"


@pytest.mark.parametrize("draw", [clips_svg, gaps_svg])
def test_empty_dataset_is_drawn(draw):
    assert parsed(draw([]))
