"""A video of several pieces, and the outputs of a run that does not cut it."""

import pytest

from arpipe.config import JobsConfig
from tests.apps.batch.pieces.pieces import GOP, PTS, process
from tests.io.clips import write_clip


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", PTS, audio="aac", gop=GOP)


@pytest.fixture
def whole(clip, tmp_path):
    """The outputs of a run that cuts nothing."""
    assert process(clip, tmp_path / "whole", workers=JobsConfig())[0] == 0
    return tmp_path / "whole"
