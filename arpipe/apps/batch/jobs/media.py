"""Opens the input and the outputs of a job."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from arpipe.apps.batch.jobs.job import Job
from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import Export, ExportHeader, open_export
from arpipe.io.files import as_text
from arpipe.io.sink import Sink
from arpipe.io.sinks import open_sink
from arpipe.io.source import Source
from arpipe.io.sources import media_kind, open_source
from arpipe.io.video.reader import VideoFile, VideoFileConfig
from arpipe.pipeline.camera_model import CameraModel

_KINDS = {"images": "a picture", "animation": "an animation", "video": "a video"}


def open_media(job: Job, path: Path, decoding: VideoFileConfig) -> Source:
    """Open an input, or the piece of it that a job processes.

    Args:
        job: The job.
        path: The input, or a local copy if it is in an object store.
        decoding: How videos are decoded.

    Raises:
        MediaError: It cannot be read, or its content is of another kind than its name says.
    """
    if job.kind == "sample":
        return open_source(job.spec)
    found = media_kind(path)
    if found != job.kind:
        # Whatever is no picture is read as a video.
        holds = "no picture" if found == "video" else _KINDS[found]
        raise MediaError(
            f"{job.spec}: holds {holds}, but its name says {_KINDS[job.kind]}; rename it, or give it by name"
        )
    if job.piece is not None:
        decoding = job.piece.decoding(decoding)
    source = VideoFile(path, decoding) if job.kind == "video" else open_source(path)
    if path != Path(job.spec):
        source.info = replace(source.info, name=job.spec)
    return source


def open_sinks(job: Job, source: Source, video: VideoSinkConfig) -> Iterator[Sink]:
    """Open the output for pictures, if a job has one; that of a piece is silent."""
    if job.piece is not None:
        video = video.model_copy(update={"audio": False})
    if job.output is not None:
        yield open_sink(job.output, source.info, video)


def open_exports(job: Job, source: Source, model: CameraModel) -> Iterator[Export]:
    """Open the output for data, if a job has one; its header has the intrinsics by a model of the camera."""
    if job.export is not None:
        info = source.info
        camera = model.intrinsics_for_size(info.width, info.height, info.camera)
        yield open_export(job.export, ExportHeader(camera, as_text(source.info.name)), job.export_format)
