"""Joins the pieces of a video into the outputs of its job."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

from arpipe.apps.batch.jobs.identity import InputIdentity
from arpipe.apps.batch.jobs.job import Job
from arpipe.apps.batch.jobs.media import open_exports, open_media, readable_input
from arpipe.apps.batch.jobs.outcome import Outcome, sum_outcomes
from arpipe.apps.batch.jobs.piece import Piece
from arpipe.apps.batch.pieces.joined_data import JoinedData
from arpipe.apps.batch.pieces.summary import PieceSummary
from arpipe.errors import MediaError, MediaNotFound
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import Export
from arpipe.io.object_store import local_copy
from arpipe.io.source import Source, SourceInfo
from arpipe.io.video.join import VideoJoin
from arpipe.io.video.reader import VideoFile, VideoFileConfig
from arpipe.pipeline.camera_model import CameraModel
from arpipe.timing import Clock, TimingLog

JOIN_STAGE = "join"
CHANGED = "the file was changed while it was read"


def join_pieces(
    job: Job,
    camera: CameraModel,
    video: VideoSinkConfig,
    identity: InputIdentity | None,
    log: TimingLog,
    on_start: Callable[[SourceInfo], None],
    on_frame: Callable[[], None],
    clock: Clock = time.perf_counter,
) -> Outcome:
    """Write the outputs of a job whose pieces are done; they appear once all of them are complete.

    Pictures are copied as they are encoded. Data is written in the format of the job, with frames counted and subjects
    identified over all pieces.

    Args:
        job: A job with pieces.
        camera: Gives the intrinsics for the header of the data.
        video: How the pieces were compressed.
        identity: The input as it is now.
        log: Receives how long each frame took to join.
        on_start: Called once the input is open.
        on_frame: Called after each frame.
        clock: Monotonic seconds.

    Raises:
        MediaError: A piece has failed or is damaged, or the input cannot be read.
        OutputError: An output cannot be written.
    """
    start_s = clock()
    summaries = _read_summaries(job)
    with ExitStack() as stack:
        path = stack.enter_context(readable_input(job))
        source = stack.enter_context(open_media(job, path, VideoFileConfig(threads=1)))
        on_start(source.info)
        joins = [stack.enter_context(join) for join in _open_joins(job, source, video)]
        exports = [stack.enter_context(export) for export in open_exports(job, source, camera)]
        begun_s = clock()
        for _ in _copy_pieces(job, summaries, joins, exports):
            log.add(JOIN_STAGE, (clock() - begun_s) * 1000.0)
            on_frame()
            begun_s = clock()
        outcome = sum_outcomes([summary.outcome for summary in summaries])
        missing = source.losses_if_ended(outcome.end_s) if isinstance(source, VideoFile) else ()
    return replace(
        outcome,
        seconds=outcome.seconds + clock() - start_s,
        notes=(*outcome.notes, *(note for join in joins for note in join.notes)),
        losses=(
            *outcome.losses,
            *missing,
            *(loss for join in joins for loss in join.losses),
            *_changes(summaries, identity),
        ),
    )


def _copy_pieces(
    job: Job, summaries: Sequence[PieceSummary], joins: Sequence[VideoJoin], exports: Sequence[Export]
) -> Iterator[None]:
    """Append all pieces to the outputs; yields after each frame."""
    joined = JoinedData(_pieces(job)[0].overlap_s)
    for piece, summary in zip(job.pieces, summaries, strict=True):
        pictures = [_add_pictures(join, piece, summary.outcome) for join in joins]
        data = [_add_data(export, piece, joined) for export in exports]
        with ExitStack() as stack:
            copies = [stack.enter_context(closing(copy)) for copy in (*pictures, *data)]
            yield from (None for _ in zip_longest(*copies))


def _changes(summaries: Sequence[PieceSummary], identity: InputIdentity | None) -> Iterator[str]:
    """Say if the input is no longer what it was when a piece of it was processed."""
    if any(summary.identity != identity for summary in summaries):
        yield CHANGED


def _read_summaries(job: Job) -> list[PieceSummary]:
    missing, found = [], []
    for piece in _pieces(job):
        try:
            found.append(PieceSummary.read(piece.summary))
        except MediaNotFound:
            missing.append(piece)
    if missing:
        raise MediaError(
            f"{job.spec}: {len(missing)} of {len(job.pieces)} pieces failed, the first is {missing[0]}"
        )
    return found


def _pieces(job: Job) -> list[Piece]:
    return [each.piece for each in job.pieces if each.piece is not None]


def _open_joins(job: Job, source: Source, video: VideoSinkConfig) -> Iterator[VideoJoin]:
    if isinstance(job.output, Path) and isinstance(source, VideoFile) and source.info.traits is not None:
        yield VideoJoin(job.output, source.info.traits, video)


def _add_pictures(join: VideoJoin, piece: Job, outcome: Outcome) -> Generator[None, None, None]:
    if isinstance(piece.output, Path) and outcome.frames:
        with local_copy(piece.output) as path:
            yield from join.add(path, outcome.end_s)


def _add_data(export: Export, piece: Job, data: JoinedData) -> Generator[None, None, None]:
    if piece.piece is not None and piece.export is not None:
        for record in data.records(piece.piece, piece.export):
            export.write_record(record)
            yield
