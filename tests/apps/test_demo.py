import io
import json
import threading

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from arpipe.apps import demo
from arpipe.apps.batch.jobs import media
from arpipe.apps.contact_sheet import BACKGROUND, GAP, LABEL_HEIGHT, TILE_HEIGHT, TILE_WIDTH, Tile, compose
from arpipe.errors import OutputError
from arpipe.geometry.transforms import RigidTransform, rotation_from_angles
from arpipe.io.sources import open_source
from arpipe.pipeline.camera_model import CameraModel
from arpipe.topology import load_topology
from arpipe.types import FrameResult, HeadPose, Landmarks, Picture, TrackedFace
from tests.io.clips import VARIABLE_PTS, frame_times, write_clip


class TurningHead:
    """A face whose yaw goes from -46° up by 4° a frame, and pictures in the colour of the effect worn."""

    faces_left_out = 0

    def __init__(self, config):
        self.worn = list(config.effects)
        self.threads = set()
        self.closed = False

    camera = CameraModel()

    def detect(self, frame):
        points = np.random.default_rng(0).uniform(20, 40, (478, 3)).astype(np.float32)
        turn = RigidTransform(rotation_from_angles(-46.0 + 4.0 * frame.index, 0, 0), np.array([0, 0, 0.5]))
        pose = HeadPose(turn, np.zeros((478, 3)), 0.5)
        face = TrackedFace(1, Landmarks(points, 1.0, load_topology("face")), pose, "tracked", frame.index)
        return FrameResult(frame, faces=(face,), timings_ms={"infer": 1.0, "frame": 1.0})

    def render(self, result):
        self.threads.add(threading.get_ident())
        return Picture(result.frame.pixels.copy(), result)

    def set_effects(self, effects):
        self.worn.append(effects[0].name)

    def reset(self):
        pass

    def close(self):
        self.closed = True


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """Stands in for the bundled sample, which is larger."""
    clip = write_clip(tmp_path / "sample.mp4")
    monkeypatch.setattr(media, "open_source", lambda spec: open_source(clip))


def test_demo_makes_video_sheet_and_timings(sample, tmp_path):
    made = []

    def make(config):
        made.append(TurningHead(config))
        return made[-1]

    text = io.StringIO()
    assert demo.run(tmp_path / "out", make, Console(file=text, width=120)) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        *("demo-timings.json", "demo.mp4", "demo.png"),
    ]
    assert len(frame_times(tmp_path / "out" / "demo.mp4")) == len(VARIABLE_PTS)
    assert json.loads((tmp_path / "out" / "demo-timings.json").read_text("utf-8"))["frames"] == len(
        VARIABLE_PTS
    )
    (pipeline,) = made
    assert pipeline.worn == [demo.DEMO_EFFECT, *(pack.name for pack in demo.glasses())]
    assert pipeline.threads == {threading.get_ident()}
    assert pipeline.closed
    assert "infer" in text.getvalue()


def test_collector_keeps_the_results_nearest_to_the_yaws(sample):
    poses = demo._PoseCollector(TurningHead(demo.PipelineConfig()), demo.YAWS_DEG)
    with media.open_source("sample") as source:
        for frame in source:
            poses.detect(frame)
    kept = [poses.nearest(yaw_deg).faces[0].pose.yaw_deg for yaw_deg in demo.YAWS_DEG]
    assert kept == pytest.approx([-16.0, -2.0, 16.0], abs=2.0)


def test_demo_names_a_folder_that_cannot_be_made(sample, tmp_path):
    with pytest.raises(OutputError, match="there is no folder"):
        demo.run(tmp_path / "no" / "such" / "out", TurningHead, Console(file=io.StringIO()))


def test_at_least_six_packs_of_glasses_are_shown():
    assert len(demo.glasses()) >= 6


def test_sheet_has_a_labelled_tile_in_every_cell():
    colors = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0)]
    tiles = [
        Tile(np.full((90, 160, 3), color, np.uint8), (60.0, 20.0, 100.0, 70.0), "Aviator", "yaw 0°")
        for color in colors
    ]
    sheet = compose(tiles, 3)
    assert sheet.shape == (2 * (TILE_HEIGHT + LABEL_HEIGHT) + 3 * GAP, 3 * TILE_WIDTH + 4 * GAP, 3)
    for number, color in enumerate(colors):
        row, column = divmod(number, 3)
        y = GAP + row * (TILE_HEIGHT + LABEL_HEIGHT + GAP)
        x = GAP + column * (TILE_WIDTH + GAP)
        assert (sheet[y : y + TILE_HEIGHT, x : x + TILE_WIDTH] == color).all()
        label = sheet[y + TILE_HEIGHT : y + TILE_HEIGHT + LABEL_HEIGHT, x : x + TILE_WIDTH]
        assert (label[:, :100] != BACKGROUND).any()
        assert (label[:, -60:] != BACKGROUND).any()


def test_tile_shows_the_face_and_stays_inside_the_picture():
    pixels = np.zeros((300, 400, 3), dtype=np.uint8)
    pixels[200:260, 330:390] = 255
    sheet = compose([Tile(pixels, (330.0, 200.0, 390.0, 260.0), "", "")], 1)
    tile = Image.fromarray(sheet[GAP : GAP + TILE_HEIGHT, GAP : GAP + TILE_WIDTH]).convert("L")
    share = (np.asarray(tile) > 128).mean()
    assert share == pytest.approx(0.52**2, abs=0.04)
