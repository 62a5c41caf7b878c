import itertools
from contextlib import closing
from functools import partial

import pytest

from arpipe.errors import MediaError
from arpipe.io.limits import Patience
from arpipe.io.video.decoder import Decoder
from tests.io.clips import write_clip


def test_patience_ends_after_the_limit_and_starts_again_with_each_frame(monkeypatch):
    monkeypatch.setenv("ARPIPE_MAX_FRAME_SECONDS", "5")
    now = [100.0]
    patience = Patience("a.mp4", lambda: now[0])
    now[0] = 105.0
    patience.check()
    patience.restart()
    now[0] = 110.5
    with pytest.raises(MediaError, match="a.mp4: no frame could be decoded in 5 s.*ARPIPE_MAX_FRAME_SECONDS"):
        patience.check()


def test_video_that_gives_no_frame_is_given_up(tmp_path, monkeypatch):
    path = write_clip(tmp_path / "a.mp4", tuple(range(0, 30_000, 3000)), size=(64, 48))
    ticks = itertools.count(step=10.0)
    monkeypatch.setenv("ARPIPE_MAX_FRAME_SECONDS", "35")
    monkeypatch.setattr("arpipe.io.video.decoder.Patience", partial(Patience, clock=lambda: next(ticks)))
    with closing(Decoder(path, "SLICE", 1)) as decoder:
        assert len(list(decoder.frames())) == 10
    with closing(Decoder(path, "SLICE", 1)) as decoder:
        decoder.stream.codec_context.skip_frame = "ALL"
        with pytest.raises(MediaError, match="no frame could be decoded in 35 s"):
            list(decoder.frames())
