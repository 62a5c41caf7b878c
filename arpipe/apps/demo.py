"""`arpipe demo`: glasses on the bundled sample, as a video, a contact sheet and a timing table."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from rich.console import Console

from arpipe.apps.batch.job import BatchPipeline, run_job
from arpipe.apps.batch.plan import DEFAULT_EXPORT, SAMPLE, Job, make_plan
from arpipe.apps.batch.report import Report
from arpipe.apps.contact_sheet import Tile, compose
from arpipe.apps.signals import interrupt_on_sigterm
from arpipe.apps.table import timing_record, timing_table, write_timings
from arpipe.effects.packs import Pack, load_pack, pack_folders
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.image.writer import ImageSink
from arpipe.pipeline.camera_model import CameraModel
from arpipe.pipeline.pipeline import Pipeline, PipelineConfig
from arpipe.timing import TimingLog
from arpipe.types import Frame, FrameResult, Picture, TrackedFace

DEMO_EFFECT = "aviator"
SHEET_TAG = "glasses"
COLUMNS = 3
YAWS_DEG = (-35.0, 0.0, 35.0)
"""How far the head is turned in the columns of the contact sheet, degrees."""


class DemoPipeline(BatchPipeline, Protocol):
    """What the demo needs of a pipeline; tests bring their own."""

    def set_effects(self, effects: Sequence[str | Pack]) -> None:
        """Wear other effects from the next picture on."""
        ...


class _Album:
    """A pipeline that keeps, for each yaw, the result that comes nearest; else the one it wraps."""

    def __init__(self, pipeline: BatchPipeline, yaws_deg: Sequence[float]) -> None:
        self._pipeline = pipeline
        self._yaws_deg = tuple(yaws_deg)
        self._best: dict[float, tuple[float, FrameResult]] = {}

    def nearest(self, yaw_deg: float) -> FrameResult | None:
        """The result nearest to one of the yaws; None when no pose was ever found."""
        found = self._best.get(yaw_deg)
        return None if found is None else found[1]

    def detect(self, frame: Frame) -> FrameResult:
        result = self._pipeline.detect(frame)
        pose = next((face.pose for face in result.faces if face.pose is not None), None)
        if pose is not None:
            for yaw_deg in self._yaws_deg:
                miss = abs(pose.yaw_deg - yaw_deg) + abs(pose.pitch_deg) / 4.0 + abs(pose.roll_deg) / 4.0
                if yaw_deg not in self._best or miss < self._best[yaw_deg][0]:
                    self._best[yaw_deg] = (miss, result)
        return result

    def render(self, result: FrameResult) -> Picture:
        return self._pipeline.render(result)

    @property
    def camera(self) -> CameraModel:
        return self._pipeline.camera

    def reset(self) -> None:
        self._pipeline.reset()

    def close(self) -> None:
        self._pipeline.close()


def run(
    out_dir: Path = Path("out"),
    make_pipeline: Callable[[PipelineConfig], DemoPipeline] = Pipeline,
    console: Console | None = None,
) -> int:
    """Make `demo.mp4`, `demo.png` and `demo-timings.json` in a folder and print where the time went.

    Args:
        out_dir: The folder; made when it is missing.
        make_pipeline: Builds the pipeline of a configuration.
        console: Where to print.

    Returns:
        Exit code: 0.

    Raises:
        ArpipeError: Something is missing on this machine, or the folder cannot be written.
    """
    console = console or Console()
    video, sheet, timings = (out_dir / name for name in ("demo.mp4", "demo.png", "demo-timings.json"))
    make_plan((SAMPLE,), video, None, None, VideoSinkConfig().codec)
    log = TimingLog()
    start_s = time.perf_counter()
    with interrupt_on_sigterm(), closing(make_pipeline(PipelineConfig(effects=(DEMO_EFFECT,)))) as pipeline:
        album = _Album(pipeline, YAWS_DEG)
        job = Job(SAMPLE, "sample", video, None, DEFAULT_EXPORT)
        with Report(console, 1) as report:
            outcome = run_job(job, album, VideoSinkConfig(), log, report.start, report.advance)
            report.done(job, outcome)
        wall_s = time.perf_counter() - start_s
        tiles = _tiles(glasses(), album, pipeline)
    if tiles:
        pixels = compose(tiles, COLUMNS)
        with ImageSink(sheet) as sink:
            sink.write(pixels, FrameResult(Frame(pixels, 0.0, 0)))
    console.print(timing_table(log))
    console.print(f"{log.frames} frames in {wall_s:.1f} s: {log.frames / wall_s:.1f} FPS", highlight=False)
    write_timings(timings, timing_record(log, wall_s))
    for path in (video, sheet, timings):
        if path.exists():
            console.print(str(path), markup=False, highlight=False)
    return 0


def glasses() -> list[Pack]:
    """The packs of glasses that come with arpipe and the user's own, by name."""
    packs = (load_pack(name) for name in sorted(pack_folders()))
    return [pack for pack in packs if SHEET_TAG in pack.tags]


def _tiles(packs: Sequence[Pack], album: _Album, pipeline: DemoPipeline) -> list[Tile]:
    """Each pack on the head, turned as its column says."""
    tiles = []
    for number, pack in enumerate(packs):
        result = album.nearest(YAWS_DEG[number % COLUMNS])
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
    return f"yaw {turned:+d}°" if turned else "yaw 0°"  # a hyphen: Pillow's own font has no minus sign


def _first_pose(result: FrameResult) -> TrackedFace | None:
    return next((face for face in result.faces if face.pose is not None), None)
