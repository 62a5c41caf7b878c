"""`arpipe demo`: glasses on the bundled sample, as a video, a contact sheet and a timing table."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from rich.console import Console

from arpipe.apps.batch.jobs.job import DEFAULT_EXPORT, SAMPLE, Job
from arpipe.apps.batch.planning.output_folders import prepare
from arpipe.apps.batch.planning.plan import make_plan
from arpipe.apps.batch.processing.frame_loop import run_job
from arpipe.apps.batch.processing.pipelines import BatchPipeline
from arpipe.apps.batch.reports.console_report import ConsoleReport
from arpipe.apps.contact_sheet import Tile, compose
from arpipe.apps.signals import interrupt_on_termination
from arpipe.apps.table import timing_record, timing_table, write_timings
from arpipe.effects.packs import Pack, load_pack
from arpipe.effects.search import pack_folders
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.writer import write_picture
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.pipeline import Pipeline
from arpipe.pipeline.pipeline_config import PipelineConfig
from arpipe.timing import TimingLog
from arpipe.types import Frame, FrameResult, Picture, TrackedFace

DEMO_EFFECT = "aviator"
SHEET_TAG = "glasses"
COLUMNS = 3
YAWS_DEG = (-16.0, 0.0, 16.0)
"""Yaw of the head in each column of the contact sheet, degrees."""


class DemoPipeline(BatchPipeline, Protocol):
    """What the demo needs of a pipeline, so that tests can replace it."""

    def set_effects(self, effects: Sequence[str | Pack]) -> None:
        """Draw other effects from the next picture on."""
        ...


class _PoseCollector:
    """Wraps a pipeline and keeps the result nearest to each yaw."""

    def __init__(self, pipeline: BatchPipeline, yaws_deg: Sequence[float]) -> None:
        self._pipeline = pipeline
        self._yaws_deg = tuple(yaws_deg)
        self._best: dict[float, tuple[float, FrameResult]] = {}

    def nearest(self, yaw_deg: float) -> FrameResult | None:
        """Return the result nearest to one of the yaws; None if no pose was found."""
        found = self._best.get(yaw_deg)
        return None if found is None else found[1]

    def detect(self, frame: Frame) -> FrameResult:
        result = self._pipeline.detect(frame)
        pose = next((face.pose for face in result.faces if face.pose is not None), None)
        if pose is not None:
            for yaw_deg in self._yaws_deg:
                distance = abs(pose.yaw_deg - yaw_deg) + abs(pose.pitch_deg) / 4.0 + abs(pose.roll_deg) / 4.0
                if yaw_deg not in self._best or distance < self._best[yaw_deg][0]:
                    self._best[yaw_deg] = (distance, result)
        return result

    def render(self, result: FrameResult) -> Picture:
        return self._pipeline.render(result)

    @property
    def camera(self) -> CameraModel:
        return self._pipeline.camera

    @property
    def faces_left_out(self) -> int:
        return self._pipeline.faces_left_out

    def reset(self) -> None:
        self._pipeline.reset()

    def close(self) -> None:
        self._pipeline.close()


def run(
    out_dir: Path = Path("out"),
    make_pipeline: Callable[[PipelineConfig], DemoPipeline] = Pipeline,
    console: Console | None = None,
) -> int:
    """Write `demo.mp4`, `demo.png` and `demo-timings.json` to a folder and print the stage timings.

    Args:
        out_dir: The folder, created if missing.
        make_pipeline: Creates the pipeline of a configuration.
        console: Console to print to.

    Returns:
        Exit code: 0.

    Raises:
        ArpipeError: Something is missing on this machine, or the folder cannot be written.
    """
    console = console or Console()
    video, sheet, timings = (out_dir / name for name in ("demo.mp4", "demo.png", "demo-timings.json"))
    prepare(make_plan((SAMPLE,), video, None, None, VideoSinkConfig().codec))
    log = TimingLog()
    start_s = time.perf_counter()
    with (
        interrupt_on_termination(),
        closing(make_pipeline(PipelineConfig(effects=(DEMO_EFFECT,)))) as pipeline,
    ):
        poses = _PoseCollector(pipeline, YAWS_DEG)
        job = Job(SAMPLE, "sample", video, None, DEFAULT_EXPORT)
        with ConsoleReport(console, 1) as report:
            outcome = run_job(
                job, poses, VideoSinkConfig(), log, lambda info: report.start(info, job), report.advance
            )
            report.done(job, outcome)
        wall_s = time.perf_counter() - start_s
        tiles = _tiles(glasses(), poses, pipeline)
    if tiles:
        write_picture(sheet, compose(tiles, COLUMNS))
    console.print(timing_table(log))
    console.print(f"{log.frames} frames in {wall_s:.1f} s: {log.frames / wall_s:.1f} FPS", highlight=False)
    write_timings(timings, timing_record(log, wall_s))
    for path in (video, sheet, timings):
        if path.exists():
            console.print(str(path), markup=False, highlight=False)
    return 0


def glasses() -> list[Pack]:
    """Load all packs of glasses, bundled and the user's own, sorted by name."""
    packs = (load_pack(name) for name in sorted(pack_folders()))
    return [pack for pack in packs if SHEET_TAG in pack.tags]


def _tiles(packs: Sequence[Pack], poses: _PoseCollector, pipeline: DemoPipeline) -> list[Tile]:
    """Render each pack on the head at the yaw of its column."""
    tiles = []
    for number, pack in enumerate(packs):
        result = poses.nearest(YAWS_DEG[number % COLUMNS])
        if result is None:
            continue
        pipeline.set_effects([pack])
        pixels = pipeline.render(result).pixels
        face = _first_pose(result)
        yaw = "" if face is None or face.pose is None else _yaw_text(face.pose.yaw_deg)
        box = (0.0, 0.0, float(result.frame.width), float(result.frame.height))
        tiles.append(Tile(pixels, box if face is None else tuple(face.landmarks.box_px), pack.title, yaw))
    return tiles


def _yaw_text(yaw_deg: float) -> str:
    turned = round(yaw_deg)
    return (
        f"yaw {turned:+d}°" if turned else "yaw 0°"
    )  # a hyphen, because Pillow's built-in font has no minus sign


def _first_pose(result: FrameResult) -> TrackedFace | None:
    return next((face for face in result.faces if face.pose is not None), None)
