"""Runs in pieces on a drawn crowd, and what their outputs must equal."""

import json

import pytest

from arpipe.config import JobsConfig
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.video import VideoFile
from tests.apps.batch.crowd import CrowdPipeline
from tests.apps.batch.running import batch, files
from tests.io.clips import audio_packets

PTS = tuple(3000 * index + 700 * (index % 3) for index in range(60))  # 2 s at a variable rate


GOP = 6


VIDEO = VideoSinkConfig(threads=1)


PIECES = JobsConfig(segment_s=0.55, overlap_s=0.25)


class Crowds:
    """Makes pipelines, and may let frames fail, by their index in a piece."""

    def __init__(self, trip=lambda index: None, kind=CrowdPipeline):
        self.trip, self.kind = trip, kind

    def __call__(self, config, mode):
        return self.kind(mode, self.trip)


def process(clip, out, factory=None, workers=PIECES, **settings):
    out.mkdir(exist_ok=True)
    settings = {"output": out / "drawn", "export": out / "data", "video": VIDEO, **settings}
    return batch(factory or Crowds(), inputs=[clip], workers=workers, **settings)


def ids(path):
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]
    return [[face["id"] for face in line["faces"]] for line in lines]


def require_same_data(out, whole):
    assert files(out / "data") == files(whole / "data")
    for path in (whole / "data").rglob("[!.]*"):
        if path.is_file():
            assert (out / "data" / path.relative_to(whole / "data")).read_bytes() == path.read_bytes()


def require_same_video(out, whole):
    ours, theirs = out / "drawn" / "clip.mp4", whole / "drawn" / "clip.mp4"
    with VideoFile(ours) as video, VideoFile(theirs) as expected:
        times = [frame.captured_s for frame in video]
        assert times == [frame.captured_s for frame in expected]
        assert len(times) == len(PTS)
        assert video.end_s == pytest.approx(expected.end_s, abs=1e-5)
    assert audio_packets(ours) == audio_packets(theirs)
