"""Writes what happens to the inputs of a batch into its manifest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from arpipe import __version__
from arpipe.apps.batch.config import BatchConfig
from arpipe.apps.batch.history.attempt import Attempt, State
from arpipe.apps.batch.history.manifest import Manifest
from arpipe.apps.batch.history.stored_manifest import StoredManifest
from arpipe.apps.batch.jobs.events import Assigned, Event, Failed, Finished, Interrupted
from arpipe.apps.batch.jobs.identity import absolute, output_sizes
from arpipe.apps.batch.jobs.job import DEFAULT_EXPORT, Job
from arpipe.apps.batch.processing.pipelines import with_exported
from arpipe.apps.run_files import config_files, control_files
from arpipe.pipeline.pipeline_config import PipelineConfig


class AttemptRecorder:
    """Appends a line to the manifest for every attempt.

    Args:
        manifest: Where to write.
        settings: Digest of the settings.
        arpipe: Version of arpipe.

    Attributes:
        settings, arpipe: As above.
    """

    def __init__(self, manifest: Manifest | StoredManifest, settings: str, arpipe: str = __version__) -> None:
        self._manifest, self.settings, self.arpipe = manifest, settings, arpipe

    @property
    def attempts(self) -> Mapping[str, Attempt]:
        """The last attempt at every input, by its `key`."""
        return self._manifest.attempts

    def observe(self, event: Event) -> None:
        """Record an event that begins or ends an attempt; others are ignored."""
        if isinstance(event, Assigned):
            self._manifest.append(self._attempt(event.job, "begun"))
        elif isinstance(event, Failed | Interrupted):
            state: State = "failed" if isinstance(event, Failed) else "interrupted"
            self._manifest.append(replace(self._attempt(event.job, state), reason=event.reason))
        elif isinstance(event, Finished):
            self._manifest.append(self._done(event))

    def _attempt(self, job: Job, state: State) -> Attempt:
        piece = "" if job.piece is None else job.piece.key
        return Attempt(self.arpipe, self.settings, absolute(job.spec), state, piece=piece)

    def _done(self, event: Finished) -> Attempt:
        outcome, identity = event.outcome, event.identity
        return replace(
            self._attempt(event.job, "done"),
            size=None if identity is None else identity.size,
            mtime_ns=None if identity is None else identity.mtime_ns,
            etag="" if identity is None else identity.etag,
            outputs=output_sizes(event.job),
            frames=outcome.frames,
            seconds=round(outcome.seconds, 3),
            reason="; ".join(outcome.losses),
        )


def settings_digest(config: BatchConfig) -> str:
    """Return a digest of everything in the settings that the outputs of an input depend on, files included."""
    pipeline = config.pipeline if config.export is None else with_exported(config.pipeline)
    wanted = {
        "pipeline": pipeline.model_dump(mode="json", include=set(PipelineConfig.model_fields)),
        "video": config.video.model_dump(mode="json", exclude={"threads"}),
        "export_format": config.export_format or DEFAULT_EXPORT,  # three of them write .csv files
        "controls": [control.model_dump(mode="json") for control in config.controls],
        "files": [
            [file.role, file.path.name, hashlib.sha256(file.path.read_bytes()).hexdigest()]
            for file in (
                *config_files(config.pipeline, None),
                *control_files(config.controls, config.recognizer, None),
            )
        ],
    }
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]
