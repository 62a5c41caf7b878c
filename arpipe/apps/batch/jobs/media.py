"""Opens the input and the outputs of a job."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from arpipe.apps.batch.jobs.job import Job
from arpipe.errors import MediaError
from arpipe.io.encoding import VideoSinkConfig
from arpipe.io.export import Export, ExportHeader, open_export
from arpipe.io.files import as_text
from arpipe.io.object_store import local_copy
from arpipe.io.sink import Sink
from arpipe.io.sinks import open_sink
from arpipe.io.source import Source
from arpipe.io.sources import media_kind, open_source
from arpipe.io.video.reader import VideoFile, VideoFileConfig
from arpipe.pipeline.camera_model import CameraModel

_KINDS = {"images": "a picture", "animation": "an animation", "video": "a video"}


def readable_input(job: Job) -> AbstractContextManager[Path]:
    """Return a context that gives what an input is read from: its file, or a local copy if it is in an object store.

    Pieces and joins read the parts of the stored file that they need. A whole video is copied, because its pictures and
    its audio are read one after the other, and a copy is a single request.

    Entering it raises what `local_copy` does.
    """
    return local_copy(job.spec) if job.is_whole else nullcontext(Path(job.spec))


def open_media(job: Job, path: Path, decoding: VideoFileConfig) -> Source:
    """Open an input, or the piece of it that a job processes.

    Args:
        job: The job.
        path: What `readable_input` gives.
        decoding: How videos are decoded.

    Raises:
        MediaError: It cannot be read, or its content is of another kind than its name says.
    """
    if job.kind == "sample":
        return open_source(job.spec)
    found = media_kind(path) if job.is_whole else job.kind  # it was a video when it was cut
    if found != job.kind:
        # Whatever is not a picture is read as a video.
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
