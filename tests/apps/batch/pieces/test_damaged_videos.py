"""Damaged videos in pieces: what is whole is kept, and what is lost is said, as without pieces."""

import json
import re

import pytest

from arpipe.apps.batch import EXIT_FAILED
from arpipe.config import JobsConfig
from arpipe.io.video import VideoFile
from tests.apps.batch.pieces.pieces import PIECES, PTS, Crowds, process, require_same_data
from tests.io.clips import damage_frames


def outcome(clip, out, workers):
    """Exit code, what was counted and lost, and the number of frames of each piece."""
    code, text = process(clip, out, Crowds(), workers, report="json")
    events = [json.loads(line) for line in text.splitlines()]
    (done,) = [event for event in events if event["event"] == "done"]
    pieces = [event["frames"] for event in events if event["event"] == "piece done"]
    return code, {name: done[name] for name in ("frames", "frames_found", "losses")}, pieces


def times(path):
    with VideoFile(path) as video:
        return [frame.captured_s for frame in video], video.end_s


@pytest.mark.parametrize(
    ("lost", "empty", "code", "losses"),
    [
        ((0.1, 1.0), 2, 0, r"\[\]"),  # the second of four pieces, and frames around it
        ((1.4, 9.0), 4, EXIT_FAILED, r"\['only 1\.\d s of the 2.0 s that the file states could be read'\]"),
        ((1.1, 9.0), 4, EXIT_FAILED, r"\['only 1\.\d s of the 2.0 s that the file states could be read'\]"),
    ],
)
def test_piece_without_a_frame_costs_what_it_costs_in_a_whole_video(
    clip, tmp_path, lost, empty, code, losses
):
    damage_frames(clip, *lost)
    expected = outcome(clip, tmp_path / "whole", JobsConfig())
    found = outcome(clip, tmp_path / "out", PIECES)
    assert found[:2] == expected[:2]
    assert found[0] == code
    assert re.fullmatch(losses, str(found[1]["losses"]))
    assert found[2][empty - 1] == 0
    assert sum(found[2]) == found[1]["frames"] < len(PTS)
    require_same_data(tmp_path / "out", tmp_path / "whole")
    videos = [times(tmp_path / name / "drawn" / "clip.mp4") for name in ("out", "whole")]
    assert videos[0][0] == videos[1][0]
    assert videos[0][1] == pytest.approx(videos[1][1], abs=1e-5)
