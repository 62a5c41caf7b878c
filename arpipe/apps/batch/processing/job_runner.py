"""Runs jobs one after the other in this process: inputs, pieces of inputs, and joins of pieces."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.jobs.events import Advanced, Divided, Emit, Failed, Finished, Started
from arpipe.apps.batch.jobs.identity import InputIdentity, identify
from arpipe.apps.batch.jobs.job import Job, Mode
from arpipe.apps.batch.jobs.outcome import Outcome
from arpipe.apps.batch.pieces.dividing import UNJOINABLE, can_divide, can_join, divide
from arpipe.apps.batch.pieces.files import prepare_folder
from arpipe.apps.batch.pieces.joining import CHANGED, join_pieces
from arpipe.apps.batch.pieces.summary import PieceSummary
from arpipe.apps.batch.processing.controlled import ControlledPipeline
from arpipe.apps.batch.processing.frame_loop import run_job
from arpipe.apps.batch.processing.pipelines import BatchPipeline, OpenPipeline, with_exported
from arpipe.apps.failures import describe
from arpipe.apps.reactions.events_file import EventsFile
from arpipe.apps.reactions.reactions import load_recognizer
from arpipe.closing import Closing
from arpipe.effects.packs import load_effect
from arpipe.errors import ArpipeError, MediaError, RenderError, WeightsError
from arpipe.io.source import SourceInfo
from arpipe.io.video.cuts import Cuts, find_cuts
from arpipe.timing import Clock, TimingLog

ADVANCE_EVERY_S = 0.2
CUT_STAGE = "cut"


class JobRunner(Closing):
    """Runs jobs with a pipeline that is kept while the mode stays the same.

    Args:
        config: Settings of the batch.
        make_pipeline: Builds the pipeline of a mode; there is one at a time.
        threads: Number of threads for decoding and encoding; 0 leaves it to the codecs.
        emit: Receives what happens.
        advance_every_s: Least time between reports of progress, s.
    """

    def __init__(
        self,
        config: BatchConfig,
        make_pipeline: OpenPipeline,
        emit: Emit,
        threads: int = 0,
        advance_every_s: float = ADVANCE_EVERY_S,
    ) -> None:
        self._wanted = config.pipeline if config.export is None else with_exported(config.pipeline)
        self._video = config.video.model_copy(update={"threads": config.video.threads or threads})
        self._workers = config.workers
        self._controls, self._recognizer = config.controls, load_recognizer(config.recognizer)
        self._make_pipeline, self._emit, self._threads = make_pipeline, emit, threads
        self._advance_every_s = advance_every_s
        self._mode: Mode | None = None
        self._pipeline: BatchPipeline | None = None

    def run(self, job: Job) -> None:
        """Process one input, or divide it if it is a long video; an error fails this input alone.

        Raises:
            RenderError, WeightsError: Nothing can be drawn or detected on this machine; every input would fail.
            BrokenPipeError: Nobody reads standard output, or the main process, any more.
        """
        pipeline, log = self._pipeline_for(job.mode), TimingLog()
        try:
            identity = identify(job.spec)
            cuts = self._cuts_of(job, log)
            if cuts.times_s:
                pieces = divide(job, cuts.times_s, self._workers.overlap_s, self._video.codec)
                self._emit(Divided(job, pieces, log))
                return
            outcome = self._process(job, pipeline, log, identity)
        except (RenderError, WeightsError, BrokenPipeError):
            raise
        except ArpipeError as error:
            self._emit(Failed(job, str(error)))
        except Exception as error:  # noqa: BLE001 - an unexpected error in one input must not stop the others
            self._emit(Failed(job, describe(error)))
        else:
            notes = (cuts.note,) if cuts.note else ()
            self._emit(Finished(job, replace(outcome, notes=(*outcome.notes, *notes)), log, identity))

    def close(self) -> None:
        """Close the pipeline; may be called twice."""
        if self._pipeline is not None:
            self._pipeline.close()
        self._pipeline = self._mode = None

    def _pipeline_for(self, mode: Mode) -> BatchPipeline:
        if self._pipeline is None or mode != self._mode:
            self.close()
            self._pipeline, self._mode = self._open(mode), mode
        return self._pipeline

    def _open(self, mode: Mode) -> BatchPipeline:
        pipeline = self._make_pipeline(self._wanted, mode)
        if not self._controls:
            return pipeline
        return ControlledPipeline(
            pipeline,
            self._controls,
            self._wanted.effects,
            follows=mode != "image",
            recognizer=self._recognizer,
        )

    def _cuts_of(self, job: Job, log: TimingLog) -> Cuts:
        """Find where a video is cut; nowhere unless pieces are wanted and it is longer than one."""
        length_s = self._workers.segment_s
        if length_s is None or not can_divide(job):
            return Cuts()
        start_s = time.perf_counter()
        try:
            cuts = find_cuts(Path(job.spec), length_s)
        except MediaError:
            return Cuts()  # processing it as a whole says what is wrong
        log.add(CUT_STAGE, (time.perf_counter() - start_s) * 1000.0)
        return Cuts(note=UNJOINABLE) if cuts.times_s and not can_join(job) else cuts

    def _process(
        self, job: Job, pipeline: BatchPipeline, log: TimingLog, identity: InputIdentity | None
    ) -> Outcome:
        """Process an input or a piece of one, or join the pieces."""
        progress = _Progress(job, self._emit, self._advance_every_s)
        report = (progress.start, progress.advance)
        if job.pieces:
            outcome = join_pieces(job, pipeline.camera, self._video, identity, log, *report)
        else:
            if job.piece is not None:
                prepare_folder(job.piece)
            with _timeline(job, pipeline):
                outcome = run_job(job, pipeline, self._video, log, *report, self._threads)
        outcome = replace(outcome, losses=(*outcome.losses, *_changes(job, identity)))
        if job.piece is not None:
            PieceSummary(outcome, identity).write(job.piece.summary)
            return outcome
        return self._with_eyewear_checked(self._with_effects_checked(_with_faces_counted(outcome)))

    def _with_eyewear_checked(self, outcome: Outcome) -> Outcome:
        """Report if people who try glasses on already wear some."""
        if not outcome.wearing or not any(_puts_glasses_on(effect) for effect in self._wanted.effects):
            return outcome
        who = "one person wears" if outcome.wearing == 1 else f"{outcome.wearing} people wear"
        note = f"{who} glasses already; take them off for a true picture"
        return replace(outcome, notes=(*outcome.notes, note))

    def _with_effects_checked(self, outcome: Outcome) -> Outcome:
        """Report if effects were requested and no picture shows any."""
        if outcome.frames_drawn != 0 or not self._wanted.effects:
            return outcome
        if outcome.frames_found:
            return replace(outcome, losses=(*outcome.losses, "the effects drew nothing on any frame"))
        return replace(outcome, notes=(*outcome.notes, "nobody was found to draw effects on"))


def _with_faces_counted(outcome: Outcome) -> Outcome:
    """Report if faces were detected and not followed."""
    if not outcome.faces_left_out:
        return outcome
    faces = outcome.faces_left_out
    more = "1 more face was" if faces == 1 else f"{faces} more faces were"
    note = f"{more} detected in a frame than followed; raise --max-faces to follow more"
    return replace(outcome, notes=(*outcome.notes, note))


def _changes(job: Job, before: InputIdentity | None) -> Iterator[str]:
    """Say if an input is no longer what it was."""
    try:
        if identify(job.spec) != before:
            yield CHANGED
    except MediaError as error:
        yield f"whether the file was changed while it was read is unknown: {error}"


@contextmanager
def _timeline(job: Job, pipeline: BatchPipeline) -> Iterator[None]:
    """Write the events of a job, if it asks for them; the file appears if the block succeeds."""
    if job.events is None or not isinstance(pipeline, ControlledPipeline):
        yield
        return
    with EventsFile(job.events) as events:
        pipeline.listen(events.write)
        try:
            yield
        finally:
            pipeline.listen(None)


class _Progress:
    """Emits the progress of a job.

    Args:
        job: The job.
        emit: Receives the events.
        every_s: Least time between events, s.
        clock: Monotonic seconds.
    """

    def __init__(self, job: Job, emit: Emit, every_s: float, clock: Clock = time.monotonic) -> None:
        self._job, self._emit, self._every_s, self._clock = job, emit, every_s, clock
        self._frames, self._said_s = 0, clock()

    def start(self, info: SourceInfo) -> None:
        """Report that the input was opened."""
        self._emit(Started(self._job, info))

    def advance(self) -> None:
        """Count a frame."""
        self._frames += 1
        now_s = self._clock()
        if now_s - self._said_s >= self._every_s:
            self._emit(Advanced(self._job, self._frames))
            self._frames, self._said_s = 0, now_s


def _puts_glasses_on(effect: str) -> bool:
    """Whether an effect draws objects, such as glasses, on faces."""
    return any(layer.kind == "rigid_mesh" for layer in load_effect(effect).layers)
