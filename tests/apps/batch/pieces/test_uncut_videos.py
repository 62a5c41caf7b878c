"""Videos that are not cut into pieces, and settings of pieces that are refused."""

import pytest
from pydantic import ValidationError

from arpipe.apps.batch import BatchConfig
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.pieces.dividing import count_units
from arpipe.config import JobsConfig
from arpipe.controls.config import TriggerConfig
from tests.apps.batch.pieces.pieces import GOP, PIECES, PTS, ids, process
from tests.io.clips import write_clip


@pytest.mark.parametrize(
    ("name", "gop", "codec", "said"),
    [
        ("a.mp4", 1000, "libx264", "no key frame after the first can be found"),
        ("a.avi", 8, "mpeg4", "no key frame after the first can be found"),
    ],
)
def test_video_that_cannot_be_cut_is_processed_as_a_whole_and_says_so(tmp_path, name, gop, codec, said):
    pts = tuple(range(0, 3000 * 60, 3000))
    clip = write_clip(tmp_path / name, pts, gop=gop, codec=codec)
    code, text = process(clip, tmp_path / "out")
    assert code == 0, text
    assert said in " ".join(text.split())
    assert "pieces" not in text.replace("as one piece", "")
    assert len(ids(tmp_path / "out" / "data" / "a.jsonl")) == 60


def test_output_that_cannot_be_joined_is_written_as_a_whole(clip, tmp_path):
    code, text = process(clip, tmp_path, output=tmp_path / "a.avi", export=None)
    assert code == 0, text
    assert "pieces are not joined into AVI files" in " ".join(text.split())


@pytest.mark.parametrize(("name", "units"), [("a.mp4", 4), ("a.avi", 1)])
def test_processes_are_counted_by_the_pieces_that_there_will_be(clip, tmp_path, name, units):
    job = Job(str(clip), "video", tmp_path / name, None, "jsonl")
    assert count_units([job], PIECES.segment_s, enough=8) == units
    assert count_units([job], None, enough=8) == 1


def test_photos_and_short_clips_are_not_affected(tmp_path):
    short = write_clip(tmp_path / "short.mp4", PTS[:12], gop=GOP)
    code, text = process(short, tmp_path / "out")
    assert code == 0
    assert "piece" not in text


@pytest.mark.parametrize("settings", [{"segment_s": 0}, {"segment_s": -5}, {"segment_s": float("inf")}])
def test_lengths_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValidationError, match="segment_s"):
        JobsConfig(**settings)


def test_pieces_are_longer_than_their_overlap():
    with pytest.raises(ValidationError, match="expected more than overlap_s, which is 4, got 3"):
        JobsConfig(segment_s=3)
    assert JobsConfig(segment_s=3, overlap_s=1).segment_s == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"controls": (TriggerConfig(when="smile"),)}, "controls follow a video"),
        ({"output": "null:"}, "joined into files"),
        ({"export": "-"}, "joined into files"),
    ],
)
def test_what_pieces_cannot_do_is_refused(settings, said):
    with pytest.raises(ValidationError, match=said):
        BatchConfig(workers=PIECES, **settings)
